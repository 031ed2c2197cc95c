"""What the inspector says of one workload: can its traffic be taken, is it, and if not, why. Pure."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass

from app.controllers.intercept_views import Doing, Health, InterceptRow, OperationView
from app.controllers.views import ConnectionView, Phase, WorkloadRow


class Mode(enum.StrEnum):
    PROXY = "proxy"
    MESH = "mesh"


class Setting(enum.StrEnum):
    """Of a switch. `WORKING`: something is being done about it. `UNHEALTHY`: on, and not (fully) in force."""

    OFF = "off"
    WORKING = "working"
    ON = "on"
    UNHEALTHY = "unhealthy"


class WhyNot(enum.StrEnum):
    """Why a switch cannot be used."""

    NONE = "none"
    NOT_CONNECTED = "not_connected"
    OTHER_CLUSTER = "other_cluster"
    FORBIDDEN = "forbidden"
    IMPOSSIBLE = "impossible"
    BUSY = "busy"


@dataclass(frozen=True)
class ModeView:
    """`mine`: own intercepts of this mode, in force or not. `step`: what is being done. `reason`: behind `why_not`;
    of BUSY what is being done instead, or "".

    `stops_then`: as OperationView's.
    """

    mode: Mode
    setting: Setting
    mine: tuple[InterceptRow, ...] = ()
    step: str = ""
    can_cancel: bool = False
    why_not: WhyNot = WhyNot.NONE
    reason: str = ""
    stops_then: bool = False

    @property
    def can_toggle(self) -> bool:
        return self.why_not is WhyNot.NONE and self.setting is not Setting.WORKING


@dataclass(frozen=True)
class Circumstances:
    """What surrounds a workload. `context`: the one looked into; `forbidden`: why the user may not, or empty."""

    connection: ConnectionView
    context: str | None
    forbidden: str = ""


def looks_at_connected(context: str | None, connection: ConnectionView) -> bool:
    """Is what the session tells about the cluster looked into?"""
    return context is None or connection.context in (None, context)


def mode_view(
    mode: Mode,
    row: WorkloadRow,
    intercepts: Collection[InterceptRow],
    operation: OperationView | None,
    around: Circumstances,
) -> ModeView:
    """`intercepts`: everybody's; those of other workloads are passed over."""
    mine = tuple(one for one in intercepts if one.key == row.key and one.mine and one.mode == mode.value)
    why_not, reason = _why_not(row, around, has_any=bool(mine))
    if operation is not None:
        if _is_about(operation, mode, mine):
            step, stops_then = operation.step, operation.stops_then
            return ModeView(mode, Setting.WORKING, mine, step, operation.can_cancel, stops_then=stops_then)
        why_not, reason = WhyNot.BUSY, _what_keeps_it(operation, row, intercepts)
    if not mine:
        return ModeView(mode, Setting.OFF, why_not=why_not, reason=reason)
    healthy = all(one.health is Health.ACTIVE and not one.trouble for one in mine)
    return ModeView(mode, Setting.ON if healthy else Setting.UNHEALTHY, mine, why_not=why_not, reason=reason)


def _what_keeps_it(operation: OperationView, row: WorkloadRow, intercepts: Collection[InterceptRow]) -> str:
    """The step, once what is being left is gone already and only the workload has to become as it was; else ""."""
    has_own = any(one.mine and one.key == row.key for one in intercepts)
    return "" if has_own or operation.doing is not Doing.LEAVE else operation.step


def _is_about(operation: OperationView, mode: Mode, mine: tuple[InterceptRow, ...]) -> bool:
    if operation.doing is Doing.LEAVE:
        return bool(mine)
    return operation.doing.value == mode.value


def _why_not(row: WorkloadRow, around: Circumstances, *, has_any: bool) -> tuple[WhyNot, str]:
    connection = around.connection
    if connection.phase not in (Phase.CONNECTED, Phase.DEGRADED):
        return WhyNot.NOT_CONNECTED, ""
    if around.context is not None and connection.context != around.context:
        return WhyNot.OTHER_CLUSTER, connection.context or ""
    if has_any:
        return WhyNot.NONE, ""
    if row.impossible:
        return WhyNot.IMPOSSIBLE, row.impossible
    if around.forbidden:
        return WhyNot.FORBIDDEN, around.forbidden
    return WhyNot.NONE, ""
