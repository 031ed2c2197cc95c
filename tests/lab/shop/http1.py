"""HTTP/1.1 messages on asyncio streams, as little of RFC 9112 as service and client of the lab need."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

MAX_HEAD_BYTES = 1 << 20
BLOCK_BYTES = 1 << 16


class ClosedError(ConnectionError):
    """The peer has closed in the middle of a message, or before one."""


@dataclass(frozen=True)
class Head:
    """`start`: the request or status line. `headers` in the order and spelling they came in."""

    start: str
    headers: tuple[tuple[str, str], ...]

    def get(self, name: str, default: str = "") -> str:
        """The last value. `name` in lower case."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), default)

    @property
    def target(self) -> str:
        """Of a request."""
        return self.start.split(" ")[1]

    @property
    def status(self) -> int:
        """Of an answer."""
        return int(self.start.split(" ")[1])


async def read_head(reader: asyncio.StreamReader, first: bytes = b"") -> Head | None:
    """None: closed before one began. `first` has been read already."""
    try:
        text = first + await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if not first and not error.partial:
            return None
        raise ClosedError("closed within a message's head") from error
    start, *lines = text[:-4].decode("latin-1").split("\r\n")
    pairs = (line.split(":", 1) for line in lines)
    return Head(start, tuple((name, value.strip()) for name, value in pairs))


def head_bytes(start: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    lines = [start, *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def read_body(reader: asyncio.StreamReader, head: Head, *, until_closed: bool) -> AsyncIterator[bytes]:
    """Block by block. `until_closed`: what a message without a length has, an answer's body or none."""
    if "chunked" in head.get("transfer-encoding").lower():
        async for block in _chunks(reader):
            yield block
        return
    length = head.get("content-length")
    if not length:
        while until_closed and (block := await reader.read(BLOCK_BYTES)):
            yield block
        return
    rest = int(length)
    while rest:
        block = await reader.read(min(rest, BLOCK_BYTES))
        if not block:
            raise ClosedError(f"closed {rest} bytes before the end of a body")
        rest -= len(block)
        yield block


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    try:
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            yield await reader.readexactly(size)
            await reader.readexactly(2)
        while await reader.readuntil(b"\r\n") != b"\r\n":
            continue
    except asyncio.IncompleteReadError as error:
        raise ClosedError("closed within a chunked body") from error


async def whole(body: AsyncIterator[bytes]) -> bytes:
    return b"".join([block async for block in body])
