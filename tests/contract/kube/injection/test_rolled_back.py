"""Injections that fail or are called off half-way leave a real cluster's workload as it was."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercepts import Claim
from app.domain.workload import WorkloadKind
from app.kube.api import ApiClient
from app.kube.injection.planning import InjectionPlan
from app.kube.injection.progress import InjectionProgress, InjectionStep
from app.kube.injection.warnings import WarningCode
from helper.cluster.api import SIDECAR_CONTAINER
from helper.cluster.injection.sidecar_template import SidecarSpec
from tests.contract.kube import workloads
from tests.contract.kube.injection.actions import (
    ALICE,
    KINDS,
    allow_pods,
    join_secrets,
    make_deployment,
    plan_for,
    ref_of,
    take,
    until_ready,
    until_restored,
)


async def _fails(api: ApiClient, plan: InjectionPlan, claim: Claim = ALICE, timeout_s: float = 60.0) -> KubeferryError:
    with pytest.raises(KubeferryError) as failure:
        await take(api, plan, claim, timeout_s=timeout_s)
    assert await join_secrets(api, plan.ref.namespace) == []
    return failure.value


@pytest.mark.parametrize("case", KINDS)
async def test_image_that_is_not_there_is_rolled_back(
    api: ApiClient, namespace: str, sidecar: SidecarSpec, case: str
) -> None:
    kind, spec = KINDS[case]
    ref = ref_of(kind, namespace)
    await workloads.create(api, ref, workloads.make(ref, **spec))
    count = spec.get("replicas", 1)
    await until_ready(api, ref, count)
    before = workloads.wishes(await workloads.read(api, ref))
    broken = replace(sidecar, image="nowhere.local/none:1", pull_policy="Never")
    error = await _fails(api, await plan_for(api, ref, broken))
    assert error.code is ErrorCode.IMAGE_PULL_FAILED
    assert error.params["image"] == "nowhere.local/none:1"
    assert workloads.wishes(await workloads.read(api, ref)) == before
    await until_restored(api, ref, count)


async def test_crash_is_told_with_its_last_words(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = await make_deployment(api, namespace)
    before = workloads.wishes(await workloads.read(api, ref))
    crashing = replace(sidecar, command=("sh", "-c", "echo the last words >&2; exit 7"))
    error = await _fails(api, await plan_for(api, ref, crashing))
    assert error.code is ErrorCode.SIDECAR_STUCK
    assert "exit code 7" in error.params["problem"]
    assert SIDECAR_CONTAINER in error.params["problem"]
    assert "the last words" in error.detail
    assert workloads.wishes(await workloads.read(api, ref)) == before


async def test_probe_that_fails_is_told(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """The stand-in redirects nothing, so a probe that was moved finds a closed port."""
    ref = await make_deployment(api, namespace, workloads.probed())
    error = await _fails(api, await plan_for(api, ref, sidecar), timeout_s=6.0)
    assert error.code is ErrorCode.SIDECAR_STUCK
    assert "15700" in error.params["problem"]


async def test_cancelled(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """At every step that is told, and somewhere between."""
    ref = await make_deployment(api, namespace, workloads.container())
    before = workloads.wishes(await workloads.read(api, ref))
    for step in (InjectionStep.TICKET, InjectionStep.CHANGING, InjectionStep.ROLLING_OUT):
        for pause_s in (0.0, 0.005, 0.02):
            await _cancelled_at(api, await plan_for(api, ref, sidecar), step, pause_s)
            assert workloads.wishes(await workloads.read(api, ref)) == before, (step, pause_s)
            assert await join_secrets(api, namespace) == [], (step, pause_s)


async def _cancelled_at(api: ApiClient, plan: InjectionPlan, step: InjectionStep, pause_s: float) -> None:
    reached = asyncio.Event()

    def report(told: InjectionProgress) -> None:
        if told.step is step:
            reached.set()

    async with asyncio.TaskGroup() as group:
        taking = group.create_task(take(api, plan, report=report))
        await reached.wait()
        await asyncio.sleep(pause_s)
        taking.cancel()


async def test_a_bare_pod_survives_a_cancellation(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = ref_of(WorkloadKind.POD, namespace)
    await workloads.create(api, ref, workloads.make(ref))
    await until_ready(api, ref)
    before = workloads.wishes(await workloads.read(api, ref))
    for pause_s in (0.0, 0.01, 0.5, 1.2):
        plan = await plan_for(api, ref, sidecar)
        await _cancelled_at(api, plan, InjectionStep.TICKET, pause_s)
        await until_restored(api, ref, 1)
        assert workloads.wishes(await workloads.read(api, ref)) == before, pause_s
        assert await join_secrets(api, namespace) == [], pause_s


async def test_quota_that_only_the_rollout_meets(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """A StatefulSet's pod makes room for its successor; one that then is not let in is told by an event."""
    ref = ref_of(WorkloadKind.STATEFUL_SET, namespace)
    await workloads.create(api, ref, workloads.make(ref))
    await until_ready(api, ref)
    before = workloads.wishes(await workloads.read(api, ref))
    await allow_pods(api, namespace, 0)
    plan = await plan_for(api, ref, sidecar)
    assert WarningCode.DOWNTIME in {warning.code for warning in plan.warnings}
    error = await _fails(api, plan)
    assert error.code is ErrorCode.QUOTA_EXCEEDED
    assert workloads.wishes(await workloads.read(api, ref)) == before
