"""A lane over TLS on a TCP socket: between sidecar and manager, on the pod network.

The socket's own `ssl` object does the records: no transport between, no copy more than TLS itself makes.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable

from helper.tunnel.lane import LaneListener, StreamLane

_AGAIN = (ssl.SSLWantReadError, ssl.SSLWantWriteError)


class TlsLane(StreamLane):
    """Shakes hands first; what is sent before waits. Whoever makes it limits the time that it may take."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: socket.socket,
        listener: LaneListener,
        context: ssl.SSLContext,
        *,
        server_name: str | None = None,
        on_secure: Callable[[], None] | None = None,
    ) -> None:
        """`sock` is connected. `server_name` None: the server's end. Owns the socket."""
        sock.setblocking(False)
        self._tls = context.wrap_socket(
            sock,
            server_side=server_name is None,
            server_hostname=server_name,
            do_handshake_on_connect=False,
            suppress_ragged_eofs=True,
        )
        self._on_secure = on_secure
        self._secure = False
        super().__init__(loop, self._tls, listener)
        if server_name is not None:
            loop.add_writer(self._tls.fileno(), self._flush)

    def _write(self, data: memoryview) -> int:
        """A record holds 16 KiB (RFC 8446, 5.1), and one call writes one record."""
        if not self._shake_hands():
            raise BlockingIOError
        sent = 0
        try:
            while sent < len(data):
                sent += self._tls.send(data[sent:])
        except _AGAIN:
            if not sent:
                raise BlockingIOError from None
        return sent

    def _read(self, buffer: memoryview) -> int:
        """As many records as there are: what OpenSSL holds already wakes no event loop."""
        if not self._shake_hands():
            raise BlockingIOError
        count = 0
        try:
            while count < len(buffer):
                part = self._tls.recv_into(buffer[count:])
                if not part:
                    # The end is told by the next call, which finds it again.
                    break
                count += part
            else:
                self._loop.call_soon(self._more)
        except _AGAIN:
            if not count:
                raise BlockingIOError from None
        return count

    def _more(self) -> None:
        if not self._closed:
            self._readable()

    def _shake_hands(self) -> bool:
        if self._secure:
            return True
        try:
            self._tls.do_handshake()
        except ssl.SSLWantWriteError:
            self._loop.add_writer(self._tls.fileno(), self._flush)
            return False
        except ssl.SSLWantReadError:
            self._loop.remove_writer(self._tls.fileno())
            return False
        self._secure = True
        if self._on_secure is not None:
            self._on_secure()
        if self._pending:
            self._loop.add_writer(self._tls.fileno(), self._flush)
        return True
