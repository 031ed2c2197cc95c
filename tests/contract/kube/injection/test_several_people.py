"""Several people on one workload of a real cluster: one after the other, rivals, and all at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercepts import HeaderRule, HttpRule, PortMap
from app.kube.api import ApiClient
from app.kube.injection.finding import look_at
from app.kube.injection.operations import Dropped, drop_claims, put_back_claim
from helper.cluster.injection.sidecar_template import SidecarSpec
from tests.contract.kube import workloads
from tests.contract.kube.injection.actions import ALICE, BOB, join_secrets, make_deployment, plan_for, silent, take


async def test_several_people(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """The second needs no rollout; a rival is refused with who and since when, or takes it; the last out restores."""
    ref = await make_deployment(api, namespace)
    before = workloads.wishes(await workloads.read(api, ref))
    first = await take(api, await plan_for(api, ref, sidecar))
    template = (await workloads.read(api, ref))["spec"]["template"]
    second_plan = await plan_for(api, ref, sidecar, BOB)
    assert second_plan.already_injected
    assert (second_plan.claims, second_plan.diff) == ((ALICE,), ())
    second = await take(api, second_plan, BOB)
    assert (second.injection_id, second.pods, second.injected) == (first.injection_id, first.pods, False)
    assert (await workloads.read(api, ref))["spec"]["template"] == template

    eve = replace(BOB, intercept_id="e" * 12, owner_id="3" * 12, owner="eve@laptop")
    with pytest.raises(KubeferryError) as failure:
        await take(api, second_plan, eve)
    assert failure.value.code is ErrorCode.INTERCEPT_TAKEN
    assert failure.value.params["owner"] == "bob@laptop"
    assert failure.value.params["since"].startswith("2025-06-15")
    assert (await take(api, second_plan, eve, take_over=True)).losers == (BOB,)

    moved = replace(ALICE, ports=(PortMap(9080, 9999),))
    await take(api, await plan_for(api, ref, sidecar, moved), moved)
    await put_back_claim(api, ref, ALICE)
    looked = await look_at(api, ref)
    assert looked is not None
    assert looked.claims == (ALICE, eve)

    assert await drop_claims(api, ref, {ALICE.intercept_id}, silent) == Dropped(removed_sidecar=False, others=1)
    assert await drop_claims(api, ref, {eve.intercept_id}, silent) == Dropped(removed_sidecar=True)
    assert workloads.wishes(await workloads.read(api, ref)) == before


async def test_all_at_once(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """Six begin at the same moment: one injection, six claims; six leave at the same moment: as before."""
    ref = await make_deployment(api, namespace)
    before = workloads.wishes(await workloads.read(api, ref))
    people = [
        replace(
            ALICE,
            intercept_id=f"{number:012x}",
            owner_id=f"{number:012x}",
            rule=HttpRule((HeaderRule("x-user", value=str(number)),)),
        )
        for number in range(6)
    ]
    plan = [await plan_for(api, ref, sidecar, claim) for claim in people]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(take(api, one, claim)) for one, claim in zip(plan, people, strict=True)]
    assert len({task.result().injection_id for task in tasks}) == 1
    assert sum(task.result().injected for task in tasks) == 1
    assert len(await join_secrets(api, namespace)) == 1
    looked = await look_at(api, ref)
    assert looked is not None
    assert set(looked.claims) == set(people)
    async with asyncio.TaskGroup() as group:
        drops = [group.create_task(drop_claims(api, ref, {claim.intercept_id}, silent)) for claim in people]
    assert sum(task.result().removed_sidecar for task in drops) == 1
    assert workloads.wishes(await workloads.read(api, ref)) == before
    assert await join_secrets(api, namespace) == []
