"""Somebody keeps the helper's socket full of connections that nobody has let in yet: others wait for a moment."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from helper.client import HelperClient, HelperUnavailable, helper_client
from helper.protocol.helper_messages import HELPER_PROTOCOL_VERSION, Request, Welcome
from helper.protocol.message_socket import ChannelClosed, MessageSocket


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[socket.socket]:
    """Listens, and has as many waiting as it takes."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(str(tmp_path / "helper.sock"))
        listener.listen(1)
        listener.setblocking(False)
        for _ in range(100):
            waiting = stack.enter_context(socket.socket(socket.AF_UNIX))
            waiting.setblocking(False)
            try:
                waiting.connect(listener.getsockname())
            except BlockingIOError:
                yield listener
                return
        raise AssertionError("it is never full")


async def welcome(sock: socket.socket) -> None:
    channel: MessageSocket[Request] = MessageSocket(sock, Request)
    try:
        await channel.receive()
        await channel.send(cast(Any, Welcome(HELPER_PROTOCOL_VERSION, "test", 1000)))
        await channel.receive()
    except ChannelClosed:
        return
    finally:
        channel.close()


async def test_it_is_waited_for(crowded: socket.socket) -> None:
    async def let_in() -> None:
        async with asyncio.TaskGroup() as guests:
            while True:
                sock, _ = await asyncio.get_running_loop().sock_accept(crowded)
                guests.create_task(welcome(sock))

    async with asyncio.TaskGroup() as tasks:
        connecting = tasks.create_task(HelperClient.connect(Path(crowded.getsockname())))
        await asyncio.sleep(0.03)
        assert not connecting.done()
        letting_in = tasks.create_task(let_in())
        client = await connecting
        assert client.welcome.uid == 1000
        client.close()
        letting_in.cancel()


async def test_it_is_not_waited_for_for_ever(crowded: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper_client, "CROWDED_S", 0.05)
    with pytest.raises(HelperUnavailable):
        await HelperClient.connect(Path(crowded.getsockname()))
