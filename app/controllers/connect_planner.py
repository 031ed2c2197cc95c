"""Finds out what connecting would change, for the plan that is shown before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject, Signal

from app.controllers.scope import Scope
from app.controllers.words import translated
from app.domain.connect_plan import ConnectPlan
from app.domain.connection import Target
from app.domain.errors import KubeferryError, Problem

PlanConnect = Callable[[Target], Awaitable[ConnectPlan]]


class ConnectPlanner(QObject):
    """Signals:
    planned: ConnectPlan, the answer to the last `plan`.
    failed: Explanation, why there is none.
    """

    planned = Signal(object)
    failed = Signal(object)

    def __init__(self, scope: Scope, plan_connect: PlanConnect) -> None:
        super().__init__()
        self._scope = scope
        self._plan_connect = plan_connect

    def plan(self, target: Target) -> None:
        self._scope.replace("connect plan", self._plan(target))

    def stop(self) -> None:
        """Nobody waits for the answer any more."""
        self._scope.stop("connect plan")

    async def _plan(self, target: Target) -> None:
        try:
            found = await self._plan_connect(target)
        except KubeferryError as error:
            self.failed.emit(translated(Problem.of(error)))
        else:
            self.planned.emit(found)
