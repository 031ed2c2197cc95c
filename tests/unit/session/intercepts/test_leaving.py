"""Leaving a workload, by wish and with the connection."""

from __future__ import annotations

import asyncio

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.session import intercept_messages as im
from app.session import intercepts as module
from app.session.intercept_convert import workload_of
from app.session.intercept_memory import InterceptMemory
from helper.protocol.worker_messages import Stop
from tests.unit.session.fakes import settle
from tests.unit.session.intercepts.bench import PROXY, RATINGS, REVIEWS, Bench


async def test_leaving_what_is_not_ours(bench: Bench) -> None:
    async with bench.run():
        assert bench.code(await bench.do(im.Leave(workload_of(REVIEWS)))) is ErrorCode.NOT_INTERCEPTED
        assert await bench.do(im.Leave()) == im.WorkloadsRestored(2, ())


async def test_one_of_several_on_a_workload_is_left(bench: Bench) -> None:
    async with bench.run():
        rule = await bench.start()
        everything = await bench.start(PROXY)
        left = await bench.do(im.Leave(workload_of(REVIEWS), only=(everything.intercept_id,)))
        assert left == im.WorkloadsRestored(left.operation, (im.Restored("deployment/reviews", "shop", False, 1),))
        assert [one.intercept_id for one in bench.declared()] == [rule.intercept_id]
        left = await bench.do(im.Leave(only=(everything.intercept_id,)))
        assert left == im.WorkloadsRestored(left.operation, ())


async def test_a_leave_that_fails_gives_the_traffic_back_all_the_same(bench: Bench) -> None:
    async with bench.run():
        await bench.start()
        bench.cluster.workloads.failure = KubeferryError(ErrorCode.API_FORBIDDEN, verb="patch")
        left = await bench.do(im.Leave())
        assert isinstance(left, im.WorkloadsRestored)
        assert left.workloads[0].problem is not None
        assert left.workloads[0].problem.code is ErrorCode.API_FORBIDDEN
        assert bench.declared() == []
        bench.cluster.workloads.failure = None


async def test_leaving_is_finished_whoever_goes(bench: Bench) -> None:
    async with bench.run():
        await bench.start()
        bench.cluster.workloads.rolling.clear()
        number = bench.begin(im.Leave())
        await settle()
        bench.keeper.cancel(number)
        bench.cluster.workloads.rolling.set()
        assert isinstance(await bench.end(number), im.WorkloadsRestored)


async def test_disconnecting_leaves(bench: Bench) -> None:
    async with bench.run():
        await bench.start()
        await bench.start(im.Wish(workload_of(RATINGS)))
    assert bench.workloads == {}
    assert bench.left == ()
    assert [wait for *_, wait in bench.cluster.workloads.dropped] == [False, False], "pods are not waited for"
    assert isinstance(bench.worker.sent[-1], Stop)
    assert InterceptMemory(bench.cluster.server).recall() == ()
    assert bench.context.desk.keeper is None


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (KubeferryError(ErrorCode.API_UNREACHABLE, server="x", problem="cut"), "cannot be reached"),
        (ZeroDivisionError(), "session.log"),
        (None, "within 0 s"),
    ],
)
async def test_what_disconnecting_cannot_restore_is_told(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception | None,
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(module, "LEAVE_S", 0.01)

    async def drop(*_: object, **__: object) -> None:
        if failure is not None:
            raise failure
        await asyncio.get_running_loop().create_future()

    async with bench.run():
        await bench.start()
        monkeypatch.setattr(bench.cluster.workloads, "drop", drop)
    (told,) = bench.left
    assert "deployment/reviews in shop" in told
    assert words in told
    assert "kubeferry repair" in told
    assert InterceptMemory(bench.cluster.server).recall() == ()
    caplog.clear()
