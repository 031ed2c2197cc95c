"""Calls of gRPC methods, and plain requests over HTTP/2 without TLS."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from tests.lab.shop.grpc_service import message, messages
from tests.lab.shop.http2 import Headers, Http2Connection, Stream, value

_TIMEOUT_S = 30.0
Json = dict[str, Any]
Metadata = Sequence[Sequence[str]]


@asynccontextmanager
async def opened(host: str, port: int) -> AsyncIterator[Http2Connection]:
    async with asyncio.timeout(_TIMEOUT_S):
        reader, writer = await asyncio.open_connection(host, port)
        connection = Http2Connection(reader, writer)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(connection.run())
            try:
                yield connection
            finally:
                task.cancel()
                writer.transport.abort()


def _headers(host: str, port: int, method: str, metadata: Metadata) -> Headers:
    head = ((":method", "POST"), (":scheme", "http"), (":path", method), (":authority", f"{host}:{port}"))
    more = (("content-type", "application/grpc"), ("te", "trailers"), ("user-agent", "grpc-lab/1"))
    return (*head, *more, *((name, text) for name, text in metadata))


async def call(host: str, port: int, method: str, sent: list[str], metadata: Metadata = ()) -> Json:
    """All messages are sent, then all answers read. `status`: gRPC's, 0 is good; None: it gave none."""
    async with opened(host, port) as connection:
        stream = connection.open_stream()
        await stream.send_headers(_headers(host, port, method, metadata))
        for text in sent:
            await stream.send(message(text.encode()))
        await stream.send(b"", end=True)
        headers = await stream.headers
        answers = [answer.decode("latin-1") async for answer in messages(stream.data())]
        return _told(headers, stream, answers)


async def chat(host: str, port: int, sent: list[str], metadata: Metadata = ()) -> Json:
    """Each message is sent when the answer to the one before is there: streaming both ways at once."""
    async with opened(host, port) as connection:
        stream = connection.open_stream()
        await stream.send_headers(_headers(host, port, "/lab.Quotes/Chat", metadata))
        answers: list[str] = []
        came: AsyncIterator[bytes] | None = None
        headers: Headers = ()
        for text in sent:
            await stream.send(message(text.encode()))
            if came is None:
                headers, came = await stream.headers, messages(stream.data())
            answers.append((await anext(came)).decode())
        await stream.send(b"", end=True)
        if came is not None:
            answers += [answer.decode() async for answer in came]
        return _told(headers, stream, answers)


async def plain(host: str, port: int, requests: list[Json]) -> list[Json]:
    """Requests ({path, headers, body}) one after another on one connection."""
    told: list[Json] = []
    async with opened(host, port) as connection:
        for one in requests:
            stream = connection.open_stream()
            body = one.get("body", "").encode() or bytes(one.get("size", 0))
            method = "POST" if body else "GET"
            head = ((":method", method), (":scheme", "http"), (":path", one.get("path", "/")))
            more = tuple((name, text) for name, text in one.get("headers", ()))
            await stream.send_headers((*head, (":authority", f"{host}:{port}"), *more), end=not body)
            if body:
                await stream.send(body, end=True)
            headers = await stream.headers
            data = b"".join([block async for block in stream.data()])
            told.append({"status": int(value(headers, ":status")), "pod": value(headers, "x-answered-by")})
            told[-1]["body"] = json.loads(data) if data.startswith(b"{") else len(data)
    return told


def _told(headers: Headers, stream: Stream, answers: list[str]) -> Json:
    ended = stream.trailers or headers
    status = value(ended, "grpc-status")
    return {
        "http_status": int(value(headers, ":status", "0")),
        "status": int(status) if status else None,
        "text": value(ended, "grpc-message"),
        "pod": value(headers, "x-answered-by"),
        "metadata": value(stream.trailers, "x-metadata"),
        "answers": answers,
    }
