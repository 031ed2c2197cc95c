"""Injecting and restoring every kind of workload on a real cluster, and what its sidecars are let in with."""

from __future__ import annotations

import pytest

from app.kube.api import ApiClient
from app.kube.injection.finding import find_injected, pods_with_sidecar, renew_ticket
from app.kube.injection.operations import Dropped, drop_claims
from app.kube.injection.progress import InjectionProgress, InjectionStep
from helper.cluster.api import SIDECAR_CONTAINER
from helper.cluster.injection.record import pod_of, sidecar_of
from helper.cluster.injection.sidecar_template import SidecarSpec
from helper.protocol.intercepts import JoinTicket
from tests.contract.kube import workloads
from tests.contract.kube.injection.actions import (
    ADDRESSES,
    ALICE,
    KINDS,
    TICKET,
    join_secrets,
    make_deployment,
    plan_for,
    ref_of,
    silent,
    take,
    until_ready,
)


@pytest.mark.parametrize("case", KINDS)
async def test_in_and_out(api: ApiClient, namespace: str, sidecar: SidecarSpec, case: str) -> None:
    kind, spec = KINDS[case]
    ref = ref_of(kind, namespace)
    await workloads.create(api, ref, workloads.make(ref, workloads.probed_elsewhere(), **spec))
    await until_ready(api, ref, spec.get("replicas", 1))
    before = workloads.wishes(await workloads.read(api, ref))
    told: list[InjectionProgress] = []

    plan = await plan_for(api, ref, sidecar)
    assert not plan.already_injected
    assert any(SIDECAR_CONTAINER in line for line in plan.diff)
    assert workloads.wishes(await workloads.read(api, ref)) == before, "planning changed something"
    taken = await take(api, plan, report=told.append)

    assert taken.injected
    assert len(taken.pods) >= spec.get("replicas", 1)
    assert taken.pods == await pods_with_sidecar(api, ref, taken.injection_id)
    workload = await workloads.read(api, ref)
    container = sidecar_of(pod_of({"kind": str(kind), **workload})["spec"])
    assert container.get("restartPolicy") == ("Always" if sidecar.native else None)
    (secret,) = await join_secrets(api, namespace)
    stored = await api.get(f"/api/v1/namespaces/{namespace}/secrets/{secret}")
    assert stored["metadata"]["ownerReferences"][0]["uid"] == workload["metadata"]["uid"]
    assert set(stored["data"]) == {"token", "manager.crt", "join.json"}
    assert "t0ken" not in str(workload)
    steps = list(dict.fromkeys(one.step for one in told))
    assert steps == [InjectionStep.TICKET, InjectionStep.CHANGING, InjectionStep.ROLLING_OUT]
    assert (told[-1].ready, told[-1].desired) == (len(taken.pods), len(taken.pods))

    found = await find_injected(api, namespace)
    assert [(one.workload, one.injection_id, one.claims) for one in found.injected] == [
        (ref, taken.injection_id, (ALICE,))
    ]
    assert await drop_claims(api, ref, {ALICE.intercept_id}, silent) == Dropped(removed_sidecar=True)
    await until_ready(api, ref, spec.get("replicas", 1))
    assert workloads.wishes(await workloads.read(api, ref)) == before
    assert await join_secrets(api, namespace) == []
    assert (await find_injected(api, namespace)).injected == ()
    assert await pods_with_sidecar(api, ref, taken.injection_id) == ()
    assert not (await drop_claims(api, ref, {ALICE.intercept_id}, silent)).removed_sidecar


async def test_renewed_ticket(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = await make_deployment(api, namespace)
    taken = await take(api, await plan_for(api, ref, sidecar))
    assert not await renew_ticket(api, ref, taken.injection_id, TICKET, ADDRESSES)
    assert await renew_ticket(api, ref, taken.injection_id, JoinTicket("other", "pem"), ADDRESSES)
    assert not await renew_ticket(api, ref, "0" * 16, JoinTicket("third", "pem"), ADDRESSES)
