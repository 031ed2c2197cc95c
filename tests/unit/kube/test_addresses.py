"""Names for addresses, from an API server that answers by these functions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain.errors import KubeferryError
from app.domain.flow_names import Place, PlaceKind
from app.kube.addresses import KEPT_S, Addresses
from tests.unit.kube.fake_api import FakeApi, Request, Write, answer, client_of

REVIEWS = ("Deployment", "shop", "reviews")
_OWNER = [{"kind": "ReplicaSet", "name": "reviews-5d4", "controller": True}]


def _service(name: str, address: str, selector: dict[str, str] | None = None) -> dict[str, Any]:
    spec = {"clusterIP": address, "clusterIPs": [address], "selector": selector}
    return {"metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def _pod(name: str, address: str, phase: str = "Running", host: bool = False, owned: bool = True) -> dict[str, Any]:
    labels = {"app": "reviews", "pod-template-hash": "5d4"}
    meta = {"name": name, "namespace": "shop", "labels": labels, "ownerReferences": _OWNER if owned else []}
    status = {"phase": phase, "podIP": address, "podIPs": [{"ip": address}]}
    return {"metadata": meta, "spec": {"hostNetwork": host}, "status": status}


class Cluster:
    def __init__(self) -> None:
        self.services = [
            _service("reviews", "10.96.0.1", {"app": "reviews"}),
            _service("outside", "10.96.0.2"),
            _service("headless", "None", {"app": "reviews"}),
        ]
        self.pods = [_pod("reviews-5d4-a", "10.244.0.1"), _pod("reviews-5d4-b", "10.244.0.2")]
        self.refuses: Callable[[str], bool] = lambda _path: False
        self.status = 403

    async def handle(self, request: Request, write: Write) -> None:
        parts = urlsplit(request.target)
        if self.refuses(parts.path):
            body = {"kind": "Status", "status": "Failure", "code": self.status, "message": "no", "reason": "Forbidden"}
            await write(answer(self.status, body))
            return
        items = self.services if parts.path.endswith("services") else self._pods(parse_qs(parts.query))
        await write(answer(200, {"metadata": {"resourceVersion": "1"}, "items": items}))

    def _pods(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        if "labelSelector" in query:
            name, _, value = query["labelSelector"][0].partition("=")
            return [pod for pod in self.pods if pod["metadata"]["labels"].get(name) == value]
        _, _, address = query["fieldSelector"][0].partition("=")
        return [pod for pod in self.pods if pod["status"]["podIP"] == address]


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@asynccontextmanager
async def _addresses(
    cluster: Cluster, namespace: str | None = "shop", clock: Callable[[], float] = lambda: 0.0
) -> AsyncIterator[tuple[Addresses, FakeApi]]:
    async with client_of(cluster.handle) as (kube, api):
        yield Addresses(kube, namespace, clock), api


async def test_services_pods_and_what_nobody_knows(cluster: Cluster) -> None:
    async with _addresses(cluster) as (addresses, api):
        assert await addresses.learn(["10.96.0.1", "10.96.0.2", "10.244.0.2", "192.0.2.1"])
        assert addresses.find("10.96.0.1") == Place(PlaceKind.SERVICE, "reviews", "shop", REVIEWS)
        assert addresses.find("10.96.0.2") == Place(PlaceKind.SERVICE, "outside", "shop")
        assert addresses.find("10.244.0.2") == Place(PlaceKind.POD, "reviews-5d4-b", "shop", REVIEWS)
        assert addresses.find("192.0.2.1") is None
        asked = len(api.requests)
        assert not await addresses.learn(["10.96.0.1", "192.0.2.1"])
        assert len(api.requests) == asked, "what is known is not asked for again"


async def test_an_address_that_moved_is_asked_for_again(cluster: Cluster) -> None:
    now = [0.0]
    async with _addresses(cluster, clock=lambda: now[0]) as (addresses, _):
        await addresses.learn(["10.244.0.1"])
        cluster.pods = [_pod("ratings-1", "10.244.0.1", owned=False)]
        now[0] = KEPT_S + 1
        assert await addresses.learn(["10.244.0.1"])
        assert addresses.find("10.244.0.1") == Place(PlaceKind.POD, "ratings-1", "shop", ("Pod", "shop", "ratings-1"))


async def test_a_node_and_a_pod_that_is_over_have_no_name(cluster: Cluster) -> None:
    cluster.pods = [_pod("agent", "10.0.0.1", host=True), _pod("done", "10.244.0.9", phase="Succeeded")]
    async with _addresses(cluster) as (addresses, _):
        assert not await addresses.learn(["10.0.0.1", "10.244.0.9"])
        assert addresses.find("10.0.0.1") is None


async def test_pods_of_several_workloads_behind_one_service(cluster: Cluster) -> None:
    cluster.pods.append(_pod("reviews-alone", "10.244.0.3", owned=False))
    async with _addresses(cluster) as (addresses, _):
        await addresses.learn(["10.96.0.1"])
        assert addresses.find("10.96.0.1") == Place(PlaceKind.SERVICE, "reviews", "shop")


async def test_who_may_not_look_at_the_cluster_looks_at_his_namespace(cluster: Cluster) -> None:
    cluster.refuses = lambda path: "/namespaces/" not in path
    async with _addresses(cluster) as (addresses, _):
        assert await addresses.learn(["10.96.0.1", "10.244.0.1"])
        assert addresses.find("10.96.0.1") is not None
        assert addresses.find("10.244.0.1") is not None
        assert not addresses.is_forbidden


@pytest.mark.parametrize("namespace", ["shop", None])
async def test_who_may_see_nothing_is_not_asked_for_ever(cluster: Cluster, namespace: str | None) -> None:
    cluster.refuses = lambda _path: True
    async with _addresses(cluster, namespace) as (addresses, api):
        assert not await addresses.learn(["10.96.0.1"])
        assert addresses.is_forbidden
        asked = len(api.requests)
        assert not await addresses.learn(["10.96.0.3"])
        assert len(api.requests) == asked


async def test_services_without_pods(cluster: Cluster) -> None:
    cluster.refuses = lambda path: path.endswith("/pods")
    async with _addresses(cluster) as (addresses, _):
        await addresses.learn(["10.96.0.1", "10.244.0.1"])
        assert addresses.find("10.96.0.1") == Place(PlaceKind.SERVICE, "reviews", "shop")
        assert addresses.find("10.244.0.1") is None


async def test_a_cluster_that_fails_is_told(cluster: Cluster) -> None:
    cluster.refuses, cluster.status = lambda _path: True, 500
    async with _addresses(cluster) as (addresses, _):
        with pytest.raises(KubeferryError):
            await addresses.learn(["10.96.0.1"])
