"""Stream lanes over socket pairs: order, back-pressure, ends."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field

from helper.tunnel.lane import HEADROOM, StreamLane


@dataclass
class _Listener:
    data: bytearray = field(default_factory=bytearray)
    writable: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def on_data(self, data: memoryview) -> None:
        self.data += data
        self.changed.set()

    def on_writable(self) -> None:
        self.writable.set()

    def on_closed(self, reason: str) -> None:
        self.closed.put_nowait(reason)

    async def until(self, count: int) -> bytes:
        async with asyncio.timeout(5):
            while len(self.data) < count:
                self.changed.clear()
                await self.changed.wait()
        return bytes(self.data)


def _takes_more(lane: StreamLane) -> bool:
    return lane.writable


def _pair() -> tuple[StreamLane, _Listener, socket.socket]:
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    listener = _Listener()
    return StreamLane(asyncio.get_running_loop(), ours, listener), listener, theirs


async def test_bytes_come_in_and_go_out_in_order() -> None:
    lane, listener, peer = _pair()
    with peer:
        peer.send(b"hello")
        assert await listener.until(5) == b"hello"
        buffer = bytearray(b"." * HEADROOM + b"worldxx")
        lane.send(b"big ")
        lane.send_buffer(buffer, HEADROOM, HEADROOM + 5)
        buffer[:] = bytes(len(buffer))
        assert peer.recv(100) == b"big world"
        lane.close()


async def test_what_the_peer_does_not_take_waits_and_is_not_lost() -> None:
    lane, listener, peer = _pair()
    loop = asyncio.get_running_loop()
    with peer:
        sent = bytearray()
        for number in range(100_000):
            if not _takes_more(lane):
                break
            piece = number.to_bytes(4, "big") * 4096
            lane.send(piece)
            sent += piece
        else:
            raise AssertionError("it takes everything")
        lane.send(b"one more")
        sent += b"one more"
        assert not listener.writable.is_set()
        received = bytearray()
        async with asyncio.timeout(5):
            while len(received) < len(sent):
                received += await loop.sock_recv(peer, 1 << 20)
        assert received == sent
        assert listener.writable.is_set()
        assert _takes_more(lane)
        lane.close()


async def test_the_end_is_told_once_and_nothing_is_sent_after_it() -> None:
    lane, listener, peer = _pair()
    peer.close()
    async with asyncio.timeout(5):
        assert await listener.closed.get() == "closed by the peer"
    lane.send(b"too late")
    lane.close()
    await asyncio.sleep(0)
    assert listener.closed.empty()
    assert not lane.writable


async def test_a_send_that_fails_is_told_from_the_loop() -> None:
    lane, listener, peer = _pair()
    peer.close()
    lane.send(b"x")
    assert listener.closed.empty(), "not from inside of the caller's own call"
    async with asyncio.timeout(5):
        assert await listener.closed.get() == "the connection was cut while it was in use"


async def test_closing_tells_nobody() -> None:
    lane, listener, peer = _pair()
    with peer:
        lane.close()
        lane.close()
        await asyncio.sleep(0)
        assert listener.closed.empty()
        assert peer.recv(10) == b""
