from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.list_watch import Deleted, Interrupted, Upserted
from app.kube.workloads import (
    WORKLOADS_A_TURN,
    Workload,
    WorkloadChanged,
    WorkloadRemoved,
    WorkloadsUnread,
    _BarePod,
    _Controller,
    _listed,
    _told,
    workload_of,
)

OWNED = [{"kind": "Deployment", "name": "web", "controller": True}]


def _controller(
    *, owners: list[dict[str, Any]] | None = None, spec: dict[str, Any] | None = None, **status: int
) -> _Controller:
    meta = {"name": "web", "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z"}
    template = {"spec": {"containers": [{"image": "a:1"}, {"image": "b:2"}]}}
    raw = {
        "metadata": {**meta, "ownerReferences": owners or []},
        "spec": {"template": template, **(spec or {})},
        "status": status,
    }
    return msgspec.convert(raw, _Controller)


def _pod(phase: str = "Running", ready: str = "True", owners: list[dict[str, Any]] | None = None) -> _BarePod:
    raw = {
        "metadata": {"name": "web", "namespace": "shop", "ownerReferences": owners or []},
        "spec": {"containers": [{"image": "a:1"}]},
        "status": {"phase": phase, "conditions": [{"type": "Ready", "status": ready}]},
    }
    return msgspec.convert(raw, _BarePod)


@pytest.mark.parametrize(
    ("kind", "item", "ready", "desired"),
    [
        (WorkloadKind.DEPLOYMENT, _controller(spec={"replicas": 3}, readyReplicas=2), 2, 3),
        (WorkloadKind.STATEFUL_SET, _controller(), 0, 1),
        (WorkloadKind.DEPLOYMENT, _controller(spec={"replicas": 0}), 0, 0),
        (WorkloadKind.DAEMON_SET, _controller(numberReady=1, desiredNumberScheduled=2), 1, 2),
        (WorkloadKind.REPLICA_SET, _controller(readyReplicas=1), 1, 1),
        (WorkloadKind.POD, _pod(), 1, 1),
        (WorkloadKind.POD, _pod(ready="False"), 0, 1),
    ],
)
def test_counts(kind: WorkloadKind, item: _Controller | _BarePod, ready: int, desired: int) -> None:
    workload = workload_of(kind, item)
    assert workload is not None
    assert (workload.ready, workload.desired) == (ready, desired)
    assert workload.ref == WorkloadRef(kind, "shop", "web")


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        (WorkloadKind.REPLICA_SET, _controller(owners=OWNED)),
        (WorkloadKind.POD, _pod(owners=OWNED)),
        (WorkloadKind.POD, _pod("Succeeded")),
        (WorkloadKind.POD, _pod("Failed")),
    ],
)
def test_not_shown(kind: WorkloadKind, item: _Controller | _BarePod) -> None:
    assert workload_of(kind, item) is None


async def test_only_what_is_shown_makes_a_change() -> None:
    known: dict[WorkloadRef, Workload] = {}
    kind, ref = WorkloadKind.DEPLOYMENT, WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "web")
    listed = await _listed(kind, (_controller(),), known)
    assert [workload.ref for workload in listed.workloads] == [ref]
    assert set(known) == {ref}
    assert _told(kind, Upserted(_controller()), known) is None
    changed = _told(kind, Upserted(_controller(readyReplicas=1)), known)
    assert isinstance(changed, WorkloadChanged)
    assert changed.workload.images == ("a:1", "b:2")
    assert _told(kind, Deleted(_controller()), known) == WorkloadRemoved(ref)
    assert _told(kind, Deleted(_controller()), known) is None


async def test_a_bare_pod_that_is_done_goes() -> None:
    known: dict[WorkloadRef, Workload] = {}
    await _listed(WorkloadKind.POD, (_pod(),), known)
    gone = _told(WorkloadKind.POD, Upserted(_pod("Succeeded")), known)
    assert gone == WorkloadRemoved(WorkloadRef(WorkloadKind.POD, "shop", "web"))


async def test_a_long_list_leaves_turns_to_others() -> None:
    known: dict[WorkloadRef, Workload] = {}
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        other = group.create_task(others())
        await _listed(WorkloadKind.DEPLOYMENT, (_controller(),) * (5 * WORKLOADS_A_TURN), known)
        other.cancel()
    assert turns >= 5


def test_an_interruption_is_told() -> None:
    error = KubeferryError(ErrorCode.API_UNREACHABLE, server="s", problem="p")
    told = _told(WorkloadKind.POD, Interrupted(error), {})
    assert told == WorkloadsUnread(WorkloadKind.POD, error, final=False)


def test_ref_is_what_kubectl_takes() -> None:
    assert str(WorkloadRef(WorkloadKind.STATEFUL_SET, "shop", "mysql")) == "statefulset/mysql"
