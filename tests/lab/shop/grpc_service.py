"""The demo services over HTTP/2: gRPC methods of `lab.Quotes`, the health service, and small plain requests.

Messages are texts, as bytes: what a protobuf message would be to gRPC itself, which never looks inside.

    Get(text) -> "WHO: text"                   List(count) -> "WHO: 0", "WHO: 1", ...
    Sum(stream of numbers) -> "WHO: total"     Chat(stream of texts) -> each at once as "WHO: text"

Every answer has the header `x-answered-by`, and the trailer `x-metadata` with what the request had in `x-metadata`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Mapping

from tests.lab.shop.http2 import Headers, Stream, value
from tests.lab.shop.http_service import PATTERN, Who, is_ready

_PREFIX_BYTES = 5
_SERVING, _NOT_SERVING = b"\x08\x01", b"\x08\x02"
"""grpc.health.v1.HealthCheckResponse: field 1, an enumeration."""
_UNIMPLEMENTED = 12


def message(payload: bytes) -> bytes:
    """With gRPC's prefix: not compressed, and the length."""
    return b"\0" + len(payload).to_bytes(4, "big") + payload


async def messages(blocks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = bytearray()
    async for block in blocks:
        rest += block
        while len(rest) >= _PREFIX_BYTES:
            end = _PREFIX_BYTES + int.from_bytes(rest[1:_PREFIX_BYTES], "big")
            if len(rest) < end:
                break
            yield bytes(rest[_PREFIX_BYTES:end])
            del rest[:end]


Method = Callable[[AsyncIterator[bytes]], AsyncIterator[bytes]]
"""Messages in, messages out."""


class Http2Service:
    """`methods`: more gRPC methods, by path."""

    def __init__(self, who: Who, methods: Mapping[str, Method] | None = None) -> None:
        self._who, self._methods = who, dict(methods or {})

    async def serve(self, stream: Stream) -> None:
        headers = await stream.headers
        if value(headers, "content-type").startswith("application/grpc"):
            await self._call(stream, headers)
        else:
            await self._plain(stream, headers)

    async def _call(self, stream: Stream, headers: Headers) -> None:
        answered = (("content-type", "application/grpc"), ("x-answered-by", self._who.pod))
        method = value(headers, ":path")
        answers = self._answers(method, messages(stream.data()))
        if answers is None:
            ended = (("grpc-status", str(_UNIMPLEMENTED)), ("grpc-message", f"no method {method}"))
            await stream.send_headers(((":status", "200"), *answered, *ended), end=True)
            return
        await stream.send_headers(((":status", "200"), *answered))
        async for payload in answers:
            await stream.send(message(payload))
        await stream.send_headers((("grpc-status", "0"), ("x-metadata", value(headers, "x-metadata"))), end=True)

    def _answers(self, method: str, requests: AsyncIterator[bytes]) -> AsyncIterator[bytes] | None:
        match method:
            case "/lab.Quotes/Get" | "/lab.Quotes/Chat":
                return self._each(requests)
            case "/lab.Quotes/List":
                return self._list(requests)
            case "/lab.Quotes/Sum":
                return self._sum(requests)
            case "/grpc.health.v1.Health/Check":
                return _health(requests)
            case _:
                more = self._methods.get(method)
                return None if more is None else more(requests)

    async def _each(self, requests: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for request in requests:
            yield f"{self._who.pod}: ".encode() + request

    async def _list(self, requests: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for request in requests:
            for number in range(int(request)):
                yield f"{self._who.pod}: {number}".encode()
                await asyncio.sleep(0)

    async def _sum(self, requests: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        total = 0
        async for request in requests:
            total += int(request)
        yield f"{self._who.pod}: {total}".encode()

    async def _plain(self, stream: Stream, headers: Headers) -> None:
        path = value(headers, ":path")
        sha, count = hashlib.sha256(), 0
        async for block in stream.data():
            sha.update(block)
            count += len(block)
        told = {"service": self._who.service, "pod": self._who.pod, "path": path, "headers": headers}
        body = json.dumps(told | {"bytes": count, "sha256": sha.hexdigest()}).encode()
        await stream.send_headers(((":status", "200"), ("x-answered-by", self._who.pod)))
        if not path.startswith("/download?n="):
            await stream.send(body, end=True)
            return
        rest = int(path.partition("=")[2])
        while rest:
            block = PATTERN[: min(rest, len(PATTERN))]
            rest -= len(block)
            await stream.send(block, end=not rest)


async def _health(requests: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for _ in requests:
        yield _SERVING if is_ready() else _NOT_SERVING
