"""A service of the demo application: `python -m tests.lab.shop.service --name reviews [options]`. Says "ready".

Runs in a pod, where it answers with the pod's name, and on a laptop (`--who laptop --bind 127.0.0.1`). Every port can
be given several times:
    --http    HTTP/1.1, WebSocket, server-sent events, and HTTP/2 with gRPC: see http_service and grpc_service
    --tls     the same HTTP/1.1 over TLS, with --certificate
    --echo    TCP: sends back what comes, after "WHO "
    --banner  TCP: the server speaks first, "220 WHO ready\\r\\n", and answers each line with "250 WHO LINE"
    --udp     sends each datagram back, after "WHO "
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

from tests.lab.shop.http1 import BLOCK_BYTES, MAX_HEAD_BYTES
from tests.lab.shop.http_service import H2_PREFACE, HttpConnection, Who

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_BROKEN = (ConnectionError, asyncio.IncompleteReadError, TimeoutError, ssl.SSLError)
"""How a client may leave."""
_BACKLOG = 256
_DATAGRAM_BUFFER_BYTES = 1 << 20


class Service:
    def __init__(self, who: Who) -> None:
        self._who = who

    async def http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(len(H2_PREFACE))
        while H2_PREFACE.startswith(first) and first and len(first) < len(H2_PREFACE):
            more = await reader.read(len(H2_PREFACE) - len(first))
            if not more:
                return
            first += more
        if first == H2_PREFACE:
            # Read when somebody speaks it: h2 takes 0.1 s.
            from tests.lab.shop.grpc_service import Http2Service
            from tests.lab.shop.http2 import Http2Connection

            await Http2Connection(reader, writer, Http2Service(self._who).serve).run(first)
        elif first:
            await HttpConnection(self._who, reader, writer).serve(first)

    async def echo(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = True
        while data := await reader.read(BLOCK_BYTES):
            writer.write(f"{self._who.pod} ".encode() + data if first else data)
            first = False
            await writer.drain()

    async def banner(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"220 {self._who.pod} ready\r\n".encode())
        while line := await reader.readline():
            writer.write(f"250 {self._who.pod} ".encode() + line)
            await writer.drain()

    def served(self, handler: Handler) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                await handler(reader, writer)
            except* _BROKEN:
                pass
            finally:
                writer.close()

        return serve


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, who: Who) -> None:
        self._who = who.pod.encode() + b" "

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        self._transport.sendto(self._who + data, address)


def bound(kind: socket.SocketKind, address: str, port: int) -> socket.socket:
    """`address` "::" takes IPv4 too, and is IPv4 alone where there is no IPv6."""
    if address == "::" and not os.path.exists("/proc/net/if_inet6"):
        address = "0.0.0.0"
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if address == "::":
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    if kind is socket.SOCK_DGRAM:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _DATAGRAM_BUFFER_BYTES)
    made.bind((address, port))
    return made


async def start(who: Who, options: argparse.Namespace) -> list[asyncio.AbstractServer | asyncio.BaseTransport]:
    """Returns what is to be closed at the end."""
    loop = asyncio.get_running_loop()
    service = Service(who)
    context = None
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate)
    handlers: list[tuple[list[int], Handler, ssl.SSLContext | None]] = [
        (options.http, service.http, None),
        (options.tls, service.http, context),
        (options.echo, service.echo, None),
        (options.banner, service.banner, None),
    ]
    started: list[asyncio.AbstractServer | asyncio.BaseTransport] = []
    for address in options.bind:
        for ports, handler, tls in handlers:
            for port in ports:
                sock = bound(socket.SOCK_STREAM, address, port)
                server = await asyncio.start_server(
                    service.served(handler), sock=sock, ssl=tls, limit=MAX_HEAD_BYTES, backlog=_BACKLOG
                )
                started.append(server)
        for port in options.udp:
            sock = bound(socket.SOCK_DGRAM, address, port)
            transport, _ = await loop.create_datagram_endpoint(lambda: Datagrams(who), sock=sock)
            started.append(transport)
    return started


async def main(options: argparse.Namespace) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    started = await start(Who(options.name, options.who, options.next), options)
    print("ready", flush=True)
    await ended.wait()
    for one in started:
        one.close()


def parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="service")
    parser.add_argument("--name", default="?", help="of the service")
    parser.add_argument("--who", default=os.environ.get("HOSTNAME", "?"), help="who says so; a pod's name by default")
    parser.add_argument("--bind", action="append", default=[], help="addresses; by default all")
    parser.add_argument("--next", default="", metavar="URL")
    parser.add_argument("--certificate", type=Path, metavar="PEM", help="with its key")
    for kind in ("http", "tls", "echo", "banner", "udp"):
        parser.add_argument(f"--{kind}", action="append", default=[], type=int, metavar="PORT")
    options = parser.parse_args(arguments)
    options.bind = options.bind or ["::"]
    return options


if __name__ == "__main__":
    asyncio.run(main(parsed(sys.argv[1:])))
    os._exit(0)
