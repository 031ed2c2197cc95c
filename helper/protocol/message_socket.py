"""Messages and descriptors over a connected unix stream socket, for any asyncio loop (plain, uvloop, qasync).

Used on all three channels: app and helper, helper and worker, app and worker. Descriptors travel as SCM_RIGHTS
(unix(7)) with the first byte of their message, so they are there when the message is whole: the reader of a message
that carries some takes them with `take_descriptors`. A peer that was not expected to send any loses them in the
kernel, because no room is given for them.
"""

from __future__ import annotations

import asyncio
import os
import socket
from array import array
from collections import deque
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec

from helper.protocol.framing import MAX_MESSAGE_BYTES, MessageDecoder, ProtocolError, encode

M = TypeVar("M")

_READ_BYTES = 1 << 16
_CLOSE_ON_EXEC: int = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
"""Needs recvmsg: Python's `socket.recv_fds` takes flags and does not pass them on. macOS has no such flag."""

_NO_SIGNAL: int = getattr(socket, "MSG_NOSIGNAL", 0)
"""Python ignores SIGPIPE anyway; older macOS has no such flag."""

_INT = array("i")
_MAX_WAITING_DESCRIPTORS = 16


class ChannelClosed(Exception):
    """The peer, or our own side, closed the channel."""


class MessageSocket(Generic[M]):
    """Owns `sock`. One task may receive while others send; every message is sent whole."""

    def __init__(
        self, sock: socket.socket, incoming: Any, *, max_descriptors: int = 0, max_bytes: int = MAX_MESSAGE_BYTES
    ) -> None:
        """`incoming` is the union of the peer's messages, `max_descriptors` the most that one of them carries.

        `max_bytes`: of a message, until `take_larger`.
        """
        sock.setblocking(False)
        self._socket = sock
        self._fd = sock.fileno()
        self._decoder: MessageDecoder[M] = MessageDecoder(incoming, max_bytes)
        self._ancillary_bytes = socket.CMSG_LEN(max_descriptors * _INT.itemsize) if max_descriptors else 0
        self._messages: deque[M] = deque()
        self._descriptors: deque[int] = deque()
        self._sending = asyncio.Lock()
        self._waiters: set[asyncio.Future[None]] = set()
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    def take_larger(self) -> None:
        """The peer is known now: its messages may be of any size that the protocol has."""
        self._decoder.max_bytes = MAX_MESSAGE_BYTES

    async def receive(self) -> M:
        """Returns the next message. Raises ChannelClosed at the end, ProtocolError on bytes that are none."""
        while not self._messages:
            self._messages.extend(self._decoder.feed(await self._read()))
        return self._messages.popleft()

    def take_descriptors(self, count: int) -> list[int]:
        """Hands over the oldest `count` descriptors. Raises ProtocolError when the peer has not sent so many."""
        if len(self._descriptors) < count:
            raise ProtocolError(f"{len(self._descriptors)} descriptors came, {count} were announced")
        return [self._descriptors.popleft() for _ in range(count)]

    async def send(self, message: msgspec.Struct, descriptors: Sequence[int] = ()) -> None:
        """Returns when the kernel has taken it all; the caller still owns `descriptors`. Raises ChannelClosed.

        When cancelled in the middle of a message the channel is closed, because the rest could not be understood.
        """
        data = memoryview(encode(message))
        async with self._sending:
            sent = 0
            try:
                while sent < len(data):
                    sent += await self._write(data[sent:], descriptors if sent == 0 else ())
            except asyncio.CancelledError:
                if sent:
                    self.close()
                raise

    def close(self) -> None:
        """Idempotent. Whoever waits in `receive` or `send` gets ChannelClosed."""
        if self._closed:
            return
        self._closed = True
        for waiter in self._waiters:
            waiter.get_loop().remove_reader(self._fd)
            waiter.get_loop().remove_writer(self._fd)
            if not waiter.done():
                waiter.set_exception(ChannelClosed("closed on this side"))
        self._socket.close()
        while self._descriptors:
            os.close(self._descriptors.popleft())

    async def _read(self) -> bytes:
        while True:
            self._raise_if_closed()
            try:
                data, ancillary, _, _ = self._socket.recvmsg(_READ_BYTES, self._ancillary_bytes, _CLOSE_ON_EXEC)
            except BlockingIOError:
                await self._ready(for_reading=True)
                continue
            except OSError as error:
                raise ChannelClosed(str(error)) from error
            for level, kind, content in ancillary:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    whole = len(content) // _INT.itemsize * _INT.itemsize
                    self._descriptors.extend(_received(content[:whole]))
            if len(self._descriptors) > _MAX_WAITING_DESCRIPTORS:
                raise ProtocolError("more descriptors than messages that carry them")
            if not data:
                raise ChannelClosed("closed by the peer")
            return data

    async def _write(self, data: memoryview, descriptors: Sequence[int]) -> int:
        while True:
            self._raise_if_closed()
            try:
                if descriptors:
                    return socket.send_fds(self._socket, [data], list(descriptors), _NO_SIGNAL)
                return self._socket.send(data, _NO_SIGNAL)
            except BlockingIOError:
                await self._ready(for_reading=False)
            except OSError as error:
                raise ChannelClosed(str(error)) from error

    async def _ready(self, *, for_reading: bool) -> None:
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        (loop.add_reader if for_reading else loop.add_writer)(self._fd, _wake, waiter)
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)
            if not self._closed:
                (loop.remove_reader if for_reading else loop.remove_writer)(self._fd)

    def _raise_if_closed(self) -> None:
        if self._closed:
            raise ChannelClosed("closed on this side")


def _received(content: bytes) -> array[int]:
    descriptors = array("i", content)
    if not _CLOSE_ON_EXEC:
        for descriptor in descriptors:
            os.set_inheritable(descriptor, False)
    return descriptors


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
