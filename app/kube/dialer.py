"""Opens a byte stream to an API server: directly, through an HTTP(S) proxy (CONNECT) or through SOCKS5."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from aiohappyeyeballs import start_connection

from app.kube.proxy_choice import proxy_port, without_credentials

CONNECT_TIMEOUT_S = 10.0
"""To have a usable stream, TLS included. Callers' own deadlines apply on top."""

HAPPY_EYEBALLS_DELAY_S = 0.25
"""RFC 8305, section 8."""

KEEPALIVE_IDLE_S = 10
KEEPALIVE_INTERVAL_S = 5
KEEPALIVE_COUNT = 3
"""A peer that vanished (suspended laptop, other network) is noticed within 25 s on an idle watch."""

_PROXY_ANSWER_LIMIT = 1 << 14


@dataclass(frozen=True)
class Stream:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def close(self) -> None:
        self.writer.transport.abort()


@dataclass(frozen=True)
class Route:
    """Where to, and how. `tls` None means plain HTTP."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    server_name: str | None
    proxy_url: str | None


class ProxyError(Exception):
    """The proxy could not be reached or refused. `proxy` is its URL without credentials."""

    def __init__(self, proxy: str, problem: str) -> None:
        super().__init__(f"{proxy}: {problem}")
        self.proxy = proxy
        self.problem = problem


async def dial(route: Route) -> Stream:
    """Raises ProxyError, ssl.SSLError, OSError (TimeoutError and socket.gaierror are such)."""
    async with asyncio.timeout(CONNECT_TIMEOUT_S):
        if route.proxy_url is None:
            stream = await _open(route.host, route.port, route.tls, route.server_name)
        elif urlsplit(route.proxy_url).scheme.startswith("socks5"):
            stream = await _through_socks(route, route.proxy_url)
        else:
            stream = await _through_http_proxy(route, route.proxy_url)
    _keep_alive(stream)
    return stream


async def resolve_first_hop(route: Route) -> frozenset[str]:
    """The addresses of the proxy, or without one of the server. Raises OSError."""
    host, port = route.host, route.port
    if route.proxy_url is not None:
        proxy = urlsplit(route.proxy_url)
        host, port = proxy.hostname or "", proxy_port(proxy)
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return frozenset(str(address[4][0]) for address in found)


async def _open(host: str, port: int, tls: ssl.SSLContext | None, server_name: str | None) -> Stream:
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # Without happy eyeballs, a dead IPv6 route would eat the whole timeout; uvloop has none of its own.
    sock = await start_connection(infos, happy_eyeballs_delay=HAPPY_EYEBALLS_DELAY_S, interleave=1)
    return await _over(sock, tls, server_name or host)


class _StreamProtocol(asyncio.StreamReaderProtocol):
    """Remembers its transport, for the moment between a connection's making and its use."""

    made: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.made = transport
        super().connection_made(transport)


async def _over(sock: socket.socket, tls: ssl.SSLContext | None, server_name: str) -> Stream:
    """Takes the socket over, also when it fails.

    Not `asyncio.open_connection`: when that is cancelled just as the TLS handshake ends, it starts a slow goodbye on
    a transport that nobody else can reach; closing the socket beneath it would hand its number to somebody else.
    """
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(loop=loop)
    protocol = _StreamProtocol(reader, loop=loop)
    try:
        name = server_name if tls is not None else None
        transport, _ = await loop.create_connection(lambda: protocol, sock=sock, ssl=tls, server_hostname=name)
    except BaseException:
        if isinstance(protocol.made, asyncio.WriteTransport):
            protocol.made.abort()
        else:
            sock.close()
        raise
    return Stream(reader, asyncio.StreamWriter(transport, protocol, reader, loop))


async def _through_http_proxy(route: Route, proxy_url: str) -> Stream:
    proxy = urlsplit(proxy_url)
    told = without_credentials(proxy_url)
    try:
        tls = None
        if proxy.scheme == "https":
            from app.kube.tls import client_tls_context

            tls = client_tls_context()
        stream = await _open(proxy.hostname or "", proxy_port(proxy), tls, None)
    except (OSError, ssl.SSLError) as error:
        raise ProxyError(told, problem_of(error)) from error
    try:
        host = f"[{route.host}]" if ":" in route.host else route.host
        lines = [f"CONNECT {host}:{route.port} HTTP/1.1", f"Host: {host}:{route.port}"]
        if proxy.username is not None:
            pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
            lines.append(f"Proxy-Authorization: Basic {base64.b64encode(pair.encode()).decode()}")
        stream.writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        await _require_ok(stream.reader, told)
        if route.tls is not None:
            await stream.writer.start_tls(route.tls, server_hostname=route.server_name or route.host)
    except BaseException:
        stream.close()
        raise
    return stream


async def _require_ok(reader: asyncio.StreamReader, told: str) -> None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as error:
        raise ProxyError(told, "it closed the connection without an answer") from error
    status = head[:_PROXY_ANSWER_LIMIT].split(b"\r\n", 1)[0].decode("latin-1")
    version, _, rest = status.partition(" ")
    if not version.startswith("HTTP/") or not rest.startswith("200"):
        raise ProxyError(told, f"it answered {rest[:100] or status[:100]!r}")


async def _through_socks(route: Route, proxy_url: str) -> Stream:
    from python_socks import ProxyError as SocksError
    from python_socks.async_.asyncio import Proxy

    told = without_credentials(proxy_url)
    url = proxy_url.replace("socks5h://", "socks5://", 1)
    try:
        # As Go does it: the proxy resolves the name.
        sock: socket.socket = await Proxy.from_url(url, rdns=True).connect(route.host, route.port)
    except (SocksError, OSError) as error:
        raise ProxyError(told, problem_of(error)) from error
    return await _over(sock, route.tls, route.server_name or route.host)


def _keep_alive(stream: Stream) -> None:
    sock: Any = stream.writer.get_extra_info("socket")
    if sock is None:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    idle = getattr(socket, "TCP_KEEPIDLE", getattr(socket, "TCP_KEEPALIVE", None))
    options = [(idle, KEEPALIVE_IDLE_S), (getattr(socket, "TCP_KEEPINTVL", None), KEEPALIVE_INTERVAL_S)]
    options.append((getattr(socket, "TCP_KEEPCNT", None), KEEPALIVE_COUNT))
    for option, value in options:
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def problem_of(error: BaseException) -> str:
    """What happened to a connection, for the sentence: "connection refused", "no answer within …"."""
    if isinstance(error, socket.gaierror):
        return "its name cannot be resolved"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "reason", None)  # Python's own ones have none.
        return reason.replace("_", " ").lower() if reason else "TLS failed"
    if isinstance(error, OSError) and error.errno:
        import os

        return os.strerror(error.errno).lower()
    return str(error).lower() or "the connection was cut"
