"""Ports, claims and what speaks against an intercept, from the small record that lists keep."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from app.domain.intercepts import Claim, HeaderRule, HttpRule
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.injection.claims import with_claims
from app.kube.workloads import DeclaredPort, Workload, _BarePod, _Controller, workload_of
from helper.cluster.api import ENVOY_PORT, SIDECAR_CONTAINER
from helper.cluster.injection.record import CLAIMS, MANIFEST_MARK

_CLAIM = Claim("1", "her", "alice@pc", 5.0, HttpRule((HeaderRule("x-user", value="alice"),)))


def _raw(pod: dict[str, Any] | None = None, annotations: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    meta = {"name": "web", "namespace": "shop", "annotations": annotations}
    return {"metadata": meta, "spec": {"template": {"spec": {"containers": [], **(pod or {})}}, **spec}}


def _workload(raw: dict[str, Any], kind: WorkloadKind = WorkloadKind.DEPLOYMENT) -> Workload:
    record: type[_BarePod | _Controller] = _BarePod if kind is WorkloadKind.POD else _Controller
    found = workload_of(kind, msgspec.json.decode(msgspec.json.encode(raw), type=record))
    assert found is not None
    return found


def test_ports_of_all_containers_but_ours() -> None:
    pod = {
        "initContainers": [{"name": SIDECAR_CONTAINER, "ports": [{"containerPort": 1}]}],
        "containers": [
            {
                "name": "web",
                "ports": [{"containerPort": 8080, "name": "http"}, {"containerPort": 53, "protocol": "UDP"}],
            },
            {"name": "bare"},
        ],
    }
    assert _workload(_raw(pod)).ports == (DeclaredPort(8080, "http"), DeclaredPort(53, protocol="UDP"))


def test_claims_are_those_that_were_written() -> None:
    ref = WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "web")
    assert _workload(with_claims(ref, _raw(), (_CLAIM,))).claims == (_CLAIM,)


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "[" * 5000, '[{"intercept_id": 7}]', "\x00"])
def test_broken_claims_are_none(text: str) -> None:
    assert _workload(_raw(annotations={CLAIMS: text})).claims == ()


def test_other_annotations_are_not_kept() -> None:
    item = msgspec.convert(_raw(annotations={"kubectl.kubernetes.io/last-applied-configuration": "x"}), _Controller)
    assert item.metadata.annotations is not None
    assert (item.metadata.annotations.claims, item.metadata.annotations.manifest) == (None, None)


@pytest.mark.parametrize(
    ("raw", "kind", "word"),
    [
        (_raw({"hostNetwork": True}), WorkloadKind.DAEMON_SET, "host network"),
        (_raw({"os": {"name": "windows"}}), WorkloadKind.DEPLOYMENT, "Windows"),
        (_raw({"nodeSelector": {"kubernetes.io/os": "windows"}}), WorkloadKind.DEPLOYMENT, "Windows"),
        (_raw(paused=True), WorkloadKind.DEPLOYMENT, "paused"),
        (
            _raw({"containers": [{"name": "a", "ports": [{"containerPort": ENVOY_PORT}]}]}),
            WorkloadKind.DEPLOYMENT,
            "port",
        ),
        (
            {"metadata": {"name": "web", "namespace": "shop", "annotations": {MANIFEST_MARK: "x"}}, "spec": {}},
            WorkloadKind.POD,
            "static pod",
        ),
        (
            {"metadata": {"name": "web", "namespace": "shop", "deletionTimestamp": "2026-01-01T00:00:00Z"}, "spec": {}},
            WorkloadKind.POD,
            "deleted",
        ),
        (_raw(), WorkloadKind.DEPLOYMENT, ""),
        (_raw({"nodeSelector": {"kubernetes.io/os": "linux"}, "os": {"name": "linux"}}), WorkloadKind.STATEFUL_SET, ""),
        (_raw(paused=True), WorkloadKind.STATEFUL_SET, ""),
    ],
)
def test_what_speaks_against_an_intercept(raw: dict[str, Any], kind: WorkloadKind, word: str) -> None:
    told = _workload(raw, kind).impossible
    assert word in told
    assert bool(told) == bool(word)
