"""What a client in the cluster wants to know; every function is a verb of the agent, with plain JSON in and out.

`http` arguments are lists of exchanges, so that one connection can be asked several things.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from tests.lab.shop import websocket
from tests.lab.shop.datagrams import udp
from tests.lab.shop.http1 import MAX_HEAD_BYTES, Head, head_bytes, read_body, read_head, whole
from tests.lab.shop.http_service import PATTERN

TIMEOUT_S = 10.0
LONG_S = 60.0
Json = dict[str, Any]
Headers = Sequence[Sequence[str]]


def _any_certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@asynccontextmanager
async def connection(
    host: str, port: int, tls: bool = False, timeout_s: float = TIMEOUT_S
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """All of what is done with it has this long."""
    async with asyncio.timeout(timeout_s):
        context = _any_certificate() if tls else None
        reader, writer = await asyncio.open_connection(host, port, ssl=context, limit=MAX_HEAD_BYTES)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()


def request(method: str, path: str, host: str, headers: Headers = (), *, body: bytes = b"") -> bytes:
    pairs = tuple((name, text) for name, text in headers)
    if not any(name.lower() == "host" for name, _ in pairs):
        pairs = (("Host", host), *pairs)
    if body:
        pairs = (*pairs, ("Content-Length", str(len(body))))
    return head_bytes(f"{method} {path} HTTP/1.1", pairs) + body


async def answer(reader: asyncio.StreamReader) -> tuple[Head, Json]:
    head = await read_head(reader)
    if head is None:
        raise ConnectionError("closed without an answer")
    body = await whole(read_body(reader, head, until_closed=True))
    told: Json = {"status": head.status, "answer_headers": head.headers}
    try:
        told["body"] = json.loads(body)
    except ValueError:
        told["body"] = body.decode("latin-1")
    return head, told


async def http(
    host: str,
    port: int,
    path: str = "/",
    headers: Headers = (),
    method: str = "GET",
    tls: bool = False,
    timeout_s: float = TIMEOUT_S,
    body: str = "",
) -> Json:
    """One request on a connection of its own."""
    async with connection(host, port, tls, timeout_s) as (reader, writer):
        begin = time.monotonic()
        writer.write(request(method, path, f"{host}:{port}", headers, body=body.encode()))
        _, told = await answer(reader)
    return told | {"took_s": time.monotonic() - begin}


async def sequence(host: str, port: int, requests: list[Json], tls: bool = False) -> list[Json]:
    """Requests ({path, headers}) one after another on one connection."""
    told = []
    async with connection(host, port, tls, LONG_S) as (reader, writer):
        for one in requests:
            writer.write(request("GET", one.get("path", "/"), f"{host}:{port}", one.get("headers", ())))
            told.append((await answer(reader))[1])
    return told


async def upload(host: str, port: int, size: int, headers: Headers = (), chunked: bool = False) -> Json:
    """`same`: the service has seen the bytes that were sent."""
    sha = hashlib.sha256()
    length = ("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(size))
    async with connection(host, port, timeout_s=LONG_S) as (reader, writer):
        writer.write(request("POST", "/upload", f"{host}:{port}", [*headers, length]))
        rest = size
        while rest:
            block = PATTERN[: min(rest, len(PATTERN))]
            rest -= len(block)
            sha.update(block)
            writer.write(b"%x\r\n%s\r\n" % (len(block), block) if chunked else block)
            await writer.drain()
        if chunked:
            writer.write(b"0\r\n\r\n")
        _, told = await answer(reader)
    body = told["body"] if isinstance(told["body"], dict) else {}
    return told | {"same": body.get("sha256") == sha.hexdigest() and body.get("bytes") == size}


async def download(host: str, port: int, size: int, headers: Headers = (), chunked: bool = False) -> Json:
    sha, expected = hashlib.sha256(), hashlib.sha256()
    async with connection(host, port, timeout_s=LONG_S) as (reader, writer):
        path = f"/download?n={size}" + ("&chunked=1" if chunked else "")
        writer.write(request("GET", path, f"{host}:{port}", headers))
        head = await read_head(reader)
        if head is None:
            raise ConnectionError("closed without an answer")
        count = 0
        async for block in read_body(reader, head, until_closed=True):
            sha.update(block)
            count += len(block)
    for start in range(0, size, len(PATTERN)):
        expected.update(PATTERN[: min(len(PATTERN), size - start)])
    same = count == size and sha.digest() == expected.digest()
    return {"status": head.status, "bytes": count, "same": same, "pod": head.get("x-answered-by")}


async def events(host: str, port: int, count: int, every_s: float, headers: Headers = ()) -> Json:
    """Server-sent events, with the time that each came after the request."""
    found = []
    async with connection(host, port, timeout_s=LONG_S) as (reader, writer):
        begin = time.monotonic()
        writer.write(request("GET", f"/events?n={count}&s={every_s}", f"{host}:{port}", headers))
        head = await read_head(reader)
        if head is None:
            raise ConnectionError("closed without an answer")
        async for block in read_body(reader, head, until_closed=True):
            now = time.monotonic() - begin
            found += [[line.removeprefix("data: "), now] for line in block.decode().split("\n\n") if line]
    return {"status": head.status, "events": found}


async def ws(host: str, port: int, texts: list[str], headers: Headers = (), size: int = 0) -> Json:
    """WebSocket: each text is sent, and its answer awaited. `size`: of a binary message at the end."""
    found = []
    async with connection(host, port, timeout_s=LONG_S) as (reader, writer):
        key = websocket.new_key()
        upgrade = [["Upgrade", "websocket"], ["Connection", "Upgrade"], ["Sec-WebSocket-Version", "13"]]
        upgrade.append(["Sec-WebSocket-Key", key])
        writer.write(request("GET", "/ws", f"{host}:{port}", [*upgrade, *headers]))
        head = await read_head(reader)
        if head is None or head.status != 101:
            raise ConnectionError(f"no upgrade: {head.start if head else 'closed'}")
        accepted = head.get("sec-websocket-accept") == websocket.accept_key(key)
        for text in texts:
            writer.write(websocket.frame(websocket.TEXT, text.encode(), masked=True))
            found.append((await websocket.read_frame(reader))[1].decode())
        if size:
            payload = (PATTERN * (size // len(PATTERN) + 1))[:size]
            writer.write(websocket.frame(websocket.BINARY, payload, masked=True))
            back = (await websocket.read_frame(reader))[1]
            found.append(f"{len(back)} {back.endswith(payload)}")
        writer.write(websocket.frame(websocket.CLOSE, b"\x03\xe8", masked=True))
        closed = (await websocket.read_frame(reader))[0] == websocket.CLOSE
    return {"accepted": accepted, "answers": found, "closed": closed}


async def exchange(
    host: str,
    port: int,
    send: str = "",
    tls: bool = False,
    quiet_s: float = 0.3,
    timeout_s: float = 5.0,
    half_close: bool = False,
) -> Json:
    """Raw TCP: `send` (base64), then all that comes until the peer closes or is quiet for `quiet_s` (base64)."""
    received = bytearray()
    closed = False
    async with connection(host, port, tls, timeout_s) as (reader, writer):
        writer.write(base64.b64decode(send))
        if half_close:
            writer.write_eof()
        while not closed:
            try:
                async with asyncio.timeout(quiet_s):
                    block = await reader.read(65536)
            except TimeoutError:
                break
            received += block
            closed = not block
    return {"received": base64.b64encode(received).decode(), "closed": closed}


async def bulk(host: str, port: int, size: int) -> Json:
    """Raw TCP against an echo service: that many bytes there and back, at the same time."""
    sent, received, count = hashlib.sha256(), hashlib.sha256(), 0
    async with connection(host, port, timeout_s=LONG_S) as (reader, writer):

        async def write() -> None:
            rest = size
            while rest:
                block = PATTERN[: min(rest, len(PATTERN))]
                rest -= len(block)
                sent.update(block)
                writer.write(block)
                await writer.drain()
            writer.write_eof()

        async with asyncio.TaskGroup() as group:
            group.create_task(write())
            who = (await reader.readuntil(b" ")).decode().strip()
            while block := await reader.read(65536):
                received.update(block)
                count += len(block)
    return {"pod": who, "bytes": count, "same": sent.digest() == received.digest()}


async def banner(host: str, port: int, lines: list[str]) -> Json:
    """A protocol in which the server speaks first."""
    async with connection(host, port) as (reader, writer):
        begin = time.monotonic()
        told = [(await reader.readuntil(b"\r\n")).decode().strip()]
        first_s = time.monotonic() - begin
        for line in lines:
            writer.write(line.encode() + b"\r\n")
            told.append((await reader.readuntil(b"\r\n")).decode().strip())
    return {"lines": told, "first_s": first_s}


async def now() -> Json:
    """The clock of `steady`."""
    return {"now": time.monotonic()}


async def grpc(host: str, port: int, method: str, messages: list[str], metadata: Headers = ()) -> Json:
    from tests.lab.shop import grpc_client

    return await grpc_client.call(host, port, method, messages, metadata)


async def chat(host: str, port: int, messages: list[str], metadata: Headers = ()) -> Json:
    from tests.lab.shop import grpc_client

    return await grpc_client.chat(host, port, messages, metadata)


async def h2c(host: str, port: int, requests: list[Json]) -> list[Json]:
    from tests.lab.shop import grpc_client

    return await grpc_client.plain(host, port, requests)


VERBS: dict[str, Callable[..., Awaitable[Any]]] = {
    verb.__name__: verb
    for verb in (http, sequence, upload, download, events, ws, exchange, bulk, banner, now, udp, grpc, chat, h2c)
}
