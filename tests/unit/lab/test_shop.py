"""The demo application's service and its client understand each other, over loopback."""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import AsyncIterator, Sequence

import pytest

from tests.lab.shop import client
from tests.lab.shop.datagrams import udp
from tests.lab.shop.http1 import ClosedError
from tests.lab.shop.http_service import Who
from tests.lab.shop.service import parsed, start
from tests.lab.workloads.package import archive

HOST = "127.0.0.1"
KINDS = ("http", "echo", "banner", "udp")


def _free_ports() -> Sequence[int]:
    held = [socket.create_server((HOST, 0)) for _ in KINDS]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


@pytest.fixture
async def ports() -> AsyncIterator[dict[str, int]]:
    found = dict(zip(KINDS, _free_ports(), strict=True))
    options = [part for kind, port in found.items() for part in (f"--{kind}", str(port))]
    closing = await start(Who("reviews", "me"), parsed(["--bind", HOST, *options]))
    yield found
    for one in closing:
        one.close()
    await asyncio.sleep(0)


async def test_http(ports: dict[str, int]) -> None:
    told = await client.http(HOST, ports["http"], "/headers?x=1", [["X-Odd", "a  b"]])
    assert (told["status"], told["body"]["pod"], told["body"]["start"]) == (200, "me", "GET /headers?x=1 HTTP/1.1")
    assert told["body"]["headers"][1] == ["X-Odd", "a  b"]
    assert (await client.http(HOST, ports["http"], "/status?code=418"))["status"] == 418


async def test_many_requests_on_one_connection(ports: dict[str, int]) -> None:
    told = await client.sequence(HOST, ports["http"], [{"path": "/a"}, {"path": "/b"}])
    assert [one["body"]["path"] for one in told] == ["/a", "/b"]


@pytest.mark.parametrize("chunked", [False, True])
async def test_bodies(ports: dict[str, int], chunked: bool) -> None:
    up = await client.upload(HOST, ports["http"], 1_000_001, chunked=chunked)
    down = await client.download(HOST, ports["http"], 1_000_001, chunked=chunked)
    assert (up["same"], down["same"], down["pod"]) == (True, True, "me")


async def test_events(ports: dict[str, int]) -> None:
    told = await client.events(HOST, ports["http"], 2, 0.01)
    assert [text for text, _ in told["events"]] == ["me 0", "me 1"]


async def test_websocket(ports: dict[str, int]) -> None:
    told = await client.ws(HOST, ports["http"], ["a"], size=70_000)
    assert told == {"accepted": True, "answers": ["me: a", "70004 True"], "closed": True}


async def test_raw(ports: dict[str, int]) -> None:
    told = await client.exchange(HOST, ports["echo"], base64.b64encode(b"hi").decode(), half_close=True)
    assert (base64.b64decode(told["received"]), told["closed"]) == (b"me hi", True)
    assert (await client.bulk(HOST, ports["echo"], 1_000_000))["same"]
    assert (await client.banner(HOST, ports["banner"], ["x"]))["lines"] == ["220 me ready", "250 me x"]
    assert (await udp(HOST, ports["udp"], 1000, 2))["who"] == ["me", "me"]


async def test_grpc(ports: dict[str, int]) -> None:
    port = ports["http"]
    get = await client.grpc(HOST, port, "/lab.Quotes/Get", ["x"], [["x-metadata", "m"]])
    assert (get["answers"], get["status"], get["metadata"], get["pod"]) == (["me: x"], 0, "m", "me")
    assert (await client.grpc(HOST, port, "/lab.Quotes/List", ["2"]))["answers"] == ["me: 0", "me: 1"]
    assert (await client.grpc(HOST, port, "/lab.Quotes/Sum", ["2", "3"]))["answers"] == ["me: 5"]
    assert (await client.grpc(HOST, port, "/lab.Quotes/None", ["2"]))["status"] == 12
    assert (await client.chat(HOST, port, ["a", "b"]))["answers"] == ["me: a", "me: b"]


async def test_http2_bodies_are_larger_than_windows(ports: dict[str, int]) -> None:
    told = await client.h2c(HOST, ports["http"], [{"path": "/u", "size": 3_000_000}, {"path": "/download?n=3000000"}])
    assert (told[0]["body"]["bytes"], told[1]["body"]) == (3_000_000, 3_000_000)


async def test_nobody_there(ports: dict[str, int]) -> None:
    with pytest.raises(ConnectionRefusedError):
        await client.http(HOST, _free_ports()[0])


async def test_server_that_closes_within_an_answer() -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        writer.close()

    async with await asyncio.start_server(half, HOST, 0) as server:
        with pytest.raises(ClosedError):
            await client.http(HOST, server.sockets[0].getsockname()[1])


def test_archive_fits_into_a_config_map() -> None:
    assert len(archive()) < 700_000
