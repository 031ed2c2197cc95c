"""From a wish to traffic: a ticket, the sidecar, the declaration; and what is asked or refused before."""

from __future__ import annotations

import stat
from dataclasses import replace

import pytest

from app.domain.errors import ErrorCode
from app.domain.intercepts import PortMap, Wish
from app.platform.identity import client_id
from app.platform.paths import state_dir
from app.session import intercept_channel, intercept_work
from app.session import intercept_messages as im
from app.session.intercept_convert import workload_of
from app.session.intercept_ports import Notice, Planned
from helper.cluster.api import VIRTUAL_SUBNET4, owner_id
from helper.protocol import intercepts as wire
from helper.protocol.worker_messages import InterceptStates, MintTicket, TunnelFailure, TunnelLost, TunnelUp
from tests.unit.session.fake_injection import INJECTION_ID
from tests.unit.session.fakes import LEASE, settle
from tests.unit.session.intercepts.bench import (
    ALICE,
    BOB,
    MESH,
    PORTS,
    PROXY,
    RATINGS,
    REVIEWS,
    Bench,
    replace_ports,
    until,
)


async def test_a_mesh_comes_and_goes_with_everything_it_needs(bench: Bench) -> None:
    async with bench.run():
        before = bench.helper.networks[-1]
        assert not before.loopback_delivery
        number = bench.begin(im.StartIntercept(MESH))
        done = await bench.end(number)
        assert isinstance(done, im.InterceptDone)
        assert (done.pods, done.intercept.health) == (2, im.InterceptHealth.ACTIVE)
        told = done.intercept
        assert (told.workload, told.namespace, told.mode, told.rule) == (
            "deployment/reviews",
            "shop",
            "mesh",
            "x-user=alice",
        )
        assert (told.ports, told.mine, told.sidecars, told.applied) == (("9080:8080",), True, 2, 2)
        assert list(dict.fromkeys(bench.stages(number))) == [
            "looking",
            "preparing",
            "injecting",
            "rolling_out",
            "joining",
        ]
        (claim,) = bench.workloads[REVIEWS]
        assert (claim.owner_id, claim.rule, claim.ports) == (owner_id(client_id()), ALICE, PORTS)
        (declared,) = bench.declared()
        assert (declared.intercept_id, declared.injection_id) == (claim.intercept_id, INJECTION_ID)
        assert bench.helper.networks[-1].loopback_delivery
        assert VIRTUAL_SUBNET4 in bench.helper.networks[-1].routes
        assert bench.own() == [("deployment/reviews", im.InterceptHealth.ACTIVE, "")]
        kept = state_dir() / "intercepts.json"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600

        left = await bench.do(im.Leave(workload_of(REVIEWS)))
        assert left == im.WorkloadsRestored(left.operation, (im.Restored("deployment/reviews", "shop", True, 0),))
        assert bench.workloads == {}
        assert bench.declared() == []
        assert bench.helper.networks[-1] == before
        assert bench.own() == []
        assert not kept.exists()
    assert bench.left == ()


async def test_the_sidecar_is_let_in_before_it_comes(bench: Bench) -> None:
    """Declared before the rollout is over: the first sidecar that joins carries traffic."""
    bench.cluster.workloads.rolling.clear()
    async with bench.run():
        number = bench.begin(im.StartIntercept(PROXY))
        await until(lambda: bool(bench.workloads))
        assert [one.other_ports for one in bench.declared()] == [True]
        bench.cluster.workloads.rolling.set()
        assert isinstance(await bench.end(number), im.InterceptDone)


async def test_beside_somebody_elses_no_ticket_is_needed(bench: Bench) -> None:
    bench.workloads[REVIEWS] = (BOB,)
    async with bench.run():
        await bench.start()
        assert not any(isinstance(message, MintTicket) for message in bench.worker.sent)
        left = await bench.do(im.Leave())
        assert left == im.WorkloadsRestored(left.operation, (im.Restored("deployment/reviews", "shop", False, 1),))
        assert bench.workloads == {REVIEWS: (BOB,)}


async def test_the_same_rule_again_replaces_it(bench: Bench) -> None:
    async with bench.run():
        first = await bench.start()
        second = await bench.start(replace_ports(MESH, 7070))
        assert (second.intercept_id, second.since) == (first.intercept_id, first.since)
        (claim,) = bench.workloads[REVIEWS]
        assert claim.ports == (PortMap(9080, 7070),)
        await bench.start(PROXY)
        assert len(bench.workloads[REVIEWS]) == 2, "a proxy beside it is another one"


async def test_sidecars_that_do_not_come_are_told_as_they_are(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intercept_work, "IN_FORCE_S", 0.01)
    bench.worker.sidecars = 0
    bench.worker.health = wire.Health.WAITING
    async with bench.run():
        told = await bench.start()
        assert (told.health, told.sidecars) == (im.InterceptHealth.WAITING, 0)
        assert bench.workloads


async def test_a_workload_without_pods_has_nothing_to_wait_for(bench: Bench) -> None:
    bench.worker.sidecars, bench.worker.health = 0, wire.Health.WAITING
    bench.cluster.workloads.pods = ()
    async with bench.run():
        assert (await bench.start()).health is im.InterceptHealth.WAITING


async def test_trouble_is_not_waited_out(bench: Bench) -> None:
    bench.worker.sidecars = 0
    async with bench.run():
        number = bench.begin(im.StartIntercept(MESH))
        await until(lambda: "joining" in bench.stages(number))
        (intercept,) = bench.declared()
        trouble = wire.InterceptState(intercept, "0" * 12, "me", wire.Health.PARTIAL, 2, 1, trouble="bad regex")
        bench.worker.say(InterceptStates((trouble,)))
        done = await bench.end(number)
        assert isinstance(done, im.InterceptDone)
        assert done.intercept.trouble == "bad regex"


async def test_refusals_change_nothing(bench: Bench) -> None:
    bench.workloads[REVIEWS] = (replace(BOB, rule=ALICE),)
    async with bench.run():
        assert bench.code(await bench.do(im.StartIntercept(MESH))) is ErrorCode.INTERCEPT_TAKEN
        assert bench.workloads[REVIEWS] == (replace(BOB, rule=ALICE),)
        assert bench.declared() == []
        done = await bench.do(im.StartIntercept(MESH, take_over=True))
        assert isinstance(done, im.InterceptDone)
        assert done.lost_to_us == ("bob@desk",)


async def test_what_has_to_be_confirmed_is_asked_for(bench: Bench) -> None:
    planned = Planned(
        wish=Wish(REVIEWS, ALICE, PORTS),
        injects=True,
        pods=1,
        notices=(Notice("recreated", "The pod is made anew.", confirm=True),),
    )
    bench.cluster.workloads.planned = planned
    async with bench.run():
        plan = await bench.keeper.plan(im.PlanIntercept(MESH))
        assert plan.notices == (im.Notice("recreated", "The pod is made anew.", True),)
        assert bench.code(await bench.do(im.StartIntercept(MESH))) is ErrorCode.CONFIRMATION_MISSING
        assert bench.workloads == {}
        assert isinstance(await bench.do(im.StartIntercept(MESH, confirmed=("recreated",))), im.InterceptDone)


async def test_a_plan_names_the_others_and_the_rivals(bench: Bench) -> None:
    rival = replace(BOB, intercept_id="c" * 12, owner="carol@desk", rule=ALICE)
    bench.workloads[REVIEWS] = (BOB, rival)
    async with bench.run():
        plan = await bench.keeper.plan(im.PlanIntercept(MESH))
        assert (plan.workload, plan.rule, plan.ports, plan.injects) == (
            "deployment/reviews",
            "x-user=alice",
            ("9080:8080",),
            False,
        )
        assert [one.owner for one in plan.others] == ["bob@desk", "carol@desk"]
        assert [one.owner for one in plan.rivals] == ["carol@desk"]


async def test_a_manager_without_keys(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intercept_channel, "TICKET_S", 0.02)
    monkeypatch.setattr(intercept_channel, "ASK_AGAIN_S", 0.005)
    bench.worker.mints = False
    async with bench.run():
        assert bench.code(await bench.do(im.StartIntercept(MESH))) is ErrorCode.TICKET_MISSING
        assert sum(isinstance(message, MintTicket) for message in bench.worker.sent) > 1, "it asks again"
        bench.worker.say(TunnelLost(TunnelFailure.CLOSED, "cut", endpoint_wanted=False))
        await settle()
        assert bench.code(await bench.do(im.StartIntercept(MESH))) is ErrorCode.TIMED_OUT
        bench.worker.say(TunnelUp(LEASE))


async def test_a_fault_in_an_operation_does_not_end_the_connection(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def plan(*_: object) -> None:
        raise ZeroDivisionError

    async with bench.run():
        monkeypatch.setattr(bench.cluster.workloads, "plan", plan)
        assert bench.code(await bench.do(im.StartIntercept(MESH))) is ErrorCode.INTERNAL
        assert bench.context.desk.keeper is not None
    caplog.clear()


async def test_as_many_as_the_protocol_allows(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.session.own_intercepts.MAX_INTERCEPTS", 1)
    async with bench.run():
        await bench.start()
        assert bench.code(await bench.do(im.StartIntercept(im.Wish(workload_of(RATINGS))))) is (
            ErrorCode.INTERCEPTS_TOO_MANY
        )
        assert RATINGS not in bench.workloads
