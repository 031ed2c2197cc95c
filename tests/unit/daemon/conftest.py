"""The whole server in this process, on a fake network, with workers that are only imagined."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from helper.daemon import client_session, server
from helper.daemon.actor import Actor, Allowance
from helper.daemon.server import HelperServer
from helper.net.fake import FakeNetwork
from helper.net.journal import Journal
from helper.protocol.control_messages import Control, TakeDevice
from helper.protocol.message_socket import MessageSocket


class ImaginedWorker:
    """`control` is its end of the control socket; `die` ends it."""

    def __init__(self, actor: Actor, control: socket.socket) -> None:
        self.pid = os.getpid()
        self.actor = actor
        self.control: MessageSocket[Control] = MessageSocket(control, Control, max_descriptors=2)
        self._exit_code: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def die(self, code: int = -9) -> None:
        if not self._exit_code.done():
            self._exit_code.set_result(code)
            self.control.close()

    async def take_device(self) -> None:
        """Its first message, and the descriptor beside it."""
        assert isinstance(await self.control.receive(), TakeDevice)
        (descriptor,) = self.control.take_descriptors(1)
        os.close(descriptor)

    @property
    def ended(self) -> bool:
        return self._exit_code.done()

    async def exited(self) -> int:
        return await asyncio.shield(self._exit_code)

    async def stop(self) -> None:
        self.die(0)


@dataclass
class Daemon:
    socket: Path
    network: FakeNetwork
    journal: Journal
    server: HelperServer
    workers: list[ImaginedWorker] = field(default_factory=list)


class EverybodyButSome(Allowance):
    def __init__(self, refused: set[int]) -> None:
        super().__init__()
        self._refused = refused

    def allows(self, actor: Actor) -> bool:
        return actor.uid not in self._refused


@pytest.fixture
def next_uid(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Callers get these uids, in the order in which they connect; then root's."""
    uids: list[int] = []

    def actor_of(sock: socket.socket) -> Actor:
        return Actor(pid=1, uid=uids.pop(0) if uids else 0, gid=0)

    monkeypatch.setattr(server, "actor_of", actor_of)
    return uids


StartDaemon = Callable[..., AbstractAsyncContextManager[Daemon]]


@pytest.fixture
def start_daemon(tmp_path: Path) -> StartDaemon:
    @asynccontextmanager
    async def start(
        grace_s: float = 3.0,
        refused: frozenset[int] = frozenset(),
        hello_timeout_s: float = client_session.HELLO_TIMEOUT_S,
    ) -> AsyncIterator[Daemon]:
        path = tmp_path / "helper.sock"
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        listener.bind(str(path))
        listener.listen()
        workers: list[ImaginedWorker] = []

        def spawn(actor: Actor, control: int) -> ImaginedWorker:
            worker = ImaginedWorker(actor, socket.socket(fileno=os.dup(control)))
            workers.append(worker)
            return worker

        network, journal = FakeNetwork(), Journal(tmp_path / "journal")
        helper = HelperServer(
            listener, network, journal, EverybodyButSome(set(refused)), spawn, grace_s, hello_timeout_s
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(helper.run())
            try:
                yield Daemon(path, network, journal, helper, workers)
            finally:
                helper.stop()
        listener.close()
        assert network.links == {}
        assert journal.entries() == []

    return start


@pytest.fixture
async def daemon(start_daemon: StartDaemon) -> AsyncIterator[Daemon]:
    async with start_daemon() as daemon:
        yield daemon
