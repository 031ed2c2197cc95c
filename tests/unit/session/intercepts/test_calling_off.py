"""An operation that is cancelled, at every stage of it, leaves what was before."""

from __future__ import annotations

from dataclasses import replace

from app.domain.errors import ErrorCode, KubeferryError
from app.session import intercept_messages as im
from app.session.intercept_memory import InterceptMemory
from helper.protocol import intercepts as wire
from tests.unit.session.fakes import settle
from tests.unit.session.intercepts.bench import ALICE, BOB, MESH, PORTS, REVIEWS, Bench, replace_ports, until


async def test_a_replacement_that_fails_leaves_what_was(bench: Bench) -> None:
    async with bench.run():
        first = await bench.start()
        bench.cluster.workloads.rolling.clear()
        number = bench.begin(im.StartIntercept(replace_ports(MESH, 7070)))
        await until(lambda: "rolling_out" in bench.stages(number))
        bench.keeper.cancel(number)
        assert bench.code(await bench.end(number)) is ErrorCode.CANCELLED
        assert [claim.intercept_id for claim in bench.workloads[REVIEWS]] == [first.intercept_id]
        assert bench.workloads[REVIEWS][0].ports == PORTS
        assert [one.ports for one in bench.declared()] == [(wire.PortMap(9080, 8080),)]


async def test_cancelled_during_the_rollout(bench: Bench) -> None:
    bench.cluster.workloads.rolling.clear()
    async with bench.run():
        number = bench.begin(im.StartIntercept(MESH))
        await until(lambda: bool(bench.workloads))
        bench.keeper.cancel(number)
        bench.keeper.cancel(number)
        assert bench.code(await bench.end(number)) is ErrorCode.CANCELLED
        assert bench.workloads == {}
        assert bench.declared() == []
        assert bench.own() == []
        assert not bench.helper.networks[-1].loopback_delivery
        assert InterceptMemory(bench.cluster.server).recall() == ()


async def test_cancelled_while_the_sidecars_join(bench: Bench) -> None:
    bench.worker.sidecars = 1
    async with bench.run():
        number = bench.begin(im.StartIntercept(MESH))
        await until(lambda: "joining" in bench.stages(number))
        bench.keeper.cancel(number)
        assert bench.code(await bench.end(number)) is ErrorCode.CANCELLED
        assert bench.workloads == {}


async def test_what_is_cancelled_after_it_is_done_stays(bench: Bench) -> None:
    async with bench.run():
        number = bench.begin(im.StartIntercept(MESH))
        await bench.end(number)
        await settle()
        bench.keeper.cancel(number)
        await settle()
        assert bench.workloads


async def test_what_cannot_be_undone_is_told(bench: Bench) -> None:
    bench.worker.sidecars = 1
    async with bench.run():
        number = bench.begin(im.StartIntercept(MESH))
        await until(lambda: "joining" in bench.stages(number))
        bench.cluster.workloads.failure = KubeferryError(ErrorCode.API_UNREACHABLE, server="x", problem="cut")
        bench.keeper.cancel(number)
        assert bench.code(await bench.end(number)) is ErrorCode.RESTORE_FAILED
        bench.cluster.workloads.failure = None
        assert bench.own() == []


async def test_a_take_over_that_is_called_off_gives_back(bench: Bench) -> None:
    theirs = replace(BOB, rule=ALICE)
    bench.workloads[REVIEWS] = (theirs,)
    bench.worker.sidecars = 1
    async with bench.run():
        number = bench.begin(im.StartIntercept(MESH, take_over=True))
        await until(lambda: "joining" in bench.stages(number))
        bench.keeper.cancel(number)
        assert bench.code(await bench.end(number)) is ErrorCode.CANCELLED
        assert bench.workloads[REVIEWS] == (theirs,)
