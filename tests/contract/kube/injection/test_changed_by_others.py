"""What others change on an injected workload of a real cluster: it stays, and is in nobody's way of leaving."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.workload import WorkloadRef
from app.kube.api import ApiClient
from app.kube.injection.finding import find_injected, look_at, pods_with_sidecar
from app.kube.injection.operations import drop_claims
from helper.cluster.injection.record import is_injected
from helper.cluster.injection.sidecar_template import SidecarSpec
from tests.contract.kube import workloads
from tests.contract.kube.injection.actions import ALICE, BOB, join_secrets, make_deployment, plan_for, silent, take


async def _until_injected(api: ApiClient, ref: WorkloadRef, injection_id: str, count: int) -> None:
    """While somebody's own rollout goes on there may be more pods for a moment, or one that is not ready yet."""
    async with asyncio.timeout(60):
        while True:
            if len(await pods_with_sidecar(api, ref, injection_id)) == count:
                return
            await asyncio.sleep(0.2)


async def test_what_others_change_meanwhile_stays(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = await make_deployment(api, namespace, workloads.probed_elsewhere())
    original = await workloads.read(api, ref)

    def edit(workload: dict[str, Any]) -> None:
        workload["metadata"].setdefault("annotations", {})["team"] = "x"
        workload["spec"]["replicas"] = 2
        spec = workload["spec"]["template"]["spec"]
        (app,) = [one for one in spec["containers"] if one["name"] == "app"]
        app["env"] = [{"name": "BUILD", "value": "17"}]
        app["readinessProbe"] = {"exec": {"command": ["true"]}}
        spec["containers"].append(workloads.container("beside", command=["sleep", "1000"], ports=[]))

    taken = await take(api, await plan_for(api, ref, sidecar))
    await workloads.change(api, ref, edit)
    await take(api, await plan_for(api, ref, sidecar, BOB), BOB)
    await _until_injected(api, ref, taken.injection_id, 2)
    await drop_claims(api, ref, {ALICE.intercept_id, BOB.intercept_id}, silent)
    found = workloads.wishes(await workloads.read(api, ref))

    # What the same edit makes of the workload that never had a sidecar.
    other = replace(ref, name="other")
    fresh = workloads.make(other, workloads.probed_elsewhere())
    fresh["spec"]["selector"] = original["spec"]["selector"]
    fresh["spec"]["template"]["metadata"] = original["spec"]["template"]["metadata"]
    await workloads.create(api, other, fresh)
    await workloads.change(api, other, edit)
    expected = workloads.wishes(await workloads.read(api, other))
    assert found == expected


async def test_gone_meanwhile(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """Workload or Secret: nothing is in the way of leaving. The Secret goes with its workload."""
    ref = await make_deployment(api, namespace)
    await take(api, await plan_for(api, ref, sidecar))
    (secret,) = await join_secrets(api, namespace)
    await api.delete(f"/api/v1/namespaces/{namespace}/secrets/{secret}")
    assert (await drop_claims(api, ref, {ALICE.intercept_id}, silent)).removed_sidecar
    await take(api, await plan_for(api, ref, sidecar))
    await api.delete(f"/apis/apps/v1/namespaces/{namespace}/deployments/web")
    assert not (await drop_claims(api, ref, {ALICE.intercept_id}, silent)).removed_sidecar
    while await join_secrets(api, namespace):
        # The garbage collector comes when it has seen that its owner is gone.
        pass


async def test_sidecar_that_others_took_out(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """A manifest applied over it: leaving clears the marks; another injection is a new one."""
    ref = await make_deployment(api, namespace)
    original = await workloads.read(api, ref)
    taken = await take(api, await plan_for(api, ref, sidecar))
    await workloads.change(api, ref, lambda workload: workload["spec"].update(template=original["spec"]["template"]))
    assert await look_at(api, ref) is None
    again = await take(api, await plan_for(api, ref, sidecar, BOB), BOB)
    assert again.injection_id != taken.injection_id
    assert len(await join_secrets(api, namespace)) == 1
    looked = await look_at(api, ref)
    assert looked is not None
    assert looked.claims == (BOB,)
    await workloads.change(api, ref, lambda workload: workload["spec"].update(template=original["spec"]["template"]))
    await drop_claims(api, ref, {BOB.intercept_id}, silent)
    restored = await workloads.read(api, ref)
    assert not is_injected({"kind": "Deployment", **restored})
    assert workloads.wishes(restored) == workloads.wishes(original)
    assert await join_secrets(api, namespace) == []


async def test_garbage_claims_can_be_repaired(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = await make_deployment(api, namespace)
    original = await workloads.read(api, ref)
    await take(api, await plan_for(api, ref, sidecar))

    def spoil(workload: dict[str, Any]) -> None:
        workload["metadata"]["annotations"]["kubeferry.io/intercepts"] = "{"

    await workloads.change(api, ref, spoil)
    with pytest.raises(KubeferryError) as failure:
        await plan_for(api, ref, sidecar, BOB)
    assert failure.value.code is ErrorCode.CLAIMS_UNREADABLE
    (found,) = (await find_injected(api, namespace)).injected
    assert found.claims == ()
    assert (await drop_claims(api, ref, (), silent)).removed_sidecar
    assert workloads.wishes(await workloads.read(api, ref)) == workloads.wishes(original)
