"""Where clients find what the connection at hand can do with workloads, and how what takes its time is numbered."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Protocol

from app.domain.errors import ErrorCode, KubeferryError
from app.session import intercept_messages as im
from helper.protocol.intercepts import RequestBatch, Workload

Operation = im.StartIntercept | im.Leave | im.Repair
OperationEvent = im.InterceptProgress | im.InterceptDone | im.WorkloadsRestored | im.InterceptFailed
Tell = Callable[[OperationEvent], None]
Watcher = Callable[[RequestBatch], None]


class Keeper(Protocol):
    """What a connection offers. Methods raise KubeferryError."""

    async def plan(self, request: im.PlanIntercept) -> im.InterceptPlan: ...

    async def plan_repair(self, request: im.PlanRepair) -> im.RepairPlan: ...

    async def list_all(self) -> im.InterceptList: ...

    def begin(self, operation: int, request: Operation, tell: Tell) -> None:
        """Begins what then tells how it goes; its last event is no InterceptProgress."""

    def cancel(self, operation: int) -> None:
        """Undoes it, if it can be undone and is not done yet."""

    async def watch(self, watcher: Watcher, workloads: tuple[Workload, ...]) -> None:
        """Tells `watcher` of these workloads' requests; of none: not any more."""


class Desk:
    """Of the session; `keeper` is set while there is a connection."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.keeper: Keeper | None = None

    def need(self) -> Keeper:
        """Raises KubeferryError (NOT_CONNECTED)."""
        if self.keeper is None:
            raise KubeferryError(ErrorCode.NOT_CONNECTED)
        return self.keeper

    def next_number(self) -> int:
        return next(self._numbers)
