"""What is found when sources are missing, forbidden or silent: a fake server, as no cluster has all of these."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.kube import discovery
from app.kube.discovery import ClusterSubnets, discover_subnets
from tests.unit.kube.fake_api import Request, Write, answer, client_of

Answers = dict[str, Callable[[Request], bytes]]
FORBIDDEN = answer(403, {"reason": "Forbidden", "message": "no"})
NOT_FOUND = answer(404, {"reason": "NotFound", "message": "no"})


def _list(*items: dict[str, Any]) -> Callable[[Request], bytes]:
    return lambda _: answer(200, {"metadata": {}, "items": [{"metadata": {}, **item} for item in items]})


def _range_refusal(request: Request) -> bytes:
    spec = json.loads(request.body)["spec"]
    if spec["ipFamilies"] == ["IPv6"]:
        return answer(422, {"reason": "Invalid", "message": "not configured on this cluster"})
    return answer(422, {"reason": "Invalid", "message": "The range of valid IPs is 10.96.0.0/16"})


async def _discover(answers: Answers, *, thorough: bool = False) -> ClusterSubnets:
    async def handler(request: Request, write: Write) -> None:
        found = answers.get(f"{request.method} {request.path}")
        await write(NOT_FOUND if found is None else found(request))

    async with client_of(handler) as (client, _):
        return await discover_subnets(client, "shop", thorough=thorough)


def _texts(found: ClusterSubnets) -> tuple[list[str], list[str]]:
    return [str(net) for net in found.pods], [str(net) for net in found.services]


NODES = "GET /api/v1/nodes"
CIDRS = "GET /apis/networking.k8s.io/v1/servicecidrs"
CIDRS_BETA = "GET /apis/networking.k8s.io/v1beta1/servicecidrs"
PROBE = "POST /api/v1/namespaces/shop/services"


async def test_declared() -> None:
    found = await _discover(
        {
            NODES: _list({"spec": {"podCIDRs": ["10.1.0.0/24", "fd00::/64"]}}),
            CIDRS: _list({"spec": {"cidrs": ["10.96.0.0/16"]}}),
        }
    )
    assert _texts(found) == (["10.1.0.0/24", "fd00::/64"], ["10.96.0.0/16"])
    # Nobody told its address: the first of the range.
    assert found.api_service == "10.96.0.1"
    assert found.has_ipv6


async def test_beta_api_and_old_nodes() -> None:
    found = await _discover(
        {NODES: _list({"spec": {"podCIDR": "10.1.0.0/24"}}), CIDRS_BETA: _list({"spec": {"cidrs": ["10.96.0.0/16"]}})}
    )
    assert _texts(found) == (["10.1.0.0/24"], ["10.96.0.0/16"])
    assert not found.has_ipv6


async def test_range_from_the_refusal() -> None:
    found = await _discover({NODES: _list({"spec": {"podCIDR": "10.1.0.0/24"}}), PROBE: _range_refusal})
    assert _texts(found)[1] == ["10.96.0.0/16"]


async def test_a_server_that_refuses_only_in_earnest() -> None:
    """Kubernetes 1.20: a dry run allocates no address, so it succeeds."""

    def probe(request: Request) -> bytes:
        return answer(201, {}) if "dryRun=All" in request.target else _range_refusal(request)

    found = await _discover({PROBE: probe})
    assert _texts(found)[1] == ["10.96.0.0/16"]


async def test_observed_addresses_are_the_last_resort() -> None:
    pods = _list(
        {"status": {"podIP": "10.9.1.5", "podIPs": [{"ip": "10.9.1.5"}, {"ip": "fd00:9::5"}]}},
        {"spec": {"hostNetwork": True}, "status": {"podIP": "192.168.0.2"}},
    )
    services = _list({"spec": {"clusterIP": "None"}}, {"spec": {"clusterIPs": ["172.20.3.4"]}})
    found = await _discover(
        {
            NODES: lambda _: FORBIDDEN,
            PROBE: lambda _: FORBIDDEN,
            "GET /api/v1/pods": lambda _: FORBIDDEN,
            "GET /api/v1/namespaces/shop/pods": pods,
            "GET /api/v1/services": services,
        }
    )
    assert _texts(found) == (["10.9.1.0/24", "fd00:9::/64"], ["172.20.3.0/24"])
    assert {unread.what for unread in found.unread} >= {"nodes", "the services' IPv4 range"}


async def test_thorough_adds_addresses_that_nobody_declared() -> None:
    found = await _discover(
        {
            NODES: _list({"spec": {"podCIDR": "10.1.0.0/24"}}),
            CIDRS: _list({"spec": {"cidrs": ["10.96.0.0/16"]}}),
            "GET /api/v1/pods": _list({"status": {"podIP": "100.64.2.3"}}, {"status": {"podIP": "10.1.0.9"}}),
            "GET /api/v1/services": _list({"spec": {"clusterIP": "10.96.0.10"}}),
        },
        thorough=True,
    )
    assert _texts(found) == (["10.1.0.0/24", "100.64.2.0/24"], ["10.96.0.0/16"])


async def test_a_silent_source_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "SOURCE_TIMEOUT_S", 0.1)
    never = asyncio.Event()

    async def handler(request: Request, write: Write) -> None:
        if request.path == "/api/v1/nodes":
            await never.wait()
        await write(answer(200, {"metadata": {}, "items": [], "spec": {"cidrs": []}}))

    async with client_of(handler) as (client, _):
        found = await discover_subnets(client, "shop")
        never.set()
    assert "nodes" in {unread.what for unread in found.unread}


async def test_nothing_at_all_is_readable() -> None:
    found = await _discover({})
    assert _texts(found) == ([], [])
    assert found.api_service is None
    assert found.unread
