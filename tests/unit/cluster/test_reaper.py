"""Whose workloads are restored when nobody is there any more. On a real server: tests/e2e/test_intercept_reaper.py"""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest

from helper.cluster.injection.record import CLAIMS
from helper.cluster.injection.sidecar_template import SidecarSpec, inject
from helper.cluster.manager.kube_api import KubeApi, KubeApiError
from helper.cluster.manager.reaper import Reaper

ALICE, BOB = "a" * 12, "b" * 12
PATH = "/apis/apps/v1/namespaces/shop/deployments/reviews"
PLAIN: dict[str, Any] = {
    "metadata": {"name": "reviews", "namespace": "shop", "resourceVersion": "7"},
    "spec": {"template": {"metadata": {"labels": {"app": "reviews"}}, "spec": {"containers": [{"name": "web"}]}}},
}


def injected(*owners: str, text: str | None = None) -> dict[str, Any]:
    found = inject(copy.deepcopy(PLAIN), SidecarSpec("sidecar:1"), "0" * 16, "the-secret")
    claims = msgspec.json.encode([{"intercept_id": "1", "owner_id": owner} for owner in owners]).decode()
    found["metadata"]["annotations"][CLAIMS] = claims if text is None else text
    return found


class _Api(KubeApi):
    """The three requests that a reaper makes."""

    def __init__(self, *deployments: dict[str, Any]) -> None:
        self.deployments = list(deployments)
        self.patches: list[tuple[str, list[dict[str, Any]]]] = []
        self.deleted: list[str] = []
        self.broken = False

    def get(self, path: str) -> Any:
        if self.broken:
            raise KubeApiError(0, "unreachable")
        return {"items": copy.deepcopy(self.deployments) if "/deployments?" in path else []}

    def patch(self, path: str, operations: list[dict[str, Any]]) -> None:
        self.patches.append((path, operations))

    def delete(self, path: str) -> None:
        self.deleted.append(path)


def live(api: _Api, known: frozenset[str], seconds: int, after_s: float = 5.0) -> None:
    """A look every second."""
    reaper = Reaper(api, after_s, frozenset)
    for second in range(seconds):
        reaper.look(known, float(second))


def test_a_workload_whose_owners_are_gone_is_restored_after_the_time() -> None:
    api = _Api(injected(ALICE, BOB))
    live(api, frozenset(), 5)
    assert api.patches == []
    live(api, frozenset(), 7)
    (path, operations), *_ = api.patches
    assert path == PATH
    assert operations[0] == {"op": "replace", "path": "/metadata/resourceVersion", "value": "7"}
    removed = {operation["path"] for operation in operations if operation["op"] == "remove"}
    assert "/metadata/annotations" in removed
    assert "/spec/template/spec/initContainers" in removed
    assert api.deleted[0] == "/api/v1/namespaces/shop/secrets/the-secret"


def test_one_owner_who_is_known_keeps_it() -> None:
    api = _Api(injected(ALICE, BOB))
    live(api, frozenset({BOB}), 20)
    assert api.patches == []


def test_claims_that_cannot_be_read_are_somebodys() -> None:
    api = _Api(injected(text="{"))
    live(api, frozenset(), 20)
    assert api.patches == []


def test_a_sidecar_without_claims_goes_too() -> None:
    workload = injected()
    del workload["metadata"]["annotations"][CLAIMS]
    api = _Api(workload)
    live(api, frozenset(), 8)
    assert api.patches


def test_a_server_that_does_not_answer_is_asked_again() -> None:
    api = _Api(injected(ALICE))
    api.broken = True
    reaper = Reaper(api, 0.0, frozenset)
    with pytest.raises(KubeApiError):
        reaper.look(frozenset(), 0.0)
    api.broken = False
    reaper.look(frozenset(), 1.0)
    assert api.patches
