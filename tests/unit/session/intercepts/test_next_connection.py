"""What a connection that failed had is taken up again by the next one, as far as it is still so."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
import pytest

from app.domain import connection as c
from app.domain.errors import ErrorCode, KubeferryError
from app.session import intercept_messages as im
from app.session.attempt import ConnectAttempt
from app.session.intercept_convert import workload_of
from app.session.intercept_memory import InterceptMemory
from app.session.ports import Cluster, Helper
from tests.unit.session.fake_injection import INJECTION_ID
from tests.unit.session.fakes import make_context, settle
from tests.unit.session.intercepts.bench import ALICE, BOB, REVIEWS, Bench, until


async def test_a_failure_leaves_nothing_and_the_next_connection_takes_it_up_again(bench: Bench) -> None:
    async with bench.run(wanted=False):
        told = await bench.start()
    assert len(bench.workloads[REVIEWS]) == 1
    again = Bench()
    again.cluster.workloads = bench.cluster.workloads
    async with again.run():
        assert again.helper.networks[0].loopback_delivery, "the first network is the right one already"
        assert [one.intercept_id for one in again.declared()] == [told.intercept_id]
        await until(lambda: again.cluster.workloads.renewed == [REVIEWS])
        assert again.own() == [("deployment/reviews", im.InterceptHealth.ACTIVE, "")]
    assert bench.workloads == {}


async def test_an_attempt_that_never_came_up_leaves_nothing(bench: Bench) -> None:
    async with bench.run(wanted=False):
        await bench.start()
    again = Bench()
    again.cluster.workloads = bench.cluster.workloads
    again.worker.on_probes = ()

    async def open_helper() -> Helper:
        return again.helper

    async def open_cluster(_: c.Target) -> Cluster:
        return again.cluster

    async with asyncio.TaskGroup() as group:
        attempt = ConnectAttempt(make_context(group, again.recorder), open_helper, open_cluster)
        task = group.create_task(attempt.run())
        await settle()
        task.cancel()
        await asyncio.wait([task])
        assert await attempt.undo() == ()
    assert len(bench.workloads[REVIEWS]) == 1


async def test_taken_over_while_away(bench: Bench) -> None:
    async with bench.run(wanted=False):
        await bench.start()
    again = Bench()
    again.cluster.workloads = bench.cluster.workloads
    again.workloads[REVIEWS] = (replace(BOB, rule=ALICE),)
    async with again.run():
        assert again.declared() == []
        assert again.own() == [("deployment/reviews", im.InterceptHealth.SUPERSEDED, "bob@desk")]
        assert not again.helper.networks[-1].loopback_delivery
        left = await again.do(im.Leave(workload_of(REVIEWS)))
        assert isinstance(left, im.WorkloadsRestored)
        assert again.own() == []
        assert len(again.workloads[REVIEWS]) == 1, "theirs stays"


async def test_taken_out_while_away(bench: Bench) -> None:
    async with bench.run(wanted=False):
        await bench.start()
    again = Bench()
    async with again.run():
        assert again.own() == []
        assert again.declared() == []


async def test_a_workload_that_cannot_be_looked_at_keeps_its_intercepts(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench.run(wanted=False):
        await bench.start()
    again = Bench()
    again.cluster.workloads = bench.cluster.workloads
    again.cluster.workloads.failure = KubeferryError(ErrorCode.API_ERROR, server="x", problem="busy")
    async with again.run():
        assert len(again.declared()) == 1
        again.cluster.workloads.failure = None


async def test_an_injection_of_another_number_is_taken_over_as_it_is(bench: Bench) -> None:
    async with bench.run(wanted=False):
        await bench.start()
    memory = InterceptMemory(bench.cluster.server)
    (known,) = memory.recall()
    memory.remember((msgspec.structs.replace(known, injection_id="f" * 16),))
    again = Bench()
    again.cluster.workloads = bench.cluster.workloads
    async with again.run():
        assert [one.injection_id for one in again.declared()] == [INJECTION_ID]
