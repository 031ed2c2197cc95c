"""A part of the bookshop: `python -m tests.lab.shop.storefront --part reviews --next ratings:9080`. Says "ready".

    productpage   HTTP: the front page, as HTML, as text for terminals, as JSON; asks `reviews` by HTTP
    reviews       HTTP: JSON; asks `ratings` by gRPC
    ratings       gRPC on the same port as HTTP: /shop.Ratings/Rate, a stream of readers in, one JSON text for each out

A request's header `x-user` goes along the whole chain, as services that are to be meshed have to see to; in a browser
`/?user=alice` is who has logged in, and the front page sets the header for the others. The same
program runs on a laptop (`--who alices-laptop --bind 127.0.0.1 --new`), where it says other things, to be told apart.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import signal
import sys
import urllib.parse
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from tests.lab.shop import client
from tests.lab.shop.front_page import as_html, as_text
from tests.lab.shop.http1 import MAX_HEAD_BYTES, Head, head_bytes, read_body, read_head, whole
from tests.lab.shop.http_service import H2_PREFACE, Who
from tests.lab.shop.service import Service, bound
from tests.lab.shop.shelf import BOOK, NEW_OPINIONS, NEW_STARS, OPINIONS, STARS, Page, Review, page_of

PASSED_ON = "x-user"
RATE = "/shop.Ratings/Rate"
PARTS = ("productpage", "reviews", "ratings")
_NEXT_S = 3.0
"""How long a part waits for the next one: the page then comes without what that would have said."""
_READY = "/ready"

Answer = tuple[str, bytes]
"""Content type and body."""


class Storefront(Service):
    """`next_address`: host and port of the part that this one asks."""

    def __init__(self, who: Who, next_address: tuple[str, int] | None, *, is_new: bool) -> None:
        super().__init__(who)
        self._next, self._is_new = next_address, is_new
        answers: dict[str, Callable[[Head], Awaitable[Answer]]] = {
            "productpage": self._front_page,
            "reviews": self._reviews,
            "ratings": self._ratings,
        }
        self._answer = answers[who.service]

    async def http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(len(H2_PREFACE))
        while H2_PREFACE.startswith(first) and first and len(first) < len(H2_PREFACE):
            more = await reader.read(len(H2_PREFACE) - len(first))
            if not more:
                return
            first += more
        if first == H2_PREFACE:
            from tests.lab.shop.grpc_service import Http2Service
            from tests.lab.shop.http2 import Http2Connection

            served = Http2Service(self._who, {RATE: self._rate} if self._who.service == "ratings" else {})
            await Http2Connection(reader, writer, served.serve).run(first)
            return
        while first and (head := await read_head(reader, first)) is not None:
            await whole(read_body(reader, head, until_closed=False))
            await self._send(head, writer)
            if head.get("connection").lower() == "close":
                return
            first = await reader.read(1)

    async def _send(self, head: Head, writer: asyncio.StreamWriter) -> None:
        if head.target == _READY:
            kind, body = "text/plain", b"ready\n"
        else:
            kind, body = await self._answer(head)
        headers = (("Content-Type", kind), ("Content-Length", str(len(body))), ("X-Answered-By", self._who.pod))
        writer.write(head_bytes("HTTP/1.1 200 OK", headers) + (b"" if head.start.startswith("HEAD ") else body))
        await writer.drain()

    async def _front_page(self, head: Head) -> Answer:
        page = await self._page(head)
        wanted = head.get("accept")
        if "text/html" in wanted:
            return "text/html; charset=utf-8", as_html(page).encode()
        if "application/json" in wanted:
            return "application/json", json.dumps(page.told()).encode()
        return "text/plain; charset=utf-8", as_text(page).encode()

    async def _page(self, head: Head) -> Page:
        assert self._next is not None
        host, port = self._next
        try:
            told = await client.http(host, port, "/", _passed_on(head), timeout_s=2 * _NEXT_S)
            return page_of(BOOK, self._who.pod, told["body"])
        except (OSError, ExceptionGroup, TypeError, KeyError) as error:
            trouble = f"There are no reviews just now: {type(error).__name__}."
            return Page(BOOK, self._who.pod, trouble=trouble)

    async def _reviews(self, head: Head) -> Answer:
        opinions = NEW_OPINIONS if self._is_new else OPINIONS
        rated, trouble = await self._rated(list(opinions), head)
        reviews = [dataclasses.asdict(Review(name, text, *rated.get(name, ()))) for name, text in opinions.items()]
        told = {"by": self._who.pod, "new": self._is_new, "reviews": reviews, "trouble": trouble}
        return "application/json", json.dumps(told).encode()

    async def _rated(self, readers: list[str], head: Head) -> tuple[dict[str, tuple[int, str]], str]:
        """Stars and who gave them, by reader; and what went wrong."""
        from tests.lab.shop import grpc_client

        assert self._next is not None
        try:
            async with asyncio.timeout(_NEXT_S):
                told = await grpc_client.call(*self._next, RATE, readers, _passed_on(head))
        except (OSError, ExceptionGroup) as error:
            return {}, f"There are no ratings just now: {type(error).__name__}."
        found = [json.loads(text) for text in told["answers"]]
        return {one["reader"]: (one["stars"], one["by"]) for one in found}, ""

    async def _ratings(self, _: Head) -> Answer:
        return "application/json", json.dumps({"by": self._who.pod, "stars": self._stars}).encode()

    @property
    def _stars(self) -> dict[str, int]:
        return NEW_STARS if self._is_new else STARS

    async def _rate(self, readers: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for one in readers:
            reader = one.decode()
            told = {"reader": reader, "stars": self._stars.get(reader, 0), "by": self._who.pod}
            yield json.dumps(told).encode()


def _passed_on(head: Head) -> list[tuple[str, str]]:
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(head.target).query)
    value = head.get(PASSED_ON) or query.get("user", [""])[0]
    if not value.isalnum():
        return []  # nothing that could end a header's line
    return [(PASSED_ON, value)]


async def start(options: argparse.Namespace) -> list[asyncio.AbstractServer]:
    """Returns what is to be closed at the end."""
    import socket

    host, _, port = options.next.rpartition(":")
    front = Storefront(Who(options.part, options.who), (host, int(port)) if host else None, is_new=options.new)
    found: list[asyncio.AbstractServer] = []
    for address in options.bind:
        sock = bound(socket.SOCK_STREAM, address, options.http)
        found.append(await asyncio.start_server(front.served(front.http), sock=sock, limit=MAX_HEAD_BYTES))
    return found


async def main(options: argparse.Namespace) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    servers = await start(options)
    print("ready", flush=True)
    await ended.wait()
    for server in servers:
        server.close()


def parsed(arguments: list[str]) -> Any:
    parser = argparse.ArgumentParser(prog="storefront")
    parser.add_argument("--part", choices=PARTS, required=True)
    parser.add_argument("--who", default=os.environ.get("HOSTNAME", "?"), help="who says so; a pod's name by default")
    parser.add_argument("--bind", action="append", default=[], help="addresses; by default all")
    parser.add_argument("--http", type=int, default=9080, metavar="PORT")
    parser.add_argument("--next", default="", metavar="HOST:PORT", help="the part that this one asks")
    parser.add_argument("--new", action="store_true", help="the edition that is being worked on")
    options = parser.parse_args(arguments)
    options.bind = options.bind or ["::"]
    if options.part != "ratings" and ":" not in options.next:
        parser.error(f"{options.part} asks another part: --next HOST:PORT")
    return options


if __name__ == "__main__":
    asyncio.run(main(parsed(sys.argv[1:])))
    os._exit(0)
