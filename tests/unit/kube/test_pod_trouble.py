from __future__ import annotations

from typing import Any

import msgspec
import pytest

from app.domain.errors import ErrorCode
from app.kube.manager_pods import manager_namespaces, pick_pod
from app.kube.objects import Condition, Event, Pod
from app.kube.pod_trouble import deployment_trouble, event_trouble, has_crashed, pod_trouble

RUNNING: dict[str, Any] = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}


def _pod(
    name: str = "p",
    *,
    state: dict[str, Any] | None = None,
    last: dict[str, Any] | None = None,
    ready: bool = False,
    restarts: int = 0,
    phase: str = "Running",
    created: str = "2026-01-01T00:00:00Z",
    deleted: bool = False,
    conditions: list[dict[str, str]] | None = None,
) -> Pod:
    meta = {"name": name, "namespace": "ns", "uid": name, "creationTimestamp": created}
    if deleted:
        meta["deletionTimestamp"] = created
    status: dict[str, Any] = {"phase": phase, "conditions": conditions or []}
    if state is not None:
        container = {"name": "manager", "ready": ready, "restartCount": restarts, "state": state}
        status["containerStatuses"] = [{"name": "istio-proxy"}, {**container, "lastState": last or {}}]
    spec = {"containers": [{"name": "manager", "image": "img:1"}]}
    return msgspec.convert({"metadata": meta, "spec": spec, "status": status}, Pod)


def _waiting(reason: str, message: str = "why") -> dict[str, Any]:
    return {"waiting": {"reason": reason, "message": message}}


@pytest.mark.parametrize(
    ("state", "code", "final"),
    [
        (_waiting("ErrImagePull"), ErrorCode.IMAGE_PULL_FAILED, False),
        (_waiting("ImagePullBackOff"), ErrorCode.IMAGE_PULL_FAILED, True),
        (_waiting("InvalidImageName"), ErrorCode.IMAGE_PULL_FAILED, True),
        (_waiting("ErrImageNeverPull"), ErrorCode.IMAGE_PULL_FAILED, True),
        (_waiting("CrashLoopBackOff"), ErrorCode.MANAGER_STUCK, True),
        (_waiting("CreateContainerConfigError"), ErrorCode.MANAGER_STUCK, True),
        ({"terminated": {"exitCode": 3}}, ErrorCode.MANAGER_STUCK, False),
    ],
)
def test_containers(state: dict[str, Any], code: ErrorCode, final: bool) -> None:
    trouble = pod_trouble(_pod(state=state))
    assert trouble is not None
    assert (trouble.error.code, trouble.final) == (code, final)


@pytest.mark.parametrize("state", [None, _waiting("ContainerCreating"), RUNNING])
def test_nothing_wrong_yet(state: dict[str, Any] | None) -> None:
    assert pod_trouble(_pod(state=state)) is None


def test_scheduling() -> None:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/2 nodes\nare"}
    trouble = pod_trouble(_pod(phase="Pending", conditions=[condition]))
    assert trouble is not None
    assert trouble.error.code is ErrorCode.UNSCHEDULABLE
    assert trouble.error.params["problem"] == "0/2 nodes are"
    assert not trouble.final


def test_evicted() -> None:
    trouble = pod_trouble(_pod(phase="Failed"))
    assert trouble is not None
    assert trouble.error.code is ErrorCode.MANAGER_STUCK


@pytest.mark.parametrize(
    ("message", "code", "final", "problem"),
    [
        ('pods "x" is forbidden: exceeded quota: q, requested', ErrorCode.QUOTA_EXCEEDED, True, "exceeded quota: q"),
        ('pods "x" is forbidden: failed quota: q: must specify', ErrorCode.QUOTA_EXCEEDED, True, "failed quota: q"),
        ('x: violates PodSecurity "restricted"', ErrorCode.POD_SECURITY_FORBIDS, True, "violates PodSecurity"),
        ("serviceaccount default not found", ErrorCode.MANAGER_STUCK, False, "serviceaccount"),
    ],
)
def test_no_pod_is_made(message: str, code: ErrorCode, final: bool, problem: str) -> None:
    condition = Condition(type="ReplicaFailure", status="True", reason="FailedCreate", message=message)
    trouble = deployment_trouble([condition], "ns")
    assert trouble is not None
    assert (trouble.error.code, trouble.final) == (code, final)
    assert trouble.error.params["problem"].startswith(problem)


def test_a_deployment_that_is_well() -> None:
    assert deployment_trouble(None, "ns") is None
    assert deployment_trouble([Condition(type="Available", status="True")], "ns") is None


def test_the_latest_warning_counts() -> None:
    def event(reason: str, time: str, type: str = "Warning") -> Event:
        return msgspec.convert(
            {"metadata": {}, "type": type, "reason": reason, "message": "m", "lastTimestamp": time}, Event
        )

    events = [event("Old", "1"), event("FailedMount", "2"), event("Unhealthy", "3"), event("Pulled", "4", "Normal")]
    trouble = event_trouble(events, "ns")
    assert trouble is not None
    assert trouble.error.params["problem"] == "FailedMount: m"
    assert event_trouble([], "ns") is None


@pytest.mark.parametrize(
    ("pods", "chosen"),
    [
        ([], None),
        ([_pod("a", state=RUNNING)], "a"),
        ([_pod("a", state=RUNNING, ready=True), _pod("b", state=RUNNING, created="2026-02-01T00:00:00Z")], "a"),
        (
            [
                _pod("a", state=RUNNING, ready=True),
                _pod("b", state=RUNNING, ready=True, created="2026-02-01T00:00:00Z"),
            ],
            "b",
        ),
        ([_pod("a", state=RUNNING, ready=True, deleted=True), _pod("b", state=RUNNING)], "b"),
        ([_pod("a", state=_waiting("ContainerCreating")), _pod("b", phase="Pending")], None),
    ],
)
def test_which_pod(pods: list[Pod], chosen: str | None) -> None:
    picked = pick_pod(pods)
    assert (None if picked is None else picked.name) == chosen


def test_crashes() -> None:
    assert has_crashed(_pod(state=RUNNING, restarts=1))
    assert not has_crashed(_pod(state=RUNNING, restarts=1, ready=True))
    assert not has_crashed(_pod(state=RUNNING))
    assert not has_crashed(_pod())


def test_where_to_look() -> None:
    assert manager_namespaces(None, "shop") == ("shop", "kubeferry")
    assert manager_namespaces("tools", "kubeferry") == ("tools", "kubeferry")
