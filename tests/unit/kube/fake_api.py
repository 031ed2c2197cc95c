"""An API server in a few lines: plain HTTP on loopback, answers by a function, every request remembered."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from app.kube.api import ApiClient
from app.kube.contexts import ClusterContext
from app.kube.credentials import Login
from app.kube.kubeconfig import ClusterEntry, UserEntry


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict[str, list[str]]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass
class FakeApi:
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


Write = Callable[[bytes], Awaitable[None]]
Handler = Callable[[Request, Write], Awaitable[None]]
"""Writes the whole answer; raising EOFError closes the connection."""


def answer(status: int, body: Any, *, close: bool = False) -> bytes:
    data = json.dumps(body).encode()
    more = "Connection: close\r\n" if close else ""
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{more}Content-Length: {len(data)}\r\n\r\n"
    return head.encode() + data


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@asynccontextmanager
async def fake_api(handler: Handler) -> AsyncIterator[FakeApi]:
    api = FakeApi()
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        api.connections += 1
        number = api.connections
        writers.add(writer)

        async def write(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        with contextlib.suppress(EOFError, ConnectionError, asyncio.IncompleteReadError):
            while True:
                request = await _read(reader, number)
                api.requests.append(request)
                await handler(request, write)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    api.port = server.sockets[0].getsockname()[1]
    try:
        yield api
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


async def _read(reader: asyncio.StreamReader, connection: int) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    method, target, _ = first.split(" ")
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        headers.setdefault(name.lower(), []).append(value)
    length = int(headers.get("content-length", ["0"])[0])
    return Request(method, target, headers, await reader.readexactly(length), connection)


def context_for(server_url: str, user: UserEntry | None = None, **cluster: Any) -> ClusterContext:
    return ClusterContext(
        name="test",
        namespace="shop",
        cluster=ClusterEntry(server=server_url, **cluster),
        user=user or UserEntry(token="t1"),
        server_url=server_url,
        path="/home/u/.kube/config",
    )


@asynccontextmanager
async def client_of(handler: Handler, user: UserEntry | None = None) -> AsyncIterator[tuple[ApiClient, FakeApi]]:
    async with fake_api(handler) as api, ApiClient(Login(context_for(api.url, user), {})) as client:
        yield client, api
