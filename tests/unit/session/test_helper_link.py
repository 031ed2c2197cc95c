"""The adapter against a helper that speaks the real protocol over a real socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.session.helper_link import HelperLink, is_held
from app.session.ports import Gone
from helper.protocol import helper_messages as h
from helper.protocol.message_socket import ChannelClosed, MessageSocket
from helper.protocol.worker_messages import Stop

HELD = "0123456789ab"
NETWORK = h.NetworkConfig(("198.19.0.7/32",), 1400, ("10.96.0.0/16",))
Answerer = Callable[[h.Request], h.Answer]


def kind(request: h.Request) -> h.Answer:
    """Answers everything with yes."""
    answers: dict[type, h.Answer] = {
        h.Hello: h.Welcome(h.HELPER_PROTOCOL_VERSION, "0.1.0", 1000),
        h.PrepareWorker: h.WorkerPrepared(),
        h.OpenConnection: h.ConnectionOpened(HELD, "kubeferry0"),
        h.AttachConnection: h.ConnectionAttached(HELD, "kubeferry0"),
        h.SetNetwork: h.NetworkSet(h.ResolverBackend.RESOLV_CONF, ()),
        h.FindOverlaps: h.OverlapsFound((), ("192.0.2.53",)),
        h.CloseConnection: h.ConnectionClosed(("a route",)),
        h.ListConnections: h.ConnectionList((h.ConnectionInfo(HELD, "", "kubeferry0", 1.0, 1, None),)),
    }
    return answers[type(request)]


def refusing(refused: type, code: h.RefusalCode) -> Answerer:
    return lambda request: h.Refused(code, "the detail") if isinstance(request, refused) else kind(request)


@asynccontextmanager
async def helper(folder: Path, answer: Answerer = kind, heard: list[h.Request] | None = None) -> AsyncIterator[None]:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(folder / "no-helper.sock"))
    listener.listen()
    listener.setblocking(False)

    async def serve(sock: socket.socket) -> None:
        channel: MessageSocket[h.Request] = MessageSocket(sock, h.Request)
        try:
            while True:
                request = await channel.receive()
                if heard is not None:
                    heard.append(request)
                reply = answer(request)
                if isinstance(reply, h.ConnectionOpened | h.ConnectionAttached):
                    ours, theirs = socket.socketpair()
                    with ours, theirs:
                        await channel.send(reply, [theirs.fileno()])
                else:
                    await channel.send(reply)
        except ChannelClosed:
            channel.close()

    async def accept(group: asyncio.TaskGroup) -> None:
        while True:
            sock, _ = await asyncio.get_running_loop().sock_accept(listener)
            group.create_task(serve(sock))

    with listener:
        async with asyncio.TaskGroup() as group:
            accepting = group.create_task(accept(group))
            try:
                yield
            finally:
                accepting.cancel()


async def test_verbs(own_dirs: Path) -> None:
    async with helper(own_dirs):
        link = await HelperLink.connect()
        assert link.version == "0.1.0"
        await link.prepare()
        opened = await link.open("one")
        assert (opened.connection_id, opened.interface) == (HELD, "kubeferry0")
        with pytest.raises(Gone):
            await opened.worker.receive()
        with pytest.raises(Gone):
            await opened.worker.send(Stop())
        opened.worker.close()
        (await link.attach(HELD)).worker.close()
        assert (await link.set_network(HELD, NETWORK)).resolver is h.ResolverBackend.RESOLV_CONF
        assert (await link.find_overlaps(("10.96.0.0/16",))).upstreams == ("192.0.2.53",)
        assert await link.alive()
        assert await link.close_connection(HELD) == ("a route",)
        assert await is_held(HELD)
        assert not await is_held("ffffffffffff")
        link.close()
        assert not await link.alive()


async def test_nobody_listens() -> None:
    with pytest.raises(KubeferryError) as caught:
        await HelperLink.connect()
    assert caught.value.code is ErrorCode.HELPER_NOT_RUNNING
    assert not await is_held(HELD)


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        (h.RefusalCode.NOT_ALLOWED, ErrorCode.HELPER_NOT_ALLOWED),
        (h.RefusalCode.VERSION_MISMATCH, ErrorCode.HELPER_VERSION),
    ],
)
async def test_refused_at_the_door(own_dirs: Path, refused: h.RefusalCode, expected: ErrorCode) -> None:
    async with helper(own_dirs, refusing(h.Hello, refused)):
        with pytest.raises(KubeferryError) as caught:
            await HelperLink.connect()
        assert caught.value.code is expected


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        (h.RefusalCode.ROUTE_CONFLICT, ErrorCode.ROUTE_CONFLICT),
        (h.RefusalCode.RESOLVER_FAILED, ErrorCode.RESOLVER_FAILED),
        (h.RefusalCode.SYSTEM_FAILED, ErrorCode.HELPER_FAILED),
        (h.RefusalCode.INVALID_NETWORK, ErrorCode.HELPER_FAILED),
    ],
)
async def test_refused_network(own_dirs: Path, refused: h.RefusalCode, expected: ErrorCode) -> None:
    async with helper(own_dirs, refusing(h.SetNetwork, refused)):
        link = await HelperLink.connect()
        with pytest.raises(KubeferryError) as caught:
            await link.set_network(HELD, NETWORK)
        assert caught.value.code is expected
        assert caught.value.detail == "the detail"
        link.close()


async def test_a_client_that_was_closed_still_closes_its_connection(own_dirs: Path) -> None:
    async with helper(own_dirs):
        link = await HelperLink.connect()
        link.close()
        assert await link.close_connection(HELD) == ("a route",)


async def test_closing_what_is_gone_is_fine(own_dirs: Path) -> None:
    async with helper(own_dirs, refusing(h.CloseConnection, h.RefusalCode.UNKNOWN_CONNECTION)):
        link = await HelperLink.connect()
        assert await link.close_connection(HELD) == ()
        link.close()
        assert await link.close_connection(HELD) == ()


async def test_a_helper_that_stops(own_dirs: Path) -> None:
    async with helper(own_dirs):
        link = await HelperLink.connect()
        link.close()
        with pytest.raises(KubeferryError) as caught:
            await link.set_network(HELD, NETWORK)
        assert caught.value.code is ErrorCode.HELPER_STOPPED
