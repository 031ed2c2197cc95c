"""The bookshop's three services ask each other, by HTTP and gRPC, over loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.lab.shop import client
from tests.lab.shop.storefront import RATE, parsed, start

HOST = "127.0.0.1"
JSON, HTML = ("Accept", "application/json"), ("Accept", "text/html,*/*;q=0.8")


def free_port() -> int:
    with socket.create_server((HOST, 0)) as held:
        return int(held.getsockname()[1])


@asynccontextmanager
async def part(name: str, *more: str) -> AsyncIterator[int]:
    port = free_port()
    servers = await start(parsed(["--part", name, "--who", f"{name}-1", "--bind", HOST, "--http", str(port), *more]))
    try:
        yield port
    finally:
        for server in servers:
            server.close()
        await asyncio.sleep(0)


@pytest.fixture
async def shop() -> AsyncIterator[dict[str, int]]:
    async with contextlib.AsyncExitStack() as stack:
        ratings = await stack.enter_async_context(part("ratings"))
        reviews = await stack.enter_async_context(part("reviews", "--next", f"{HOST}:{ratings}"))
        page = await stack.enter_async_context(part("productpage", "--next", f"{HOST}:{reviews}"))
        yield {"ratings": ratings, "reviews": reviews, "productpage": page}


async def test_the_page_says_who_has_answered(shop: dict[str, int]) -> None:
    told = (await client.http(HOST, shop["productpage"], headers=[JSON]))["body"]
    assert [told[name] for name in ("productpage", "reviews", "ratings")] == ["productpage-1", "reviews-1", "ratings-1"]
    assert [line[:2] for line in told["lines"]] == [["Ada", 5], ["Grace", 4], ["Linus", 3]]
    assert not told["new"]
    assert not told["trouble"]


async def test_text_for_terminals_html_for_browsers(shop: dict[str, int]) -> None:
    text = (await client.http(HOST, shop["productpage"], headers=[("Accept", "*/*")]))["body"]
    page = (await client.http(HOST, shop["productpage"], headers=[HTML]))["body"]
    assert "reviews      answered by reviews-1" in text
    assert page.startswith("<!doctype html>")


async def test_ratings_are_a_stream_of_grpc_messages(shop: dict[str, int]) -> None:
    told = await client.grpc(HOST, shop["ratings"], RATE, ["Ada", "Nobody"])
    assert told["status"] == 0
    assert ['"stars": 5' in told["answers"][0], '"stars": 0' in told["answers"][1]] == [True, True]
    refused = await client.grpc(HOST, shop["reviews"], RATE, ["Ada"])
    assert refused["status"] == 12


async def test_many_requests_on_one_connection(shop: dict[str, int]) -> None:
    told = await client.sequence(HOST, shop["ratings"], [{"path": "/ready"}, {"path": "/"}])
    assert (told[0]["body"], told[1]["body"]["by"]) == ("ready\n", "ratings-1")


async def test_the_page_comes_without_what_does_not_answer() -> None:
    async with part("reviews", "--next", f"{HOST}:{free_port()}") as reviews:
        async with part("productpage", "--next", f"{HOST}:{reviews}") as page:
            told = (await client.http(HOST, page, headers=[JSON]))["body"]
            assert told["ratings"] == ""
            assert [line[1] for line in told["lines"]] == [0, 0, 0]
        async with part("productpage", "--next", f"{HOST}:{free_port()}") as page:
            text = (await client.http(HOST, page))["body"]
            assert "There are no reviews just now: ConnectionRefusedError." in text


Seen = list[list[list[str]]]


@asynccontextmanager
async def listening_reviews(seen: Seen) -> AsyncIterator[int]:
    """A reviews that only notes what headers it is asked with."""
    from tests.lab.shop.http1 import head_bytes, read_head

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        assert head is not None
        seen.append([list(pair) for pair in head.headers])
        writer.write(head_bytes("HTTP/1.1 200 OK", (("Content-Length", "0"),)))
        writer.close()

    async with await asyncio.start_server(serve, HOST, 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("path", "headers", "passed_on"),
    [
        ("/", [("X-User", "alice")], [["x-user", "alice"]]),
        ("/?user=alice", [], [["x-user", "alice"]]),
        ("/", [], []),
        ("/?user=a%0D%0AX-Evil:1", [], []),
    ],
)
async def test_the_user_goes_along(path: str, headers: list[Any], passed_on: list[Any]) -> None:
    seen: Seen = []
    async with listening_reviews(seen) as reviews, part("productpage", "--next", f"{HOST}:{reviews}") as page:
        await client.http(HOST, page, path, headers)
    assert [pair for pair in seen[0] if pair[0] != "Host"] == passed_on


def test_a_part_without_the_next_one_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed(["--part", "reviews"])
    assert "reviews asks another part: --next HOST:PORT" in capsys.readouterr().err
