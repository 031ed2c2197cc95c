"""Both clients, and sessions that are not there, end, or speak something else."""

from __future__ import annotations

import asyncio
import socket
import struct

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.platform import paths
from app.session import messages as m
from app.session.blocking_client import BlockingSession
from app.session.client import SessionClient
from app.session.rendezvous import wait_until_gone
from app.session.server import listen
from tests.unit.session.running_session import running


async def test_blocking_client() -> None:
    def use() -> list[str]:
        session = BlockingSession.open(start=False)
        assert session is not None
        with session:
            session.request(m.Subscribe())
            session.request(m.Connect(context="one"))
            names = []
            for event in session.events():
                names.append(type(event).__name__)
                if isinstance(event, m.StatusChanged):
                    break
            session.set_timeout(0.01)
            with pytest.raises(TimeoutError):
                next(session.events())
            return names

    async with running():
        assert await asyncio.to_thread(use) == ["Snapshot", "StatusChanged"]


async def test_nobody_listens() -> None:
    assert BlockingSession.open(start=False) is None
    async with running():
        pass
    assert BlockingSession.open(start=False) is None


async def test_a_client_waits_until_the_other_version_has_gone() -> None:
    async with running():
        assert not await asyncio.to_thread(wait_until_gone, 0.1)
    paths.session_socket().unlink()
    assert await asyncio.to_thread(wait_until_gone, 0.1)


async def test_client_survives_a_session_that_ends() -> None:
    client = SessionClient()
    async with running():
        await client.request(m.GetStatus())
    async with running():
        with pytest.raises(KubeferryError):
            await client.request(m.GetStatus())
        assert isinstance(await client.request(m.GetStatus()), m.StatusIs)
    client.close()


async def test_a_session_that_speaks_something_else() -> None:
    listener = listen()
    listener.setblocking(True)

    def talk() -> None:
        sock, _ = listener.accept()
        sock.recv(100)
        sock.sendall(struct.pack(">I", 2) + b"{}")
        sock.close()

    with listener:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(talk))
            with pytest.raises(KubeferryError) as caught:
                await SessionClient().request(m.GetStatus())
        assert caught.value.code is ErrorCode.SESSION_VERSION
        assert isinstance(listener, socket.socket)
