"""Servers behind Envoy. They answer with their name and all that they got: HTTP/1, HTTP/2 cleartext, bytes, TLS.

What the first bytes are decides the protocol, for each connection. The path says what is wanted: `/download?BYTES`,
`/upload`, `/sse`, `/trailers`, `/slow?SECONDS`, `/continue`; `/` and all others are told what was asked.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, RequestReceived, StreamEnded, TrailersReceived

PORT, TLS_PORT, SERVER_FIRST_PORT = POD_PORTS = 9080, 9443, 9306
LOCAL_PORT, LOCAL_TLS_PORT, LOCAL_SERVER_FIRST_PORT = LOCAL_PORTS = 8080, 8443, 8306
_CHUNK = bytes(1 << 16)
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_LIMIT = 4 << 20


@asynccontextmanager
async def serving(name: str, host: str | None, keys: Path, ports: tuple[int, int, int]) -> AsyncIterator[None]:
    """`ports`: of HTTP and bytes, of the same in TLS, of one who speaks first. `host` None: both families."""
    server = _Server(name)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(keys / "tls.crt", keys / "tls.key")
    servers = [
        await asyncio.start_server(server.serve, host, ports[0], limit=_LIMIT, backlog=512),
        await asyncio.start_server(server.serve, host, ports[1], ssl=context, limit=_LIMIT),
        await asyncio.start_server(server.greet, host, ports[2], limit=_LIMIT),
    ]
    try:
        yield
    finally:
        for each in servers:
            each.close()
        server.cut()


class _Server:
    def __init__(self, name: str) -> None:
        self._name = name
        self._writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            begin = await reader.read(1 << 16)
            if begin.startswith(_PREFACE[:4]):
                await _Http2(self._name, reader, writer).serve(begin)
            elif b" HTTP/1." in begin.partition(b"\r\n")[0]:
                await self._http1(begin, reader, writer)
            elif begin:
                await self._echo(begin, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speaks first."""
        self._writers.add(writer)
        try:
            writer.write(f"hello of {self._name}\n".encode())
            await self._echo(b"", reader, writer)
        except OSError:
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _echo(self, begin: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Behind the name, until the client has ended its half."""
        writer.write(self._name.encode() + b":" + begin)
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    async def _http1(self, begin: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peername")
        while True:
            while b"\r\n\r\n" not in begin:
                data = await reader.read(1 << 16)
                if not data:
                    return
                begin += data
            raw, _, rest = begin.partition(b"\r\n\r\n")
            lines = raw.decode("latin-1").split("\r\n")
            method, target, version = lines[0].split(" ")
            fields = [line.split(": ", 1) if ": " in line else [line.partition(":")[0], ""] for line in lines[1:]]
            lower = {name.lower(): value for name, value in fields}
            if lower.get("upgrade"):
                chosen = (
                    f"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: {lower['upgrade']}\r\n\r\n"
                )
                writer.write(chosen.encode())
                await self._echo(rest, reader, writer)
                return
            body = _Body(rest, reader)
            if lower.get("expect") == "100-continue":
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            told: dict[str, object] = {"who": self._name, "line": lines[0], "fields": fields, "peer": list(peer[:2])}
            await self._respond(method, target, lower, body, writer, told)
            begin = body.rest
            if lower.get("connection") == "close" or version == "HTTP/1.0":
                return

    async def _respond(
        self,
        method: str,
        target: str,
        lower: dict[str, str],
        body: _Body,
        writer: asyncio.StreamWriter,
        told: dict[str, object],
    ) -> None:
        path, _, query = target.partition("?")
        if path == "/download":
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {query}\r\n\r\n".encode())
            for _ in range(int(query) // len(_CHUNK)):
                writer.write(_CHUNK)
                await writer.drain()
            return
        if path == "/sse":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            for number in range(int(query)):
                event = f"data: {number} of {self._name}\n\n".encode()
                writer.write(b"%x\r\n%s\r\n" % (len(event), event))
                await writer.drain()
                await asyncio.sleep(0.3)
            writer.write(b"0\r\n\r\n")
            return
        if path == "/trailers":
            writer.write(b"HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n")
            writer.write(b"2\r\nhi\r\n0\r\nX-Sum: 42\r\n\r\n")
            return
        if path == "/slow":
            await asyncio.sleep(float(query))
        received, sent_trailers = await body.read_all(lower)
        told |= {"received": received, "trailers": sent_trailers}
        text = json.dumps(told).encode()
        extra = f"X-Big: {'b' * int(query)}\r\n" if path == "/big" else ""
        head = f"HTTP/1.1 200 OK\r\nX-MiXed-Case: Kept\r\nServer: lab/1\r\n{extra}Content-Length: {len(text)}\r\n\r\n"
        writer.write(head.encode() + (b"" if method == "HEAD" else text))
        await writer.drain()


class _Body:
    """Of an HTTP/1 request. `rest`: what follows it."""

    def __init__(self, rest: bytes, reader: asyncio.StreamReader) -> None:
        self.rest = rest
        self._reader = reader

    async def read_all(self, lower: dict[str, str]) -> tuple[int, list[str]]:
        """Its size, and the trailers."""
        if lower.get("transfer-encoding") == "chunked":
            total = 0
            while size := int((await self._line()).split(b";")[0], 16):
                total += await self._skip(size)
                await self._line()
            trailers = []
            while line := await self._line():
                trailers.append(line.decode())
            return total, trailers
        return await self._skip(int(lower.get("content-length", 0))), []

    async def _more(self) -> None:
        data = await self._reader.read(1 << 18)
        if not data:
            raise asyncio.IncompleteReadError(self.rest, None)
        self.rest += data

    async def _line(self) -> bytes:
        while b"\r\n" not in self.rest:
            await self._more()
        line, _, self.rest = self.rest.partition(b"\r\n")
        return line

    async def _skip(self, size: int) -> int:
        left = size - len(self.rest)
        self.rest, skipped = self.rest[size:], self.rest
        while left > 0:
            data = await self._reader.read(min(left, 1 << 18))
            if not data:
                raise asyncio.IncompleteReadError(skipped, size)
            left -= len(data)
        return size


class _Http2:
    """Headers are told in the answer's `x-who` and `x-got`; data goes back as it comes; trailers are the end."""

    def __init__(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._name = name
        self._reader = reader
        self._writer = writer
        self._http = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))

    async def serve(self, begin: bytes) -> None:
        self._http.initiate_connection()
        data = begin
        while data:
            self._handle(self._http.receive_data(data))
            self._writer.write(self._http.data_to_send())
            await self._writer.drain()
            data = await self._reader.read(1 << 16)

    def _handle(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, RequestReceived):
                got = json.dumps([list(pair) for pair in event.headers or []])
                answer = [
                    (":status", "200"),
                    ("content-type", "application/grpc"),
                    ("x-who", self._name),
                    ("x-got", got),
                ]
                self._http.send_headers(event.stream_id, answer)
            elif isinstance(event, DataReceived):
                self._http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                if event.data:
                    self._http.send_data(event.stream_id, event.data)
            elif isinstance(event, StreamEnded):
                self._http.send_headers(event.stream_id, [("grpc-status", "0"), ("x-end", "yes")], end_stream=True)
            elif isinstance(event, TrailersReceived):
                pass
