"""Where one and the same test finds a helper: the session's fake, or the adapter to a server that really listens.

The server works on the fake network, which tests/contract/network holds to what Linux does.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from app.session.helper_link import HelperLink
from app.session.ports import Helper
from helper.daemon.actor import Actor
from helper.daemon.client_session import HELLO_TIMEOUT_S
from helper.daemon.server import HelperServer
from helper.net.fake import FakeNetwork
from helper.net.journal import Journal
from tests.unit.daemon.conftest import EverybodyButSome, ImaginedWorker
from tests.unit.session.fakes import FakeHelper

GRACE_S = 3.0


class Place(Protocol):
    """A helper that runs, and our socket to it."""

    @property
    def helper(self) -> Helper: ...

    def kill_worker(self) -> None:
        """That of the connection that was opened."""

    async def stop(self) -> None:
        """The helper ends, as for an update."""


class FakePlace:
    def __init__(self) -> None:
        self.helper = FakeHelper()

    def kill_worker(self) -> None:
        self.helper.worker.die()

    async def stop(self) -> None:
        self.helper.stopped = True


class RealPlace:
    """`listener` is where `HelperLink.connect` looks."""

    def __init__(self, group: asyncio.TaskGroup, listener: socket.socket, folder: Path) -> None:
        self.helper: HelperLink
        self.network = FakeNetwork()
        self._workers: list[ImaginedWorker] = []
        self._listener = listener
        everybody = EverybodyButSome(set())
        journal = Journal(folder / "journal")
        self._server = HelperServer(listener, self.network, journal, everybody, self._spawn, GRACE_S, HELLO_TIMEOUT_S)
        self._running = group.create_task(self._server.run())

    def kill_worker(self) -> None:
        (worker,) = (one for one in self._workers if not one.ended)
        worker.die()

    async def stop(self) -> None:
        self._server.stop()
        await self._running
        self._listener.close()

    def _spawn(self, actor: Actor, control: int) -> ImaginedWorker:
        worker = ImaginedWorker(actor, socket.socket(fileno=os.dup(control)))
        self._workers.append(worker)
        return worker


@asynccontextmanager
async def real_place(path: Path) -> AsyncIterator[RealPlace]:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    async with asyncio.TaskGroup() as group:
        listener.bind(str(path))
        listener.listen()
        place = RealPlace(group, listener, path.parent)
        try:
            place.helper = await HelperLink.connect()
            try:
                yield place
            finally:
                place.helper.close()
        finally:
            await place.stop()
        assert place.network.links == {}, "nothing is left of what was opened"
