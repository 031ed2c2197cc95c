"""A stand-in for what keeps a connection's intercepts, and messages of intercepts."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercept_stages import InterceptStage
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.desk import Operation, Tell, Watcher
from helper.protocol.intercepts import Workload


def intercept_info(**changes: object) -> im.InterceptInfo:
    known = im.InterceptInfo(
        intercept_id="a" * 12,
        workload="deployment/reviews",
        namespace="shop",
        mode="mesh",
        rule="x-user=alice",
        ports=("9080:8080",),
        other_ports=False,
        owner="me@desk",
        mine=True,
        since=100.0,
        health=im.InterceptHealth.ACTIVE,
        sidecars=2,
        applied=2,
    )
    return msgspec.structs.replace(known, **changes)


@dataclass
class FakeKeeper:
    """Contract (tests/contract/keeper_port): an operation tells how it goes, and its end once; a start that is
    cancelled ends as CANCELLED, and nothing else can be cancelled.

    `ends` is what the next operations end with, by what was asked; an operation without an end waits.
    """

    plan_answer: im.InterceptPlan | KubeferryError = field(
        default_factory=lambda: im.InterceptPlan(
            "deployment/reviews", "shop", "mesh", "x-user=alice", ("9080:8080",), True, 2, (), ()
        )
    )
    repair_answer: im.RepairPlan = field(default_factory=lambda: im.RepairPlan(()))
    listed: tuple[im.InterceptInfo, ...] | KubeferryError = ()
    ends: dict[type, im.InterceptDone | im.WorkloadsRestored | im.InterceptFailed] = field(default_factory=dict)
    asked: list[object] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    watchers: dict[Watcher, tuple[Workload, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.waiting: dict[int, Tell] = {}
        self._starts: set[int] = set()

    async def plan(self, request: im.PlanIntercept) -> im.InterceptPlan:
        self.asked.append(request)
        if isinstance(self.plan_answer, KubeferryError):
            raise self.plan_answer
        return self.plan_answer

    async def plan_repair(self, request: im.PlanRepair) -> im.RepairPlan:
        self.asked.append(request)
        return self.repair_answer

    async def list_all(self) -> im.InterceptList:
        if isinstance(self.listed, KubeferryError):
            raise self.listed
        return im.InterceptList(self.listed)

    def begin(self, operation: int, request: Operation, tell: Tell) -> None:
        self.asked.append(request)
        tell(im.InterceptProgress(operation, InterceptStage.ROLLING_OUT, "1 of 2"))
        end = self.ends.get(type(request))
        if end is None:
            self.waiting[operation] = tell
            if isinstance(request, im.StartIntercept):
                self._starts.add(operation)
        else:
            tell(msgspec.structs.replace(end, operation=operation))

    def cancel(self, operation: int) -> None:
        self.cancelled.append(operation)
        tell = self.waiting.pop(operation, None) if operation in self._starts else None
        if tell is not None:
            tell(im.InterceptFailed(operation, im_problem(ErrorCode.CANCELLED)))

    async def watch(self, watcher: Watcher, workloads: tuple[Workload, ...]) -> None:
        if workloads:
            self.watchers[watcher] = workloads
        else:
            self.watchers.pop(watcher, None)


def im_problem(code: ErrorCode, **params: str) -> m.ProblemInfo:
    return m.ProblemInfo(code, params)
