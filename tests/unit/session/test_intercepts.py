"""A connection's intercepts from wish to undoing, on a whole attempt with fakes around it."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import msgspec
import pytest

from app.domain import connection as c
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercepts import Claim, HeaderRule, HttpRule, PortMap, Wish
from app.domain.workload import WorkloadKind, WorkloadRef
from app.platform.identity import client_id
from app.platform.paths import state_dir
from app.session import intercept_channel, intercept_work
from app.session import intercept_messages as im
from app.session import intercepts as module
from app.session.attempt import ConnectAttempt
from app.session.desk import Keeper, Operation, OperationEvent
from app.session.intercept_convert import message_of_wish, wish_of, workload_of
from app.session.intercept_memory import InterceptMemory
from app.session.intercept_ports import Notice, Planned
from app.session.ports import Cluster, Helper
from helper.cluster.api import VIRTUAL_SUBNET4, owner_id
from helper.protocol import intercepts as wire
from helper.protocol.worker_messages import (
    InterceptStates,
    MintTicket,
    RequestsSeen,
    SetIntercepts,
    Stop,
    TunnelFailure,
    TunnelLost,
    TunnelUp,
    WatchRequests,
)
from tests.unit.session.fakes import INJECTION_ID, LEASE, FakeCluster, FakeHelper, FakeWorker, Recorder, make_context
from tests.unit.session.test_attempt import settle

REVIEWS = WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "reviews")
RATINGS = WorkloadRef(WorkloadKind.STATEFUL_SET, "shop", "ratings")
ALICE = HttpRule((HeaderRule("x-user", value="alice"),))
PORTS = (PortMap(9080, 8080),)
PROXY = im.Wish(workload_of(REVIEWS))
MESH = im.Wish(
    workload_of(REVIEWS),
    wire.HttpMatch((wire.HeaderMatch("x-user", value="alice"),)),
    (wire.PortMap(9080, 8080),),
)
BOB = Claim("b" * 12, "b" * 12, "bob@desk", 5.0, HttpRule((HeaderRule("x-user", value="bob"),)), PORTS)


class Bench:
    """One attempt that is connected while `run` lasts. `wanted`: it ends by a wish, else by a failure."""

    def __init__(self) -> None:
        self.worker = FakeWorker()
        self.helper = FakeHelper(self.worker)
        self.cluster = FakeCluster()
        self.recorder = Recorder()
        self.told: list[OperationEvent] = []
        self.left: tuple[str, ...] = ()
        self._grew = asyncio.Event()

    @property
    def workloads(self) -> dict[WorkloadRef, tuple[Claim, ...]]:
        return self.cluster.workloads.claims

    @property
    def keeper(self) -> Keeper:
        return self.context.desk.need()

    @asynccontextmanager
    async def run(self, *, wanted: bool = True) -> AsyncIterator[None]:
        async def open_helper() -> Helper:
            return self.helper

        async def open_cluster(_: c.Target) -> Cluster:
            return self.cluster

        async with asyncio.TaskGroup() as group:
            self.context = make_context(group, self.recorder)
            attempt = ConnectAttempt(self.context, open_helper, open_cluster)

            async def supervised() -> None:
                try:
                    await attempt.run()
                except Exception as error:  # noqa: BLE001  (what the runner does)
                    self.failure = error

            task = group.create_task(supervised())
            try:
                await until(lambda: self.context.desk.keeper is not None)
                yield
            finally:
                if wanted:
                    task.cancel()
                else:
                    self.worker.die()
                await asyncio.wait([task])
                self.left = await attempt.undo()

    def begin(self, request: Operation) -> int:
        number = self.context.desk.next_number()
        self.keeper.begin(number, request, self._tell)
        return number

    async def end(self, number: int) -> OperationEvent:
        async with asyncio.timeout(5):
            while True:
                for event in self.told:
                    if event.operation == number and not isinstance(event, im.InterceptProgress):
                        return event
                self._grew.clear()
                await self._grew.wait()

    async def do(self, request: Operation) -> OperationEvent:
        return await self.end(self.begin(request))

    async def start(self, wish: im.Wish = MESH) -> im.InterceptInfo:
        done = await self.do(im.StartIntercept(wish))
        assert isinstance(done, im.InterceptDone), done
        return done.intercept

    def own(self) -> list[tuple[str, im.InterceptHealth, str]]:
        shown = self.context.hub.status().intercepts
        return [(one.workload, one.health, one.superseded_by) for one in shown]

    def declared(self) -> list[wire.Intercept]:
        sets = [message for message in self.worker.sent if isinstance(message, SetIntercepts)]
        return list(sets[-1].intercepts) if sets else []

    def code(self, event: OperationEvent) -> ErrorCode:
        assert isinstance(event, im.InterceptFailed), event
        return event.problem.code

    def stages(self, number: int) -> list[str]:
        return [one.stage for one in self.told if isinstance(one, im.InterceptProgress) and one.operation == number]

    def _tell(self, event: OperationEvent) -> None:
        self.told.append(event)
        self._grew.set()


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def until(holds: Callable[[], bool]) -> None:
    """Fakes have no event for everything."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0)


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
        assert bench.stages(number) == ["looking", "preparing", "rolling_out", "joining"]
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


def replace_ports(wish: im.Wish, local: int) -> im.Wish:
    return im.Wish(wish.workload, wish.match, (wire.PortMap(9080, local),))


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
        assert bench.code(await bench.do(im.StartIntercept(MESH))) is ErrorCode.INVALID_OPTION
        assert bench.workloads[REVIEWS] == (replace(BOB, rule=ALICE),)
        assert bench.declared() == []
        done = await bench.do(im.StartIntercept(MESH, take_over=True))
        assert isinstance(done, im.InterceptDone)
        assert done.lost_to_us == ("bob@desk",)


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


async def test_a_lost_tunnel_is_an_absent_laptop(bench: Bench) -> None:
    async with bench.run():
        await bench.start()
        bench.worker.say(TunnelLost(TunnelFailure.CLOSED, "cut", endpoint_wanted=False))
        await until(lambda: bench.own() == [("deployment/reviews", im.InterceptHealth.ABSENT, "")])
        bench.cluster.workloads.renewed.clear()
        bench.worker.say(TunnelUp(LEASE))
        await until(lambda: bench.own() == [("deployment/reviews", im.InterceptHealth.ACTIVE, "")])
        await until(lambda: bench.cluster.workloads.renewed == [REVIEWS])


async def test_everybodys_are_listed(bench: Bench) -> None:
    async with bench.run():
        theirs = wire.Intercept("b" * 12, workload_of(RATINGS), INJECTION_ID, 5.0, other_ports=True)
        bench.worker.others = (wire.InterceptState(theirs, "b" * 12, "bob@desk", wire.Health.ABSENT),)
        await bench.start()
        listed = (await bench.keeper.list_all()).intercepts
        assert [(one.owner, one.mode, one.health) for one in listed] == [
            ("me", "mesh", im.InterceptHealth.ACTIVE),
            ("bob@desk", "proxy", im.InterceptHealth.ABSENT),
        ]


async def test_repair_takes_what_the_vanished_left(bench: Bench) -> None:
    async with bench.run():
        await bench.start()
        bench.workloads[REVIEWS] += (BOB,)
        bench.workloads[RATINGS] = ()
        bench.cluster.workloads.unread = ("namespace secret",)
        plan = await bench.keeper.plan_repair(im.PlanRepair())
        assert [(one.workload, one.vanished, len(one.kept)) for one in plan.remains] == [
            ("deployment/reviews", ("bob@desk",), 1),
            ("statefulset/ratings", (), 0),
        ]
        assert plan.unread == ("namespace secret",)
        done = await bench.do(im.Repair(workloads=(workload_of(RATINGS),)))
        assert isinstance(done, im.WorkloadsRestored)
        assert [one.workload for one in done.workloads] == ["statefulset/ratings"]
        done = await bench.do(im.Repair())
        assert isinstance(done, im.WorkloadsRestored)
        assert [(one.workload, one.others) for one in done.workloads] == [("deployment/reviews", 1)]
        assert [claim.owner for claim in bench.workloads[REVIEWS]] != ["bob@desk"]


async def test_requests_go_to_those_who_watch_them(bench: Bench) -> None:
    one: list[wire.RequestBatch] = []
    two: list[wire.RequestBatch] = []
    reviews, ratings = workload_of(REVIEWS), workload_of(RATINGS)
    async with bench.run():
        await bench.keeper.watch(one.append, (reviews,))
        await bench.keeper.watch(two.append, (reviews, ratings))
        bench.worker.say(RequestsSeen(wire.RequestBatch(ratings, "r-1", 3, ())))
        bench.worker.say(RequestsSeen(wire.RequestBatch(reviews, "v-1", 4, ())))
        await until(lambda: len(two) == 2)
        assert [batch.seen for batch in one] == [4]
        await bench.keeper.watch(two.append, ())
        await bench.keeper.watch(one.append, ())
        asked = [message.workloads for message in bench.worker.sent if isinstance(message, WatchRequests)]
        assert asked == [(reviews,), (reviews, ratings), (reviews,), ()]


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


def test_a_memory_that_is_none(caplog: pytest.LogCaptureFixture) -> None:
    (state_dir() / "intercepts.json").write_text("nonsense")
    memory = InterceptMemory("https://x")
    assert memory.recall() == ()
    memory.remember(())
    assert not (state_dir() / "intercepts.json").exists()
    caplog.clear()


def test_clusters_do_not_mix() -> None:
    intercept = wire.Intercept("b" * 12, workload_of(RATINGS), INJECTION_ID, 5.0)
    InterceptMemory("https://one").remember((intercept,))
    InterceptMemory("https://two").remember(())
    assert InterceptMemory("https://one").recall() == (intercept,)
    assert InterceptMemory("https://two").recall() == ()


def test_wishes_survive_the_way() -> None:
    assert message_of_wish(wish_of(MESH)) == MESH
    assert message_of_wish(wish_of(PROXY)) == PROXY
