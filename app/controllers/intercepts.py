"""Everybody's intercepts, and what the user does about them: plan, start, call off, leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from app.controllers.connection_view import explanation, intercept_row
from app.controllers.intercept_views import (
    Doing,
    InterceptRow,
    Key,
    NoticeView,
    OperationView,
    OutcomeView,
    PlanView,
    key_of,
    ref_of,
)
from app.controllers.queued_stops import QueuedStops, are_all
from app.controllers.scope import Scope
from app.controllers.views import ConnectionView, Phase
from app.controllers.words import intercept_stage_line, tr, translated
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.domain.intercept_stages import InterceptStage
from app.domain.intercepts import Wish
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.intercept_convert import message_of_wish, workload_of

REFRESH_S = 2.0
"""How often everybody's intercepts are asked for while there is a connection; own changes are told at once."""

MAX_FAILURES = 5
"""Rounds without an answer until what was told last is taken for old."""

_UP = (Phase.CONNECTED, Phase.DEGRADED)


class Talk(Protocol):
    async def request(self, request: m.Request, /) -> m.Answer: ...

    async def tell(self, request: m.Request, /) -> None: ...

    def events(self) -> AsyncGenerator[m.Event, None]: ...


class SessionTalks(Protocol):
    """Structurally app.session.client.SessionClient."""

    async def request(self, request: m.Request, /) -> m.Answer: ...

    def conversation(self) -> AbstractAsyncContextManager[Talk]: ...


class InterceptController(QObject):
    """One operation a workload at a time; several workloads at once.

    Signals:
        intercepts_changed: tuple[InterceptRow, ...], everybody's, as far as they are known; empty while not connected.
        planned: PlanView, the answer to `plan`.
        plan_failed: Key and Explanation.
        operations_changed: tuple[OperationView, ...], what is being done right now.
        ended: OutcomeView, an operation is over.
    """

    intercepts_changed = Signal(object)
    planned = Signal(object)
    plan_failed = Signal(object, object)
    operations_changed = Signal(object)
    ended = Signal(object)

    def __init__(self, scope: Scope, session: SessionTalks) -> None:
        super().__init__()
        self._scope = scope
        self._session = session
        self._rows: tuple[InterceptRow, ...] = ()
        self._own: tuple[InterceptRow, ...] = ()
        self._operations: dict[Key, OperationView] = {}
        self._running: dict[Key, tuple[Talk, int]] = {}
        self._called_off: set[Key] = set()
        self._stops = QueuedStops()
        self._is_up = False

    @property
    def intercepts(self) -> tuple[InterceptRow, ...]:
        return self._rows

    @property
    def operations(self) -> tuple[OperationView, ...]:
        return tuple(self._operations.values())

    def show_connection(self, view: ConnectionView) -> None:
        """Begins or ends to ask for everybody's intercepts; own ones that changed are asked for at once."""
        is_up = view.phase in _UP
        if is_up and (not self._is_up or view.intercepts != self._own):
            self._scope.replace("intercepts", self._follow())
        elif not is_up and self._is_up:
            self._scope.stop("intercepts")
            self._stops.forget()
            self._show(())
        self._is_up, self._own = is_up, view.intercepts

    def plan(self, wish: Wish) -> None:
        """What would be done? Nothing is changed. The last one asked for at a workload is answered."""
        self._scope.replace(_plan_task(key_of(wish.workload)), self._plan(wish))

    def stop_planning(self, key: Key) -> None:
        """Nobody waits for the plan any more."""
        self._scope.stop(_plan_task(key))

    def start(self, wish: Wish, *, take_over: bool = False, confirmed: tuple[str, ...] = ()) -> None:
        """`confirmed`: the codes of the plan's notices that the user agreed to."""
        doing = Doing.MESH if wish.rule is not None else Doing.PROXY
        request = im.StartIntercept(message_of_wish(wish), take_over, confirmed)
        self._begin(key_of(wish.workload), doing, request)

    def leave(self, key: Key, only: tuple[str, ...] = ()) -> None:
        """Ends own intercepts of a workload (`only`: those with these ids); it is restored when nobody else has any.

        While it is being worked on they end right after that; a start is called off when all of them are to end.
        """
        operation = self._operations.get(key)
        if operation is None:
            self._leave(key, only)
            return
        is_everything = are_all(only, key, self._own)
        if self._stops.ask(key, () if is_everything else only):
            self._tell(replace(operation, stops_then=True))
            if is_everything:
                self.cancel(key)

    def cancel(self, key: Key) -> None:
        """Undoes what is being done to it, if it is not done yet."""
        operation = self._operations.get(key)
        if operation is None or not operation.can_cancel:
            return
        self._called_off.add(key)
        self._tell(replace(operation, can_cancel=False, is_undoing=True))
        self._scope.start(self._call_off(key))

    def _leave(self, key: Key, only: tuple[str, ...], *, was_queued: bool = False) -> None:
        self._stops.begin(key, only)
        self._begin(key, Doing.LEAVE, im.Leave(workload_of(ref_of(key)), only=only), was_queued=was_queued)

    def _begin(
        self, key: Key, doing: Doing, request: im.StartIntercept | im.Leave, *, was_queued: bool = False
    ) -> None:
        if key in self._operations:
            return
        self._called_off.discard(key)
        first = intercept_stage_line(InterceptStage.LOOKING)
        self._tell(OperationView(key, doing, first, can_cancel=doing is not Doing.LEAVE))
        self._scope.start(self._operate(key, doing, request, was_queued))

    async def _operate(self, key: Key, doing: Doing, request: im.StartIntercept | im.Leave, was_queued: bool) -> None:
        try:
            outcome = await self._converse(key, doing, request)
        except KubeferryError as error:
            is_cancelled = error.code is ErrorCode.CANCELLED
            problem = None if is_cancelled else translated(Problem.of(error))
            outcome = OutcomeView(key, doing, problem, is_cancelled=is_cancelled)
        finally:
            self._running.pop(key, None)
            self._operations.pop(key, None)
            self.operations_changed.emit(self.operations)
            stops = self._stops.end(key)
        self.ended.emit(_without_what_is_gone(outcome) if was_queued else outcome)
        if stops is not None:
            self._leave(key, stops, was_queued=True)
        if self._is_up:
            self._scope.replace("intercepts", self._follow())

    async def _converse(self, key: Key, doing: Doing, request: im.StartIntercept | im.Leave) -> OutcomeView:
        async with self._session.conversation() as talk:
            accepted = await talk.request(request)
            if not isinstance(accepted, im.OperationAccepted):
                raise KubeferryError(ErrorCode.SESSION_VERSION)
            self._running[key] = talk, accepted.operation
            if key in self._called_off:
                await talk.tell(im.CancelOperation(accepted.operation))
            async with aclosing(talk.events()) as events:
                async for event in events:
                    outcome = self._take(key, doing, accepted.operation, event)
                    if outcome is not None:
                        return outcome
        raise KubeferryError(ErrorCode.SESSION_FAILED, problem="it ended")

    def _take(self, key: Key, doing: Doing, operation: int, event: m.Event) -> OutcomeView | None:
        match event:
            case im.InterceptProgress(number, stage, waits_for) if number == operation:
                undoing = stage is InterceptStage.UNDOING or key in self._called_off
                can_cancel = doing is not Doing.LEAVE and not undoing
                step = intercept_stage_line(stage, waits_for)
                self._tell(OperationView(key, doing, step, can_cancel, undoing, stops_then=key in self._stops))
            case im.InterceptDone(number, intercept, _, lost_to_us) if number == operation:
                taken = tuple(tr("Taken over from {who}.", who=who) for who in lost_to_us)
                return OutcomeView(key, doing, notes=(*taken, *([intercept.trouble] if intercept.trouble else [])))
            case im.WorkloadsRestored(number, workloads) if number == operation:
                problem = next((one.problem for one in workloads if one.problem is not None), None)
                return OutcomeView(key, doing, explanation(problem) if problem else None)
            case im.InterceptFailed(number, problem) if number == operation:
                is_cancelled = problem.code is ErrorCode.CANCELLED
                told = None if is_cancelled else explanation(problem)
                return OutcomeView(key, doing, told, is_cancelled=is_cancelled)
        return None

    async def _call_off(self, key: Key) -> None:
        running = self._running.get(key)
        if running is not None:
            talk, operation = running
            try:
                await talk.tell(im.CancelOperation(operation))
            except KubeferryError:
                return  # The operation's own conversation says what became of it.

    async def _plan(self, wish: Wish) -> None:
        try:
            answer = await self._session.request(im.PlanIntercept(message_of_wish(wish)))
            if not isinstance(answer, im.InterceptPlan):
                raise KubeferryError(ErrorCode.SESSION_VERSION)
        except KubeferryError as error:
            self.plan_failed.emit(key_of(wish.workload), translated(Problem.of(error)))
            return
        self.planned.emit(
            PlanView(
                wish=wish,
                ports=answer.ports,
                injects=answer.injects,
                pods=answer.pods,
                notices=tuple(NoticeView(one.code, one.text, one.confirm) for one in answer.notices),
                diff=answer.diff,
                others=tuple(intercept_row(one) for one in answer.others),
                rivals=tuple(intercept_row(one) for one in answer.rivals),
            )
        )

    async def _follow(self) -> None:
        """What the connection is about is told by its own controller: here the next round asks again, and what is not
        confirmed for a while is not shown any more."""
        failures = 0
        while True:
            try:
                answer = await self._session.request(im.ListIntercepts())
                if isinstance(answer, im.InterceptList):
                    failures = 0
                    self._show(tuple(intercept_row(one) for one in answer.intercepts))
            except KubeferryError:
                failures += 1
                if failures == MAX_FAILURES:
                    self._show(())
            await asyncio.sleep(REFRESH_S)

    def _show(self, rows: tuple[InterceptRow, ...]) -> None:
        if rows != self._rows:
            self._rows = rows
            self.intercepts_changed.emit(rows)

    def _tell(self, operation: OperationView) -> None:
        self._operations[operation.key] = operation
        self.operations_changed.emit(self.operations)


def _without_what_is_gone(outcome: OutcomeView) -> OutcomeView:
    """What was to be stopped after a start that was called off, or failed, may not have come to be."""
    is_gone = outcome.problem is not None and outcome.problem.code is ErrorCode.NOT_INTERCEPTED
    return replace(outcome, problem=None) if is_gone else outcome


def _plan_task(key: Key) -> str:
    return f"plan {'/'.join(key)}"
