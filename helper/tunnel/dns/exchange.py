"""One question to one server, over UDP or TCP, from a socket of its own.

A connected socket per question gives each its own random port and lets the kernel drop what comes from elsewhere
(RFC 5452); the caller chooses a random id, and the question must come back too.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from dataclasses import dataclass

from helper.tunnel.dns import header

DNS_PORT = 53
TRY_TIMEOUT_S = 1.0
UDP_TRIES = 2
TCP_TIMEOUT_S = TRY_TIMEOUT_S * UDP_TRIES
MAX_STRANGE_DATAGRAMS = 16
"""Datagrams that are no answer, before the server is given up: a flood must not hold the event loop."""

_MAX_MESSAGE_BYTES = 65_535
_WITH_PORT = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[0-9.]+)):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True)
class Server:
    """`address` may carry an IPv6 scope ("fe80::1%eth0")."""

    address: str
    port: int = DNS_PORT

    @property
    def family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if ":" in self.address else socket.AF_INET


def parse_server(text: str) -> Server:
    """Parses "192.0.2.1", "2001:db8::1", "192.0.2.1:5353" or "[2001:db8::1]:5353". Raises ValueError."""
    address, port = text, DNS_PORT
    if match := _WITH_PORT.fullmatch(text):
        address, port = match["v6"] or match["v4"], int(match["port"])
    if not 0 < port < 65_536:
        raise ValueError(f"not a port: {port}")
    return Server(str(ipaddress.ip_address(address)), port)


async def ask_udp(server: Server, request: bytes) -> bytes:
    """Returns the server's answer to `request`. Raises OSError (refused, no route) or TimeoutError.

    The second try is the same datagram from the same socket, so that a slow answer to the first still counts.
    """
    loop = asyncio.get_running_loop()
    with socket.socket(server.family, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.connect((server.address, server.port))
        for _ in range(UDP_TRIES):
            sock.send(request)
            try:
                async with asyncio.timeout(TRY_TIMEOUT_S):
                    return await _receive_answer(loop, sock, request)
            except TimeoutError:
                continue
    raise TimeoutError(f"{server.address} did not answer in {UDP_TRIES * TRY_TIMEOUT_S} s")


async def ask_tcp(server: Server, request: bytes) -> bytes:
    """Like `ask_udp`. One try: TCP repeats lost segments itself."""
    loop = asyncio.get_running_loop()
    with socket.socket(server.family, socket.SOCK_STREAM) as sock:
        sock.setblocking(False)
        async with asyncio.timeout(TCP_TIMEOUT_S):
            await loop.sock_connect(sock, (server.address, server.port))
            await loop.sock_sendall(sock, len(request).to_bytes(2) + request)
            size = int.from_bytes(await _read_exactly(loop, sock, 2))
            response = await _read_exactly(loop, sock, size)
    if not header.is_answer(response, request):
        raise ConnectionError(f"{server.address} answered something else")
    return response


async def _receive_answer(loop: asyncio.AbstractEventLoop, sock: socket.socket, request: bytes) -> bytes:
    for _ in range(MAX_STRANGE_DATAGRAMS):
        response = await loop.sock_recv(sock, _MAX_MESSAGE_BYTES)
        if header.is_answer(response, request):
            return response
    raise ConnectionError("only datagrams that are no answer")


async def _read_exactly(loop: asyncio.AbstractEventLoop, sock: socket.socket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        part = await loop.sock_recv(sock, size - len(received))
        if not part:
            raise ConnectionError("the server closed the connection")
        received += part
    return bytes(received)
