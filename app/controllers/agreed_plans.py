"""Plans that were agreed to and then failed: whoever tries again need not agree to the same once more.

What was agreed to counts until it is done, called off, or another plan is agreed to in its place. Then, and where the
cluster answers with anything else than last time, the plan is shown.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, replace

from app.controllers.intercept_views import Health, InterceptRow, PlanView
from app.domain.connect_plan import ConnectPlan
from helper.cluster.injection.record import INJECTION_ID

_ID_LINE = re.compile(rf"{re.escape(INJECTION_ID)}: '?([0-9a-f]+)")
"""Drawn anew for each plan: that it differs is no difference."""

AnyPlan = ConnectPlan | PlanView


@dataclass(frozen=True)
class _Agreed:
    plan: AnyPlan
    codes: tuple[str, ...]


class AgreedPlans:
    """`place`: what the plan is for, a cluster or a workload in one."""

    def __init__(self) -> None:
        self._agreed: dict[Hashable, _Agreed] = {}

    def __contains__(self, place: Hashable) -> bool:
        return place in self._agreed

    def agree(self, place: Hashable, plan: AnyPlan, codes: tuple[str, ...] = ()) -> None:
        """`codes`: of what had to be agreed to in it."""
        self._agreed[place] = _Agreed(_essence(plan), codes)

    def settle(self, place: Hashable) -> None:
        """It is done, or not wanted any more: the next time is another time."""
        self._agreed.pop(place, None)

    def codes(self, place: Hashable, plan: AnyPlan) -> tuple[str, ...] | None:
        """What was agreed to in this very plan; None: it is another, or none was."""
        agreed = self._agreed.get(place)
        return agreed.codes if agreed is not None and agreed.plan == _essence(plan) else None


def _essence(plan: AnyPlan) -> AnyPlan:
    """Without what differs from one moment to the next and changes nothing: ids, how well others' intercepts do."""
    if isinstance(plan, ConnectPlan):
        return plan
    drawn = next((found.group(1) for line in plan.diff if (found := _ID_LINE.search(line))), None)
    diff = tuple(line.replace(drawn, "") for line in plan.diff) if drawn else plan.diff
    return replace(plan, diff=diff, others=_who(plan.others), rivals=_who(plan.rivals))


def _who(rows: tuple[InterceptRow, ...]) -> tuple[InterceptRow, ...]:
    seen = (replace(row, health=Health.ACTIVE, sidecars=0, applied=0, superseded_by="", trouble="") for row in rows)
    return tuple(sorted(seen, key=lambda row: row.intercept_id))
