from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from app.controllers.intercept_views import Doing, Health, InterceptRow, OutcomeView, PlanView
from app.controllers.intercepts import InterceptController
from app.controllers.scope import Scope
from app.controllers.views import ConnectionView, Phase
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercept_stages import InterceptStage
from app.domain.intercepts import HeaderRule, HttpRule, Wish
from app.domain.workload import WorkloadKind, WorkloadRef
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.intercept_convert import message_of_wish
from tests.gui.fake_talks import FakeTalks

REVIEWS = WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "reviews")
KEY = ("Deployment", "shop", "reviews")
MESH = Wish(REVIEWS, HttpRule((HeaderRule("x-user", value="alice"),)))
UP = ConnectionView(Phase.CONNECTED, "staging", "shop")
INFO = im.InterceptInfo(
    intercept_id="0123456789ab",
    workload="deployment/reviews",
    namespace="shop",
    mode="mesh",
    rule="x-user=alice",
    ports=("9080:9080",),
    other_ports=False,
    owner="alice",
    mine=True,
    since=1.0,
    health=im.InterceptHealth.ACTIVE,
)
ROW = InterceptRow(
    "0123456789ab", KEY, "mesh", "x-user=alice", ("9080:9080",), False, "alice", True, 1.0, Health.ACTIVE
)


class Bench:
    """`told` has what the signals said, in order."""

    def __init__(self, scope: Scope) -> None:
        self.session = FakeTalks()
        self.session.replies[im.ListIntercepts] = im.InterceptList((INFO,))
        self.controller = InterceptController(scope, self.session)
        self.intercepts: list[Any] = []
        self.operations: list[Any] = []
        self.outcomes: list[OutcomeView] = []
        self.controller.intercepts_changed.connect(self.intercepts.append)
        self.controller.operations_changed.connect(self.operations.append)
        self.controller.ended.connect(self.outcomes.append)


@asynccontextmanager
async def open_bench() -> AsyncIterator[Bench]:
    bugs: list[Exception] = []
    async with Scope(bugs.append) as scope:
        yield Bench(scope)
    assert not bugs


async def settle() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


@pytest.mark.usefixtures("qapp")
class TestInterceptController:
    async def test_everybodys_are_known_while_connected(self) -> None:
        async with open_bench() as bench:
            bench.controller.show_connection(UP)
            await settle()
            assert bench.intercepts == [(ROW,)]
            bench.controller.show_connection(replace(UP, phase=Phase.DISCONNECTED))
            assert bench.intercepts == [(ROW,), ()]

    async def test_what_is_not_confirmed_any_more_is_not_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("app.controllers.intercepts.REFRESH_S", 0.0)
        async with open_bench() as bench:
            bench.controller.show_connection(UP)
            await settle()
            assert bench.intercepts == [(ROW,)]
            bench.session.replies[im.ListIntercepts] = KubeferryError(ErrorCode.NOT_CONNECTED)
            for _ in range(6):
                await settle()
            assert bench.intercepts == [(ROW,), ()]
            bench.session.replies[im.ListIntercepts] = im.InterceptList((INFO,))
            await settle()
            assert bench.intercepts == [(ROW,), (), (ROW,)]

    async def test_own_ones_that_changed_are_asked_for_at_once(self) -> None:
        async with open_bench() as bench:
            bench.controller.show_connection(UP)
            await settle()
            bench.controller.show_connection(UP)
            await settle()
            assert len(bench.session.requests) == 1
            bench.controller.show_connection(replace(UP, intercepts=(ROW,)))
            await settle()
            assert len(bench.session.requests) == 2

    async def test_a_start_tells_its_steps_and_its_end(self) -> None:
        async with open_bench() as bench:
            bench.session.answers = [im.OperationAccepted(7)]
            bench.controller.start(MESH, take_over=True, confirmed=("one_replica",))
            await settle()
            (talk,) = bench.session.talks
            assert talk.requests == [im.StartIntercept(message_of_wish(MESH), True, ("one_replica",))]
            talk.say(im.InterceptProgress(6, InterceptStage.JOINING, "not ours"))
            talk.say(im.InterceptProgress(7, InterceptStage.ROLLING_OUT, "2 of 3 pods"))
            await settle()
            (operation,) = bench.controller.operations
            assert (operation.step, operation.can_cancel) == ("Waiting for its pods (2 of 3 pods)", True)
            talk.say(im.InterceptDone(7, INFO, 3, ("bob",)))
            await settle()
            assert bench.outcomes == [OutcomeView(KEY, Doing.MESH, notes=("Taken over from bob.",))]
            assert bench.controller.operations == ()
            assert talk.closed

    async def test_calling_off_undoes_and_says_so(self) -> None:
        async with open_bench() as bench:
            bench.session.answers = [im.OperationAccepted(7)]
            bench.controller.start(MESH)
            await settle()
            bench.controller.cancel(KEY)
            await settle()
            (talk,) = bench.session.talks
            assert talk.requests[-1] == im.CancelOperation(7)
            (operation,) = bench.controller.operations
            assert operation.is_undoing
            assert not operation.can_cancel
            talk.say(im.InterceptFailed(7, m.ProblemInfo(ErrorCode.CANCELLED)))
            await settle()
            assert bench.outcomes == [OutcomeView(KEY, Doing.MESH, is_cancelled=True)]

    async def test_calling_off_before_the_session_has_answered(self) -> None:
        async with open_bench() as bench:
            bench.session.answers = [im.OperationAccepted(7)]
            bench.controller.start(MESH)
            bench.controller.cancel(KEY)
            await settle()
            (talk,) = bench.session.talks
            assert talk.requests[-1] == im.CancelOperation(7)

    async def test_one_thing_at_a_time_for_each_workload(self) -> None:
        async with open_bench() as bench:
            bench.session.answers = [im.OperationAccepted(7), im.OperationAccepted(8)]
            bench.controller.start(MESH)
            bench.controller.start(MESH)
            bench.controller.leave(("Deployment", "shop", "ratings"), ("0123456789ab",))
            await settle()
            assert len(bench.session.talks) == 2
            assert [one.doing for one in bench.controller.operations] == [Doing.MESH, Doing.LEAVE]

    async def test_a_leave_that_could_not_be_finished_has_its_reason(self) -> None:
        async with open_bench() as bench:
            bench.session.answers = [im.OperationAccepted(7)]
            bench.controller.leave(KEY)
            await settle()
            (talk,) = bench.session.talks
            problem = m.ProblemInfo(ErrorCode.API_FORBIDDEN, {"verb": "patch"})
            talk.say(im.WorkloadsRestored(7, (im.Restored("deployment/reviews", "shop", problem=problem),)))
            await settle()
            (outcome,) = bench.outcomes
            assert outcome.problem is not None
            assert outcome.problem.code is ErrorCode.API_FORBIDDEN

    @pytest.mark.parametrize("answer", [KubeferryError(ErrorCode.NOT_CONNECTED), m.Done()])
    async def test_a_refusal_ends_it(self, answer: m.Answer | KubeferryError) -> None:
        async with open_bench() as bench:
            bench.session.answers = [answer]
            bench.controller.start(MESH)
            await settle()
            (outcome,) = bench.outcomes
            assert outcome.problem is not None

    async def test_a_session_that_goes_ends_it(self) -> None:
        async with open_bench() as bench:
            bench.session.answers = [im.OperationAccepted(7)]
            bench.controller.start(MESH)
            await settle()
            bench.session.talks[0].say(KubeferryError(ErrorCode.SESSION_FAILED, problem="it ended"))
            await settle()
            assert bench.outcomes[0].problem is not None
            assert bench.controller.operations == ()

    async def test_a_plan(self) -> None:
        async with open_bench() as bench:
            notice = im.Notice("one_replica", "Only one pod.", confirm=True)
            bench.session.replies[im.PlanIntercept] = im.InterceptPlan(
                "deployment/reviews",
                "shop",
                "mesh",
                "x-user=alice",
                ("9080:9080",),
                True,
                3,
                (notice,),
                ("+a",),
                (INFO,),
            )
            plans: list[PlanView] = []
            bench.controller.planned.connect(plans.append)
            bench.controller.plan(MESH)
            await settle()
            (plan,) = plans
            assert (plan.wish, plan.pods, plan.diff, plan.others) == (MESH, 3, ("+a",), (ROW,))
            assert plan.notices[0].confirm

    async def test_no_plan(self) -> None:
        async with open_bench() as bench:
            bench.session.replies[im.PlanIntercept] = KubeferryError(ErrorCode.NOT_CONNECTED)
            failures: list[Any] = []
            bench.controller.plan_failed.connect(lambda key, problem: failures.append((key, problem.code)))
            bench.controller.plan(MESH)
            await settle()
            assert failures == [(KEY, ErrorCode.NOT_CONNECTED)]
