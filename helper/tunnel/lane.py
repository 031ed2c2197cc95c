"""A lane: one ordered byte stream between laptop and manager, whatever carries it.

The port-forward (`portforward.py`) is one kind; `StreamLane` is a plain TCP stream: the manager's end of every
lane, and a direct connection where the manager can be reached. Lanes never block and never lose bytes; a lane that is
not `writable` wants its caller to stop until `on_writable`.
"""

from __future__ import annotations

import asyncio
import logging
import mmap
import socket
from typing import Protocol

from helper.tunnel.failure_words import words_of

HEADROOM = 16
"""Bytes that a caller of `send_buffer` leaves free in front, for the lane's own framing."""

_RECEIVE_BYTES = 256 * 1024
_HIGH_WATER_BYTES = 64 * 1024

log = logging.getLogger(__name__)


class LaneListener(Protocol):
    """Who uses a lane. Called from the event loop; must not block."""

    def on_data(self, data: memoryview) -> None:
        """Bytes of the stream; the view is valid during the call only."""

    def on_writable(self) -> None: ...

    def on_closed(self, reason: str) -> None:
        """Once, when the stream ended for whatever reason but `close`."""


class Lane(Protocol):
    @property
    def writable(self) -> bool: ...

    def send(self, data: bytes | bytearray) -> None: ...

    def send_buffer(self, buffer: bytearray, start: int, end: int) -> None:
        """Sends buffer[start:end]; the HEADROOM bytes before `start` may be written. The buffer is free on return."""

    def close(self) -> None:
        """Ends the lane without a call to `on_closed`."""


class StreamLane:
    """A lane over a connected, non-blocking stream socket, which it owns."""

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket, listener: LaneListener) -> None:
        sock.setblocking(False)
        if sock.family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._loop = loop
        self._socket = sock
        self._listener = listener
        self._pending = bytearray()
        # Of anonymous pages: a lane that carries little takes little. A bytearray is written over once at its birth.
        self._buffer = memoryview(mmap.mmap(-1, _RECEIVE_BYTES))
        self._closed = False
        loop.add_reader(sock.fileno(), self._readable)

    @property
    def writable(self) -> bool:
        return len(self._pending) < _HIGH_WATER_BYTES and not self._closed

    @property
    def backlog(self) -> int:
        """Bytes that wait for the socket."""
        return len(self._pending)

    def send(self, data: bytes | bytearray) -> None:
        self._send(memoryview(data))

    def send_buffer(self, buffer: bytearray, start: int, end: int) -> None:
        with memoryview(buffer) as view:
            self._send(view[start:end])

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._loop.remove_reader(self._socket.fileno())
            self._loop.remove_writer(self._socket.fileno())
            self._socket.close()

    def _write(self, data: memoryview) -> int:
        """Raises BlockingIOError when nothing can be written now, OSError when never again."""
        return self._socket.send(data)

    def _read(self, buffer: memoryview) -> int:
        """Raises as `_write`; 0 at the stream's end."""
        return self._socket.recv_into(buffer)

    def _send(self, data: memoryview) -> None:
        if self._closed:
            return
        sent = 0
        if not self._pending:
            try:
                sent = self._write(data)
            except BlockingIOError:
                pass
            except OSError as error:
                self._lose(error)
                return
        if sent < len(data):
            if not self._pending:
                self._loop.add_writer(self._socket.fileno(), self._flush)
            self._pending += data[sent:]

    def _flush(self) -> None:
        try:
            with memoryview(self._pending) as view:
                sent = self._write(view)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(error)
            return
        was_writable = self.writable
        del self._pending[:sent]
        if not self._pending:
            self._loop.remove_writer(self._socket.fileno())
        if not was_writable and self.writable:
            self._listener.on_writable()

    def _readable(self) -> None:
        try:
            count = self._read(self._buffer)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(error)
            return
        if count:
            self._listener.on_data(self._buffer[:count])
        else:
            self._lose(None)

    def _lose(self, error: OSError | None) -> None:
        self.close()
        # From the loop, so that a listener is never called from inside its own call of `send`.
        self._loop.call_soon(self._listener.on_closed, words_of(error) if error else "closed by the peer")
