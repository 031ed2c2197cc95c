"""How one client's connections are kept, shared and given up, seen from the server's side."""

from __future__ import annotations

import asyncio
import socket

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.kube import connection_pool
from tests.unit.kube.fake_api import Request, Write, answer, client_of


async def _hello(request: Request, write: Write) -> None:
    await write(answer(200, {"hello": request.target}))


async def test_connections_are_kept_and_shared() -> None:
    async with client_of(_hello) as (client, api):
        for _ in range(3):
            await client.get("/version")
        assert api.connections == 1
        await asyncio.gather(*(client.get(f"/api/{n}") for n in range(30)))
        assert api.connections <= connection_pool.MAX_CONCURRENT_REQUESTS


async def test_a_closed_kept_connection_is_replaced_unseen() -> None:
    async def once(request: Request, write: Write) -> None:
        await write(answer(200, {}))
        # No "Connection: close": the client has to find out.
        raise EOFError

    async with client_of(once) as (client, api):
        for _ in range(3):
            await client.create("/api/v1/things", {"n": 1})
        assert api.connections == 3


async def test_a_silent_kept_connection_is_given_up_for_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_pool, "KEPT_ANSWER_S", 0.05)
    silent = asyncio.Event()

    async def handler(request: Request, write: Write) -> None:
        if request.connection == 1 and len(request.target) > 3:
            await silent.wait()
        await write(answer(200, {}))

    async with client_of(handler) as (client, api):
        await client.get("/a")
        await client.get("/after-the-network-changed")
        assert api.connections == 2
        silent.set()


async def test_a_request_that_changes_something_is_not_sent_twice() -> None:
    async def handler(request: Request, write: Write) -> None:
        if request.method == "POST":
            await write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")
            raise EOFError
        await write(answer(200, {}))

    async with client_of(handler) as (client, api):
        await client.get("/a")
        with pytest.raises(KubeferryError) as failure:
            await client.create("/api/v1/things", {})
        assert failure.value.code is ErrorCode.API_UNREACHABLE
        assert [request.method for request in api.requests] == ["GET", "POST"]


async def test_first_hops_stay_known_when_their_name_is_not_resolved_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unresolved(route: object) -> frozenset[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "no resolver")

    monkeypatch.setattr(connection_pool, "resolve_first_hop", unresolved)
    async with client_of(_hello) as (client, _):
        with pytest.raises(KubeferryError) as failed:
            await client.first_hop_addresses()
        assert failed.value.code is ErrorCode.API_UNREACHABLE
        await client.get("/version")
        assert await client.first_hop_addresses() == {"127.0.0.1"}
