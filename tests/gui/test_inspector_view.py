from __future__ import annotations

from dataclasses import replace

import pytest

from app.controllers.inspector_view import Circumstances, Mode, Setting, WhyNot, mode_view
from app.controllers.intercept_views import Doing, Health, InterceptRow, OperationView
from app.controllers.views import ConnectionView, Phase, WorkloadRow
from app.ui.inspector.words import mode_line

ROW = WorkloadRow("Deployment", "shop", "reviews", 3, 3, 0.0)
UP = Circumstances(ConnectionView(Phase.CONNECTED, "staging", "shop"), "staging")
MESH = InterceptRow("a", ROW.key, "mesh", "x-user=me", (), False, "me", True, 1.0, Health.ACTIVE)
PROXY = replace(MESH, intercept_id="b", mode="proxy", rule="")
BOB = replace(MESH, intercept_id="c", owner="bob", mine=False)
STARTING = OperationView(ROW.key, Doing.MESH, "Waiting for its pods")
LEAVING = OperationView(ROW.key, Doing.LEAVE, "Restoring", can_cancel=False)


@pytest.mark.parametrize(
    ("mode", "intercepts", "operation", "setting", "why_not"),
    [
        (Mode.MESH, (), None, Setting.OFF, WhyNot.NONE),
        (Mode.MESH, (BOB,), None, Setting.OFF, WhyNot.NONE),
        (Mode.MESH, (MESH,), None, Setting.ON, WhyNot.NONE),
        (Mode.PROXY, (MESH,), None, Setting.OFF, WhyNot.NONE),
        (Mode.PROXY, (PROXY,), None, Setting.ON, WhyNot.NONE),
        (Mode.MESH, (replace(MESH, health=Health.PARTIAL),), None, Setting.UNHEALTHY, WhyNot.NONE),
        (Mode.MESH, (replace(MESH, trouble="Envoy does not take it"),), None, Setting.UNHEALTHY, WhyNot.NONE),
        (Mode.MESH, (replace(MESH, key=("Pod", "shop", "x")),), None, Setting.OFF, WhyNot.NONE),
        (Mode.MESH, (), STARTING, Setting.WORKING, WhyNot.NONE),
        (Mode.PROXY, (), STARTING, Setting.OFF, WhyNot.BUSY),
        (Mode.PROXY, (PROXY,), STARTING, Setting.ON, WhyNot.BUSY),
        (Mode.MESH, (MESH,), LEAVING, Setting.WORKING, WhyNot.NONE),
        (Mode.PROXY, (MESH,), LEAVING, Setting.OFF, WhyNot.BUSY),
    ],
)
def test_settings(
    mode: Mode,
    intercepts: tuple[InterceptRow, ...],
    operation: OperationView | None,
    setting: Setting,
    why_not: WhyNot,
) -> None:
    view = mode_view(mode, ROW, intercepts, operation, UP)
    assert (view.setting, view.why_not) == (setting, why_not)
    assert view.can_toggle == (setting is not Setting.WORKING and why_not is WhyNot.NONE)


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize(
    ("intercepts", "operation", "reason"),
    [((), LEAVING, "Restoring"), ((BOB,), LEAVING, "Restoring"), ((MESH, PROXY), STARTING, "")],
)
def test_what_was_stopped_is_told_until_the_workload_is_restored(
    mode: Mode, intercepts: tuple[InterceptRow, ...], operation: OperationView, reason: str
) -> None:
    view = mode_view(mode, ROW, intercepts, operation, UP)
    assert view.reason == reason
    assert (mode_line(view) == "Restoring …") == bool(reason)


@pytest.mark.parametrize(
    ("row", "around", "why_not", "reason"),
    [
        (ROW, Circumstances(ConnectionView(Phase.DISCONNECTED), "staging"), WhyNot.NOT_CONNECTED, ""),
        (ROW, Circumstances(ConnectionView(Phase.RECONNECTING, "staging"), "staging"), WhyNot.NOT_CONNECTED, ""),
        (ROW, replace(UP, context="prod"), WhyNot.OTHER_CLUSTER, "staging"),
        (ROW, replace(UP, forbidden="You may not."), WhyNot.FORBIDDEN, "You may not."),
        (
            replace(ROW, impossible="On the host's network."),
            UP,
            WhyNot.IMPOSSIBLE,
            "On the host's network.",
        ),
    ],
)
def test_why_not(row: WorkloadRow, around: Circumstances, why_not: WhyNot, reason: str) -> None:
    view = mode_view(Mode.PROXY, row, (), None, around)
    assert (view.why_not, view.reason, view.can_toggle) == (why_not, reason, False)


def test_what_is_mine_can_be_stopped_without_the_right_to_start() -> None:
    view = mode_view(Mode.MESH, ROW, (MESH,), None, replace(UP, forbidden="You may not."))
    assert view.can_toggle
