from __future__ import annotations

import asyncio
import itertools
import json
import sys
from contextlib import aclosing

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api import ApiClient
from app.kube.api_errors import ApiError
from app.kube.credentials import Login
from app.kube.kubeconfig import ExecEntry, UserEntry
from app.kube.list_watch import Change, Deleted, Interrupted, Listed, Upserted, list_and_watch
from app.kube.objects import Named
from tests.unit.kube.fake_api import CHUNKED, Request, Write, answer, chunk, client_of, context_for


async def _hello(request: Request, write: Write) -> None:
    await write(answer(200, {"hello": request.target}))


async def test_headers_and_query() -> None:
    user = UserEntry(token="t1", impersonate="eve", impersonate_groups=["a", "b"])
    async with client_of(_hello, user) as (client, api):
        found = await client.get("/api/v1/x", query={"limit": 5, "watch": True, "labelSelector": "a=b,c"})
    assert found == {"hello": "/api/v1/x?limit=5&watch=true&labelSelector=a%3Db%2Cc"}
    headers = api.requests[0].headers
    assert headers["authorization"] == ["Bearer t1"]
    assert headers["impersonate-group"] == ["a", "b"]


async def test_chunked_answers() -> None:
    async def handler(request: Request, write: Write) -> None:
        await write(CHUNKED)
        for byte in json.dumps({"a": 1}).encode():
            await write(chunk(bytes([byte])))
        await write(b"0\r\n\r\n")

    async with client_of(handler) as (client, api):
        assert await client.get("/x") == {"a": 1}
        assert await client.get("/x") == {"a": 1}
        assert api.connections == 1


async def test_pages_are_put_together() -> None:
    async def handler(request: Request, write: Write) -> None:
        second = "continue=more" in request.target
        meta = {"resourceVersion": "7"} if second else {"resourceVersion": "7", "continue": "more"}
        await write(answer(200, {"metadata": meta, "items": [{"metadata": {"name": "b" if second else "a"}}]}))

    async with client_of(handler) as (client, _):
        items, version = await client.list_all("/api/v1/pods", type=Named)
    assert ([item.metadata.name for item in items], version) == (["a", "b"], "7")


async def test_401_renews_the_login_once() -> None:
    tokens: list[str] = []

    async def handler(request: Request, write: Write) -> None:
        tokens.append(request.headers["authorization"][0])
        await write(answer(200 if len(set(tokens)) > 1 else 401, {}))

    script = (
        "import json,time;print(json.dumps(dict(apiVersion='client.authentication.k8s.io/v1',"
        "kind='ExecCredential',status=dict(token=str(time.time_ns())))))"
    )
    plugin = ExecEntry(command=sys.executable, api_version="client.authentication.k8s.io/v1", args=["-c", script])
    async with client_of(handler, UserEntry(exec=plugin)) as (client, _):
        await asyncio.gather(client.get("/x"), client.get("/x"), client.get("/x"))
    assert len(set(tokens)) == 2


async def test_401_for_good_is_an_expired_login() -> None:
    async def handler(request: Request, write: Write) -> None:
        await write(answer(401, {"message": "Unauthorized", "reason": "Unauthorized", "code": 401}))

    async with client_of(handler) as (client, api):
        with pytest.raises(ApiError) as failure:
            await client.get("/x")
        assert len(api.requests) == 2
    assert failure.value.code is ErrorCode.LOGIN_EXPIRED
    assert dict(failure.value.params) == {"context": "test"}


@pytest.mark.parametrize(
    "data",
    [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 2xx\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x16", b"HTTP/1.1 200 OK\r\nA\r\n\r\n"],
)
async def test_what_is_no_api_server(data: bytes) -> None:
    async def handler(request: Request, write: Write) -> None:
        await write(data)
        raise EOFError

    async with client_of(handler) as (client, _):
        with pytest.raises(KubeferryError) as failure:
            await client.get("/version")
    assert failure.value.code is ErrorCode.API_UNREACHABLE


async def test_an_answer_that_is_not_json() -> None:
    async def handler(request: Request, write: Write) -> None:
        await write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html")

    async with client_of(handler) as (client, _):
        with pytest.raises(KubeferryError) as failure:
            await client.get("/version")
    assert failure.value.code is ErrorCode.API_ERROR


async def test_no_answer_in_time() -> None:
    never = asyncio.Event()

    async def handler(request: Request, write: Write) -> None:
        await never.wait()

    async with client_of(handler) as (client, _):
        with pytest.raises(KubeferryError) as failure:
            await client.get("/version", timeout_s=0.05)
        never.set()
    assert failure.value.params["problem"] == "no answer in time"


async def test_nobody_listens() -> None:
    async with ApiClient(Login(context_for("http://127.0.0.1:1"), {})) as client:
        with pytest.raises(KubeferryError) as failure:
            await client.get("/version")
    assert failure.value.code is ErrorCode.API_UNREACHABLE
    assert failure.value.params["problem"] == "connection refused"


def _event(type: str, name: str, version: str) -> bytes:
    item = {"metadata": {"name": name, "uid": name, "resourceVersion": version}}
    return json.dumps({"type": type, "object": item}).encode() + b"\n"


def _told(change: Change[Named]) -> str:
    match change:
        case Listed(items):
            return f"list {[item.metadata.name for item in items]}"
        case Upserted(item):
            return f"up {item.metadata.name}"
        case Deleted(item):
            return f"down {item.metadata.name}"
        case Interrupted():
            return "interrupted"


async def test_list_watch_goes_on_where_it_was_and_lists_anew_when_that_is_forgotten() -> None:
    watches = itertools.count()

    async def handler(request: Request, write: Write) -> None:
        if "watch=true" not in request.target:
            items = [{"metadata": {"name": "a", "uid": "a"}}]
            await write(answer(200, {"metadata": {"resourceVersion": "5"}, "items": items}))
            return
        number = next(watches)
        await write(CHUNKED)
        if number == 0:
            both = _event("ADDED", "b", "6") + _event("BOOKMARK", "", "9")
            await write(chunk(both[:40]) + chunk(both[40:]))
        elif number == 1:
            assert "resourceVersion=9" in request.target
            await write(chunk(_event("DELETED", "b", "10")))
            gone = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"}
            await write(chunk(json.dumps({"type": "ERROR", "object": gone}).encode() + b"\n"))
        else:
            assert "resourceVersion=5" in request.target
            await write(chunk(_event("MODIFIED", "a", "11")))
        await write(b"0\r\n\r\n")

    seen: list[str] = []
    async with client_of(handler) as (client, _), aclosing(list_and_watch(client, "/api/v1/pods", Named)) as changes:
        while len(seen) < 5:
            seen.append(_told(await anext(changes)))
    assert seen == ["list ['a']", "up b", "down b", "list ['a']", "up a"]


async def test_a_silent_watch_is_interrupted_and_goes_on() -> None:
    never = asyncio.Event()

    async def handler(request: Request, write: Write) -> None:
        if "watch=true" in request.target:
            await write(CHUNKED)
            await never.wait()
        await write(answer(200, {"metadata": {"resourceVersion": "5"}, "items": []}))

    async with client_of(handler) as (client, _):
        changes = list_and_watch(client, "/api/v1/pods", Named, inactivity_s=0.05)
        async with aclosing(changes):
            assert isinstance(await anext(changes), Listed)
            interrupted = await anext(changes)
            assert isinstance(interrupted, Interrupted)
            assert interrupted.error.code is ErrorCode.API_UNREACHABLE
        never.set()


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_what_waiting_does_not_help_ends_a_watch(status: int) -> None:
    async def handler(request: Request, write: Write) -> None:
        await write(answer(status, {"message": "no"}))

    async with client_of(handler) as (client, _):
        changes = list_and_watch(client, "/api/v1/pods", Named)
        async with aclosing(changes):
            with pytest.raises(ApiError):
                await anext(changes)
