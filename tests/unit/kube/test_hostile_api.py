"""An API server that means ill: redirects, lists and bodies without end, depth, wrong types, bombs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.kube import api as api_module
from app.kube.discovery import discover_subnets, list_namespaces
from app.kube.list_watch import list_and_watch
from app.kube.objects import Named, Node, Pod, Service, ServiceCidr
from tests.unit.kube.fake_api import CHUNKED, Handler, Request, Write, answer, chunk, client_of, fake_api

DEEP = b'{"metadata":{"name":"a","x":' + b"[" * 20_000 + b"]" * 20_000 + b"}}"


async def code_of(asking: Awaitable[object]) -> ErrorCode | None:
    """Of what is one sentence to the user. Anything else that is raised is a fault of ours."""
    try:
        await asking
    except KubeferryError as error:
        return error.code
    return None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["get", "create", "delete", "list"])
async def test_a_redirect_is_not_followed_and_takes_no_credential_along(status: int, method: str) -> None:
    async def elsewhere(request: Request, write: Write) -> None:
        await write(answer(200, {"metadata": {}, "items": []}))

    async with fake_api(elsewhere) as other:

        async def redirecting(_: Request, write: Write) -> None:
            head = f"HTTP/1.1 {status} X\r\nLocation: {other.url}/api\r\nContent-Length: 2\r\n\r\n{{}}"
            await write(head.encode())

        async with client_of(redirecting) as (client, api):
            calls: dict[str, Callable[[], Awaitable[object]]] = {
                "get": lambda: client.get("/version", type=Named),
                "create": lambda: client.create("/api/v1/pods", {}),
                "delete": lambda: client.delete("/api/v1/pods/a"),
                "list": lambda: client.list_all("/api/v1/pods"),
            }
            assert await code_of(calls[method]()) in (None, ErrorCode.API_ERROR)
            assert len(api.requests) == 1
        assert other.requests == []
        assert other.connections == 0


async def test_a_list_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_module, "MAX_PAGES", 50)

    async def always_more(_: Request, write: Write) -> None:
        await write(answer(200, {"metadata": {"continue": "more"}, "items": []}))

    async with client_of(always_more) as (client, api):
        with pytest.raises(KubeferryError) as failure:
            await client.list_all("/api/v1/pods", type=Named)
        assert len(api.requests) == 50
    assert failure.value.code is ErrorCode.API_UNREACHABLE


async def test_a_list_that_grows_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_module, "MAX_LIST_BYTES", 1 << 20)
    item = {"metadata": {"name": "a" * 100_000}}

    async def always_more(_: Request, write: Write) -> None:
        await write(answer(200, {"metadata": {"continue": "more"}, "items": [item]}))

    async with client_of(always_more) as (client, api):
        with pytest.raises(KubeferryError):
            await client.list_all("/api/v1/pods", type=Named)
        assert len(api.requests) <= 11


async def test_a_body_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_module, "MAX_BODY_BYTES", 1 << 20)
    sent = 0

    async def endless(_: Request, write: Write) -> None:
        nonlocal sent
        await write(CHUNKED)
        while True:
            await write(chunk(b" " * 65536))
            sent += 65536

    async with client_of(endless) as (client, _):
        with pytest.raises(KubeferryError) as failure:
            await client.get("/version")
    assert failure.value.code is ErrorCode.API_UNREACHABLE
    assert sent < 64 << 20


async def test_a_refusal_without_end_is_given_up() -> None:
    async def endless(_: Request, write: Write) -> None:
        await write(b"HTTP/1.1 403 X\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            await write(chunk(b"x" * 65536))

    async with client_of(endless) as (client, _):
        with pytest.raises(KubeferryError):
            await client.get("/version")


async def test_nothing_is_unpacked() -> None:
    """What was not asked for in packed form is no answer: a bomb stays as small as it came."""
    packed = gzip.compress(b" " * (64 << 20))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()

    async def bomb(_: Request, write: Write) -> None:
        await write(head + packed)

    async with client_of(bomb) as (client, api):
        with pytest.raises(KubeferryError) as failure:
            await client.get("/version")
        assert "accept-encoding" not in api.requests[0].headers
    assert failure.value.code is ErrorCode.API_ERROR


def saying(body: bytes) -> Handler:
    async def handler(_: Request, write: Write) -> None:
        await write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    return handler


@pytest.mark.parametrize(
    "body",
    [
        b'{"metadata":{},"items":[' + DEEP + b"]}",
        DEEP,
        b"[" * 100_000,
        b'{"metadata":7,"items":[]}',
        b'{"metadata":{},"items":{"a":1}}',
        b'{"metadata":{},"items":[1,2,3]}',
        b'{"metadata":{},"items":[{"metadata":{"name":7}}]}',
        b'{"metadata":{"continue":9},"items":[]}',
        b'{"metadata":{},"items":[{"metadata":{"name":"\xff"}}]}',
        b"null",
        b"\xff\xfe",
        b'{"metadata":{"resourceVersion":"\xff"},"items":[]}',
    ],
    ids=range(12),
)
@pytest.mark.parametrize("kind", [Named, Node, Pod, Service, ServiceCidr])
async def test_lists_of_wrong_types_are_one_sentence(body: bytes, kind: type) -> None:
    async with client_of(saying(body)) as (client, _):
        assert await code_of(client.list_all("/api/v1/things", type=kind)) in (None, ErrorCode.API_ERROR)
        assert await code_of(list_namespaces(client, ("shop",))) in (None, ErrorCode.API_ERROR)
        found = await discover_subnets(client, "shop", thorough=True)
        assert found.pods == ()


@pytest.mark.parametrize("line", [DEEP, b'{"type":"ADDED","object":' + DEEP + b"}", b"[]", b'{"type":1}', b"\xff"])
async def test_a_watch_of_nonsense_is_interrupted_not_broken(line: bytes) -> None:
    async def handler(request: Request, write: Write) -> None:
        if "watch=true" in request.target:
            await write(CHUNKED + chunk(line + b"\n"))
            raise EOFError
        await write(answer(200, {"metadata": {"resourceVersion": "1"}, "items": []}))

    async with (
        client_of(handler) as (client, _),
        aclosing(list_and_watch(client, "/api/v1/pods", Named)) as changes,
    ):
        told = [type(await anext(changes)).__name__ for _ in range(2)]
    assert told == ["Listed", "Interrupted"]


@pytest.mark.parametrize("text", ["0.0.0.0/0", "::/0", "garbage", "10.0.0.0/33", "\x1b[31m", "", "127.0.0.1/8\n"])
async def test_subnets_that_are_none_or_all(text: str) -> None:
    """What cannot be read is passed over; what can is the helper's to refuse (tests/unit/net/test_plan.py)."""

    async def handler(request: Request, write: Write) -> None:
        if request.path == "/api/v1/nodes":
            await write(answer(200, {"metadata": {}, "items": [{"spec": {"podCIDRs": [text]}, "metadata": {}}]}))
        else:
            await write(answer(404, json.loads('{"message":"no"}')))

    async with client_of(handler) as (client, _):
        found = await discover_subnets(client, "shop")
    assert [str(subnet) for subnet in found.pods] in ([], [text])
