"""An API server, or a proxy before it, that answers the port-forward with what no WebSocket has (RFC 6455)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from helper.protocol.worker_messages import Endpoint
from helper.tunnel.portforward import SUBPROTOCOL, LaneFailed, open_port_forward
from tests.unit.tunnel.test_portforward import PORTS, _Events

_KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
BINARY, CONTINUATION, PING = 2, 0, 9
SECRET = ("Authorization", "Bearer the-token")


def frame(payload: bytes, opcode: int = BINARY, *, first: int = 0x80, length: int | None = None) -> bytes:
    """`first`: FIN and the reserved bits. `length`: what it says, whatever comes."""
    said = len(payload) if length is None else length
    if said < 126:
        return bytes((first | opcode, said)) + payload
    if said < 1 << 16:
        return bytes((first | opcode, 126)) + struct.pack(">H", said) + payload
    return bytes((first | opcode, 127)) + struct.pack(">Q", said) + payload


@asynccontextmanager
async def answering(after: bytes, *, head: bytes = b"") -> AsyncIterator[tuple[Endpoint, list[bytes]]]:
    """A server that upgrades (or says `head`), sends `after`, and remembers the requests' heads."""
    heads: list[bytes] = []
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            heads.append(request := await reader.readuntil(b"\r\n\r\n"))
            lines = [line.partition(b": ") for line in request.split(b"\r\n")]
            key = next((value for name, _, value in lines if name.lower() == b"sec-websocket-key"), b"")
            accept = base64.b64encode(hashlib.sha1(key + _KEY).digest())  # noqa: S324 - RFC 6455
            writer.write(
                head
                or b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n"
                b"Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: %s\r\n\r\n"
                % (accept, SUBPROTOCOL.encode())
            )
            writer.write(after)
            await writer.drain()
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield Endpoint(url, "kubeferry", "manager-1", 7070, headers=(SECRET,)), heads
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        # Both ends notice: theirs, and the lane's.
        await asyncio.sleep(0.01)


PORT_FRAMES = b"".join(frame(message) for message in PORTS)


async def test_the_counter_test() -> None:
    async with answering(PORT_FRAMES + frame(b"\0hello")) as (endpoint, _):
        events = _Events()
        lane = await open_port_forward(endpoint, events)
        assert await events.until(5) == b"hello"
        lane.close()


@pytest.mark.parametrize(
    "after",
    [
        frame(b"", length=1 << 62),
        frame(b"", length=(1 << 24) + 1),
        frame(b"x" * 1000, PING),
        frame(b"x", 0xB),
        b"\xff" * 64,
        frame(b"\1 " + b"refused " * 100_000),
    ],
    ids=["huge", "over the cap", "long ping", "opcode", "noise", "long error"],
)
async def test_what_is_no_frame_ends_the_lane_and_is_no_data(after: bytes) -> None:
    async with answering(PORT_FRAMES + after) as (endpoint, _):
        events = _Events()
        lane = await open_port_forward(endpoint, events)
        assert len(await events.end()) < 2000
        assert bytes(events.data) == b""
        lane.close()


async def test_nothing_is_unpacked() -> None:
    """A frame that says it is packed (RFC 7692) comes as it is, for nobody agreed to that: there are no bombs."""
    packed = zlib.compress(bytes(16 << 20))
    async with answering(PORT_FRAMES + frame(b"\0" + packed, first=0xC0) + frame(b"\0end")) as (endpoint, _):
        events = _Events()
        lane = await open_port_forward(endpoint, events)
        assert await events.until(len(packed) + 3) == packed + b"end"
        lane.close()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_takes_no_credential_along(status: int) -> None:
    async with answering(b"") as (elsewhere, there):
        there_url = elsewhere.server_url.replace("http:", "ws:")
        head = f"HTTP/1.1 {status} X\r\nLocation: {there_url}/x\r\nContent-Length: 0\r\n\r\n".encode()
        async with answering(b"", head=head) as (endpoint, here):
            with pytest.raises(LaneFailed):
                await open_port_forward(endpoint, _Events())
            assert b"the-token" in here[0], "the counter-test"
        assert there == []


@pytest.mark.parametrize(
    "head",
    [b"\xff" * 4096, b"HTTP/1.1 101 X\r\n\r\n", b"HTTP/1.1 101 X\r\n" + b"a: b\r\n" * 20_000, b"SSH-2.0-x\r\n\r\n"],
)
async def test_a_handshake_that_is_none(head: bytes) -> None:
    async with answering(b"", head=head + b"\r\n\r\n") as (endpoint, _):
        with pytest.raises(LaneFailed) as failure:
            await open_port_forward(endpoint, _Events())
    assert "the-token" not in str(failure.value)
