"""While connected: others take over, take out, put probes back; the tunnel goes and comes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from app.session import intercept_messages as im
from app.session import intercepts as module
from app.session.intercept_memory import InterceptMemory
from helper.protocol import intercepts as wire
from helper.protocol.worker_messages import InterceptStates, TunnelFailure, TunnelLost, TunnelUp
from tests.unit.session.fakes import LEASE
from tests.unit.session.intercepts.bench import ALICE, BOB, MESH, PROXY, REVIEWS, Bench, until


async def test_a_take_over_is_noticed_at_once_and_taken_back(bench: Bench) -> None:
    async with bench.run():
        first = await bench.start()
        theirs = replace(BOB, rule=ALICE)
        bench.workloads[REVIEWS] = (theirs,)
        bench.worker.health = wire.Health.SUPERSEDED
        bench.worker.say(InterceptStates(tuple(bench.worker.state(one) for one in bench.declared())))
        await until(lambda: bench.own() == [("deployment/reviews", im.InterceptHealth.SUPERSEDED, "bob@desk")])
        await until(lambda: bench.declared() == [])
        bench.worker.health = wire.Health.ACTIVE
        done = await bench.do(im.StartIntercept(MESH, take_over=True))
        assert isinstance(done, im.InterceptDone)
        assert done.intercept.intercept_id != first.intercept_id
        assert done.intercept.since > first.since, "of two alike the newer one counts"
        assert len(bench.own()) == 1


async def test_taken_back_before_the_loss_was_noticed(bench: Bench) -> None:
    async with bench.run():
        first = await bench.start()
        bench.workloads[REVIEWS] = (replace(BOB, rule=ALICE),)
        done = await bench.do(im.StartIntercept(MESH, take_over=True))
        assert isinstance(done, im.InterceptDone)
        assert done.intercept.since > first.since
        assert [one.intercept_id for one in bench.declared()] == [done.intercept.intercept_id]


@pytest.mark.parametrize(
    ("wish", "ports", "paused"),
    [
        (PROXY, (9080,), True),
        (PROXY, (7001,), True),
        (im.Wish(PROXY.workload, None, (wire.PortMap(9080, 8080),), only_ports=True), (9080,), True),
        (im.Wish(PROXY.workload, None, (wire.PortMap(9080, 8080),), only_ports=True), (7001,), False),
        (im.Wish(PROXY.workload, wire.HttpMatch(path="/"), (wire.PortMap(9080, 8080),)), (9080,), True),
        (MESH, (9080,), False),
        (PROXY, (), False),
    ],
)
async def test_probes_that_somebody_put_back_are_not_taken(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, wish: im.Wish, ports: tuple[int, ...], paused: bool
) -> None:
    """Else the kubelet kills the container because of a laptop. With the probes right again, so is the intercept."""
    monkeypatch.setattr(module, "COMPARE_S", 0.01)
    async with bench.run():
        await bench.start(wish)
        bench.cluster.workloads.bare_probes = ports
        if paused:
            await until(lambda: bench.declared() == [])
            (shown,) = bench.context.hub.status().intercepts
            assert shown.health is im.InterceptHealth.ABSENT
            assert f"port {ports[0]}" in shown.trouble
            assert len(InterceptMemory(bench.cluster.server).recall()) == 1, "it is still ours"
        else:
            await asyncio.sleep(0.05)
        bench.cluster.workloads.bare_probes = ()
        await until(lambda: bench.own() == [("deployment/reviews", im.InterceptHealth.ACTIVE, "")])
        assert len(bench.declared()) == 1


async def test_a_workload_that_was_changed_before_is_not_taken_either(bench: Bench) -> None:
    bench.workloads[REVIEWS] = (BOB,)
    bench.cluster.workloads.bare_probes = (9080,)
    async with bench.run():
        told = await bench.start(PROXY)
        assert told.health is im.InterceptHealth.ABSENT
        assert bench.declared() == []
        await bench.do(im.Leave())
        assert bench.own() == []


async def test_taken_out_while_connected(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMPARE_S", 0.01)
    async with bench.run():
        await bench.start()
        del bench.workloads[REVIEWS]
        await until(lambda: bench.own() == [("deployment/reviews", im.InterceptHealth.REMOVED, "")])
        assert bench.declared() == []
        await bench.start()
        assert bench.own() == [("deployment/reviews", im.InterceptHealth.ACTIVE, "")]


async def test_a_lost_tunnel_is_an_absent_laptop(bench: Bench) -> None:
    async with bench.run():
        await bench.start()
        bench.worker.say(TunnelLost(TunnelFailure.CLOSED, "cut", endpoint_wanted=False))
        await until(lambda: bench.own() == [("deployment/reviews", im.InterceptHealth.ABSENT, "")])
        bench.cluster.workloads.renewed.clear()
        bench.worker.say(TunnelUp(LEASE))
        await until(lambda: bench.own() == [("deployment/reviews", im.InterceptHealth.ACTIVE, "")])
        await until(lambda: bench.cluster.workloads.renewed == [REVIEWS])
