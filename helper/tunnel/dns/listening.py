"""The stub's two sockets: datagrams and streams in, queries out, answers back.

No task per client: protocols hand whole queries to one queue and refuse what does not fit into it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from helper.tunnel.dns.exchange import DNS_PORT

log = logging.getLogger(__name__)

TCP_IDLE_S = 10.0
MAX_TCP_CLIENTS = 64
MAX_TCP_PENDING = 16
"""Unanswered queries of one connection, before it is not read any further."""
MAX_SEND_BUFFER_BYTES = 256 * 1024
"""Of a TCP client that does not read its answers, before it is cut off."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message of a client. `reply` is called exactly once, with None for no answer, and never raises."""

    raw: bytes
    over_tcp: bool
    reply: Callable[[bytes | None], None]


Accept = Callable[[Incoming], bool]
"""Takes a message on; False when there is no room for it."""


class Listener:
    """A pair of sockets that is being served."""

    def __init__(self, accept: Accept) -> None:
        self._accept = accept
        self._udp = _UdpClients(accept)
        self._tcp: asyncio.Server | None = None
        self._clients: set[_TcpClient] = set()

    @classmethod
    async def open(cls, udp_socket: socket.socket, tcp_socket: socket.socket, accept: Accept) -> Listener:
        """Serves the sockets until `close`, and owns them from now on. Raises OSError; they are closed then."""
        listener = cls(accept)
        try:
            await listener._serve(udp_socket, tcp_socket)
        except BaseException:
            listener.close()
            udp_socket.close()
            tcp_socket.close()
            raise
        return listener

    async def _serve(self, udp_socket: socket.socket, tcp_socket: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        udp_socket.setblocking(False)
        tcp_socket.setblocking(False)
        await loop.create_datagram_endpoint(lambda: self._udp, sock=udp_socket)
        # In two steps, so that the server is in our hands when the second is cancelled.
        self._tcp = await loop.create_server(
            lambda: _TcpClient(self._accept, self._clients), sock=tcp_socket, start_serving=False
        )
        await self._tcp.start_serving()

    def close(self) -> None:
        self._udp.close()
        if self._tcp is not None:
            self._tcp.close()
        for client in tuple(self._clients):
            client.abort()


class _UdpClients(asyncio.DatagramProtocol):
    def __init__(self, accept: Accept) -> None:
        self._accept = accept
        self._transport: asyncio.DatagramTransport | None = None
        self._own = ""
        self._closed = False
        self._send_buffer_full = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self._own = transport.get_extra_info("sockname")[0]
        if self._closed:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            log.error("the DNS socket is lost: %s", exc)
        self._closed = True

    def close(self) -> None:
        """uvloop forgets the transport of a `create_datagram_endpoint` that is cancelled: it may still come."""
        self._closed = True
        if self._transport is not None:
            self._transport.abort()

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if is_served(addr[0], self._own):
            self._accept(Incoming(data, False, lambda answer: self._reply(answer, addr)))

    def error_received(self, exc: Exception) -> None:
        log.debug("a DNS answer could not be delivered: %s", exc)

    def pause_writing(self) -> None:
        self._send_buffer_full = True

    def resume_writing(self) -> None:
        self._send_buffer_full = False

    def _reply(self, answer: bytes | None, addr: tuple[str | Any, int]) -> None:
        if answer is not None and self._transport is not None and not self._closed and not self._send_buffer_full:
            self._transport.sendto(answer, addr)


class _TcpClient(asyncio.Protocol):
    """Messages with two bytes of length in front (RFC 7766); answers in the order they are ready."""

    def __init__(self, accept: Accept, clients: set[_TcpClient]) -> None:
        self._accept = accept
        self._clients = clients
        self._buffer = bytearray()
        self._pending = 0
        self._ended = False
        self._idle: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        own = transport.get_extra_info("sockname")
        if not peer or not own or not is_served(peer[0], own[0]) or len(self._clients) >= MAX_TCP_CLIENTS:
            self._transport.abort()
            return
        self._clients.add(self)
        self._restart_idle()

    def connection_lost(self, exc: Exception | None) -> None:
        self._clients.discard(self)
        self._stop_idle()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._restart_idle()
        self._take_messages()

    def eof_received(self) -> bool:
        """A client may close its sending half after the last question: it gets its answers first."""
        self._ended = True
        return self._pending > 0

    def abort(self) -> None:
        self._transport.abort()

    def _take_messages(self) -> None:
        while self._pending < MAX_TCP_PENDING and len(self._buffer) >= 2:
            end = 2 + int.from_bytes(self._buffer[:2])
            if len(self._buffer) < end:
                break
            raw = bytes(self._buffer[2:end])
            del self._buffer[:end]
            self._pending += 1
            if not self._accept(Incoming(raw, True, self._reply)):
                self.abort()
                return
        if self._pending < MAX_TCP_PENDING:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def _reply(self, answer: bytes | None) -> None:
        self._pending -= 1
        if self._transport.is_closing():
            return
        if answer is not None:
            self._transport.write(len(answer).to_bytes(2) + answer)
        if self._transport.get_write_buffer_size() > MAX_SEND_BUFFER_BYTES:
            self.abort()
            return
        self._restart_idle()
        self._take_messages()
        if self._ended and not self._pending:
            self._transport.close()

    def _restart_idle(self) -> None:
        self._stop_idle()
        self._idle = asyncio.get_running_loop().call_later(TCP_IDLE_S, self.abort)

    def _stop_idle(self) -> None:
        if self._idle is not None:
            self._idle.cancel()


def is_served(client: str, own: str) -> bool:
    """Is this a client of this machine, its containers included, and not one at the other end of the tunnel?

    Pods reach the virtual address, and must not resolve names of the laptop's own network through it. The kernel says
    which way an answer would go: it chooses our virtual address as its source for the tunnel only.
    """
    address = ipaddress.ip_address(client)
    if client == own or address.is_loopback:
        return True
    if address.is_link_local:
        return False
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((client, DNS_PORT))
        except OSError:
            return False
        return bool(probe.getsockname()[0] != own)
