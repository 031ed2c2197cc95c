"""Taking away what vanished owners left, over a conversation of its own with the session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

from app.controllers.connection_view import explanation
from app.controllers.diagnosis_views import RemainsRow, RepairView
from app.controllers.intercepts import SessionTalks as RepairTalks
from app.controllers.words import intercept_stage_line
from app.domain.errors import ErrorCode, KubeferryError
from app.session import intercept_messages as im
from app.session.problems import error_from_info

__all__ = ["RepairTalks", "ended_view", "plan_view", "repair_steps"]


def plan_view(plan: im.RepairPlan) -> RepairView:
    rows = tuple(RemainsRow(one.workload, one.namespace, one.vanished, one.kept) for one in plan.remains)
    return RepairView(rows, plan.unread)


async def repair_steps(session: RepairTalks, request: im.Repair) -> AsyncIterator[str | im.WorkloadsRestored]:
    """Yields what is being done, in words; last, what became of it. Raises KubeferryError."""
    async with session.conversation() as talk:
        accepted = await talk.request(request)
        if not isinstance(accepted, im.OperationAccepted):
            raise KubeferryError(ErrorCode.SESSION_VERSION)
        async with aclosing(talk.events()) as events:
            async for event in events:
                match event:
                    case im.InterceptProgress(accepted.operation, stage, waits_for):
                        yield intercept_stage_line(stage, waits_for)
                    case im.WorkloadsRestored(accepted.operation):
                        yield event
                        return
                    case im.InterceptFailed(accepted.operation, problem):
                        raise error_from_info(problem)


def ended_view(view: RepairView, done: im.WorkloadsRestored) -> RepairView:
    failures = tuple(explanation(one.problem).what for one in done.workloads if one.problem is not None)
    restored = sum(1 for one in done.workloads if one.problem is None)
    return replace(view, step="", done=restored, failures=failures)
