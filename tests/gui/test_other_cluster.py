"""Looking into one cluster while the machine is connected to another, which has workloads of the same names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.controllers.intercept_views import Doing, Health, InterceptRow, OperationView
from app.controllers.views import ConnectionView, Phase, WorkloadsView
from app.ui.inspector.known import Known
from app.ui.theme import Theme
from app.ui.window import Window
from tests.gui import sample_data
from tests.gui.picture import filled_window

KEY = next(row.key for row in sample_data.WORKLOADS if row.name == "reviews")
MINE = InterceptRow("0123456789ab", KEY, "mesh", "x-user=me", (), False, "me", True, 1.0, Health.ACTIVE)
WORK = OperationView(KEY, Doing.LEAVE, "Restoring the workload")
CONNECTED = replace(sample_data.CONNECTED, intercepts=(MINE,))


@pytest.fixture
def window(theme: Theme, qtbot: QtBot) -> Window:
    window = filled_window(theme, "connected")
    qtbot.addWidget(window)
    window.show_connection(CONNECTED)
    window.show_intercepts((MINE,))
    return window


def cell(window: Window) -> str:
    return next(entry.cell.text for entry in map(window.workloads.model.entry, range(12)) if entry.key == KEY)


def look_into(window: Window, context: str) -> None:
    window.show_context(context)
    window.show_namespace("shop")
    window.show_workloads(WorkloadsView(sample_data.WORKLOADS))


def test_its_workloads_do_not_show_the_connected_clusters_intercepts(window: Window) -> None:
    here = cell(window)
    window.show_operations((WORK,))
    working = cell(window)
    look_into(window, "kind-dev")
    elsewhere = cell(window)
    assert len({here, working, elsewhere}) == 3
    assert not window.selected_here
    window.show_operations(())
    window.show_intercepts((MINE, replace(MINE, intercept_id="x")))
    assert cell(window) == elsewhere
    look_into(window, "staging-eu")
    assert cell(window) != elsewhere


def test_its_workloads_have_no_traffic(window: Window) -> None:
    look_into(window, "kind-dev")
    window.show_rates({KEY: 1000.0})
    assert all(window.workloads.model.entry(place).rates is None for place in range(12))
    look_into(window, "staging-eu")
    window.show_rates({KEY: 1000.0})
    assert any(window.workloads.model.entry(place).rates for place in range(12))


def test_when_the_connection_goes_so_do_its_intercepts(window: Window) -> None:
    before = cell(window)
    window.show_connection(ConnectionView(Phase.DISCONNECTED))
    window.show_intercepts(())
    assert cell(window) != before


def test_the_inspector_knows_nothing_of_what_is_done_elsewhere() -> None:
    known = Known(connection=CONNECTED, context="kind-dev", intercepts=(MINE,), operations=(WORK,), planning=(WORK,))
    assert known.of(KEY) == ()
    assert known.operation_of(KEY) is None
    assert replace(known, context="staging-eu").of(KEY) == (MINE,)
    assert replace(known, context="staging-eu").operation_of(KEY) == WORK


def test_a_workload_that_is_not_there_switches_nothing(window: Window, qtbot: QtBot) -> None:
    window.choose_workload(KEY)
    window.choose_workload(("Deployment", "shop", "vanished"))
    with qtbot.assertNotEmitted(window.inspector.leave_asked), qtbot.assertNotEmitted(window.inspector.start_asked):
        window.inspector.toggle_proxy()


def test_what_failed_there_is_not_told_here(window: Window) -> None:
    window.show()
    window.choose_workload(KEY)
    window.inspector.show_problem(KEY, sample_data.FAILED.problem)
    assert window.inspector.page.outcome.text
    look_into(window, "kind-dev")
    window.choose_workload(KEY)
    assert not window.inspector.page.outcome.text
    look_into(window, "staging-eu")
    window.choose_workload(KEY)
    assert window.inspector.page.outcome.text
