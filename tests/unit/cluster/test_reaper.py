"""Whose workloads are restored when nobody is there any more. On a real server: tests/e2e/test_intercept_reaper.py"""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest

from helper.cluster.injection.record import CLAIMS, INJECTION_ID, RECORD
from helper.cluster.injection.sidecar_template import SidecarSpec, inject
from helper.cluster.manager.kube_api import KubeApi, KubeApiError
from helper.cluster.manager.reaper import Reaper

ALICE, BOB = "a" * 12, "b" * 12
PATH = "/apis/apps/v1/namespaces/shop/deployments/reviews"
SECRET = f"kubeferry-deployment-reviews-{'0' * 16}"
PLAIN: dict[str, Any] = {
    "metadata": {"name": "reviews", "namespace": "shop", "resourceVersion": "7"},
    "spec": {"template": {"metadata": {"labels": {"app": "reviews"}}, "spec": {"containers": [{"name": "web"}]}}},
}


def injected(*owners: str, text: str | None = None, secret: str = SECRET) -> dict[str, Any]:
    found = inject(copy.deepcopy(PLAIN), SidecarSpec("sidecar:1"), "0" * 16, secret)
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
    assert api.deleted[0] == f"/api/v1/namespaces/shop/secrets/{SECRET}"


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


@pytest.mark.parametrize("named", ["db-password", "../../kube-system/secrets/x", SECRET.replace("reviews", "ratings")])
def test_no_annotation_makes_it_delete_another_secret(named: str) -> None:
    """Who may change a workload may write what they like there; the right to delete Secrets is the manager's."""
    api = _Api(injected(ALICE, secret=named))
    live(api, frozenset(), 7)
    assert set(api.deleted) == {f"/api/v1/namespaces/shop/secrets/{SECRET}"}


@pytest.mark.parametrize(
    "injection_id", ["../x", "0" * 15, "0" * 16 + "\n", "0" * 16 + "/../../y", "\N{FULLWIDTH DIGIT ONE}" * 16]
)
def test_an_injection_that_is_none_becomes_no_path(injection_id: str) -> None:
    made_up = injected(ALICE)
    made_up["metadata"]["annotations"][RECORD] = msgspec.json.encode(
        {"injection_id": injection_id, "secret": "x"}
    ).decode()
    made_up["spec"]["template"]["metadata"]["annotations"][INJECTION_ID] = injection_id
    api = _Api(made_up)
    live(api, frozenset(), 7)
    assert api.patches != [], "the workload is restored"
    assert api.deleted == []


def _record(*created: str) -> dict[str, str]:
    return {RECORD: msgspec.json.encode({"injection_id": "0" * 16, "secret": "s", "created": created}).decode()}


@pytest.mark.parametrize(
    "annotations",
    [
        {CLAIMS: '[{"owner_id":"a","x":' + "[" * 100_000},
        {RECORD: '{"x":' + "[" * 100_000},
        _record("spec.template.spec.containers.x", "a.b", ""),
        _record("metadata.name.x", "metadata.name.reviews", "metadata.annotations"),
    ],
)
def test_a_made_up_workload_costs_itself_and_not_the_manager(annotations: dict[str, str]) -> None:
    made_up = injected(ALICE)
    made_up["metadata"]["name"] = "made-up"
    made_up["metadata"]["annotations"] |= annotations
    for broken in (made_up, {**made_up, "spec": {"template": {"spec": {"containers": 7}}}}):
        api = _Api(broken, injected(BOB))
        live(api, frozenset(), 7)
        assert PATH in [path for path, _ in api.patches], "the other one is restored"
