from __future__ import annotations

import asyncio
import datetime
from pathlib import Path

import msgspec
import pytest

from app.controllers.kube_reader import _ROWS_A_TURN, KnownWorkloads, KubeReader
from app.controllers.views import ContextRow, PortRow, WorkloadRow
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercepts import Claim
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.workloads import (
    DeclaredPort,
    Workload,
    WorkloadChanged,
    WorkloadRemoved,
    WorkloadsListed,
    WorkloadsUnread,
)

_CREATED = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
_AWAY = KubeferryError(ErrorCode.API_UNREACHABLE, server="https://x", problem="refused")
_FORBIDDEN = KubeferryError(ErrorCode.API_FORBIDDEN, verb="list", resource="pods", namespace="shop")
_CONFIG = """
apiVersion: v1
kind: Config
current-context: one
contexts: [{name: one, context: {cluster: c, namespace: shop}}, {name: two, context: {cluster: c}}]
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
"""


def _workload(name: str, ready: int = 1) -> Workload:
    return Workload(WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", name), ready, 1, _CREATED, (), ())


def _listed(*workloads: Workload) -> KnownWorkloads:
    known = KnownWorkloads(clock=lambda: 0.0)
    known.take(WorkloadsListed(WorkloadKind.DEPLOYMENT, workloads))
    for kind in set(WorkloadKind) - {WorkloadKind.DEPLOYMENT}:
        known.take(WorkloadsListed(kind, ()))
    return known


def test_nothing_is_shown_before_every_kind_was_listed() -> None:
    known = KnownWorkloads()
    for kind in WorkloadKind:
        assert not known.is_complete
        known.take(WorkloadsListed(kind, ()))
    assert known.is_complete


def test_changes_are_kept() -> None:
    known = _listed(_workload("cart"), _workload("reviews"))
    known.take(WorkloadChanged(_workload("reviews", ready=0)))
    known.take(WorkloadRemoved(WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "cart")))
    assert known.view().rows == (WorkloadRow("Deployment", "shop", "reviews", 0, 1, _CREATED.timestamp()),)


def test_a_row_has_what_the_workload_has() -> None:
    claim = Claim("1", "her", "alice@pc", 5.0)
    full = msgspec.structs.replace(
        _workload("cart"),
        images=("shop/cart:1",),
        labels=(("app", "cart"),),
        ports=(DeclaredPort(53, "dns", "UDP"),),
        claims=(claim,),
        impossible="it is a static pod",
    )
    (row,) = _listed(full).view().rows
    assert (row.images, row.labels) == (full.images, full.labels)
    assert (row.ports, row.claims, row.impossible) == ((PortRow(53, "dns", "UDP"),), (claim,), full.impossible)


def test_a_list_replaces_its_kind() -> None:
    known = _listed(_workload("cart"))
    known.take(WorkloadsListed(WorkloadKind.DEPLOYMENT, (_workload("reviews"),)))
    assert [row.name for row in known.view().rows] == ["reviews"]


async def test_a_long_list_leaves_turns_to_others_and_what_was_known_stays_until_then() -> None:
    known = _listed(_workload("cart"))
    seen: list[int] = []

    async def others() -> None:
        while True:
            seen.append(len(known.view().rows))
            await asyncio.sleep(0)

    many = tuple(_workload(f"w{number}") for number in range(5 * _ROWS_A_TURN))
    async with asyncio.TaskGroup() as group:
        other = group.create_task(others())
        await known.take_in_turns(WorkloadsListed(WorkloadKind.DEPLOYMENT, many))
        other.cancel()
    assert seen[:5] == [1] * 5
    assert len(known.view().rows) == len(many)


def test_a_short_interruption_is_not_told_and_a_long_one_is() -> None:
    now = [0.0]
    known = KnownWorkloads(clock=lambda: now[0])
    for kind in WorkloadKind:
        known.take(WorkloadsListed(kind, ()))
    known.take(WorkloadsUnread(WorkloadKind.POD, _AWAY, final=False))
    assert known.view().problem is None
    now[0] = 3.0
    known.take(WorkloadsUnread(WorkloadKind.POD, _AWAY, final=False))
    problem = known.view().problem
    assert problem is not None
    assert problem.code is ErrorCode.API_UNREACHABLE
    known.take(WorkloadsListed(WorkloadKind.POD, ()))
    assert known.view().problem is None


def test_a_cluster_that_never_answered_is_told_at_once() -> None:
    known = KnownWorkloads()
    for kind in WorkloadKind:
        known.take(WorkloadsUnread(kind, _AWAY, final=False))
    assert known.is_complete
    assert known.view().problem is not None


def test_a_forbidden_kind_is_named_and_all_forbidden_is_a_failure() -> None:
    known = _listed(_workload("cart"))
    known.take(WorkloadsUnread(WorkloadKind.POD, _FORBIDDEN, final=True))
    assert known.view().unreadable == ("Pod",)
    *most, last = set(WorkloadKind) - {WorkloadKind.POD}
    for kind in most:
        known.take(WorkloadsUnread(kind, _FORBIDDEN, final=True))
    with pytest.raises(KubeferryError) as failure:
        known.take(WorkloadsUnread(last, _FORBIDDEN, final=True))
    assert failure.value is _FORBIDDEN


async def test_contexts_come_from_the_kubeconfig(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(_CONFIG, encoding="utf-8")
    assert await KubeReader({"KUBECONFIG": str(path)}).contexts() == (
        ContextRow("one", "c", "shop", is_current=True),
        ContextRow("two", "c", "default", is_current=False),
    )


async def test_a_broken_kubeconfig_is_a_problem_with_a_name(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("contexts: [", encoding="utf-8")
    with pytest.raises(KubeferryError) as failure:
        await KubeReader({"KUBECONFIG": str(path)}).contexts()
    assert failure.value.code is ErrorCode.KUBECONFIG_INVALID


async def test_without_a_kubeconfig_there_are_no_contexts(tmp_path: Path) -> None:
    assert await KubeReader({"KUBECONFIG": str(tmp_path / "none")}).contexts() == ()
