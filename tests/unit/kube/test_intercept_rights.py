from __future__ import annotations

import json

import pytest

from app.kube.intercept_rights import why_no_intercepts
from tests.unit.kube.fake_api import Request, Write, answer, client_of

_ALL = {"deployments", "statefulsets", "daemonsets", "secrets", "pods"}


@pytest.mark.parametrize(
    ("allowed", "word"),
    [
        (_ALL, ""),
        ({"deployments", "secrets"}, ""),
        ({"pods", "secrets"}, ""),
        ({"secrets"}, "not change its workloads"),
        (_ALL - {"secrets"}, "secrets"),
        (set(), "secrets"),
    ],
)
async def test_the_reason_is_a_sentence(allowed: set[str], word: str) -> None:
    async def api_server(request: Request, write: Write) -> None:
        attributes = json.loads(request.body)["spec"]["resourceAttributes"]
        assert attributes["namespace"] == "shop"
        await write(answer(201, {"status": {"allowed": attributes["resource"] in allowed}}))

    async with client_of(api_server) as (api, _):
        told = await why_no_intercepts(api, "shop")
    assert word in told
    assert bool(told) == bool(word)


async def test_a_server_that_does_not_say_allows_it() -> None:
    async def api_server(_request: Request, write: Write) -> None:
        await write(answer(403, {"kind": "Status", "message": "no", "code": 403}))

    async with client_of(api_server) as (api, _):
        assert await why_no_intercepts(api, "shop") == ""
