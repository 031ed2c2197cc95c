"""The list by traffic follows the traffic: every two seconds at most, and never under a pointer or a typing hand."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.controllers.intercept_views import Key
from app.controllers.views import WorkloadRow, WorkloadsView
from app.ui.browser import calm_order
from app.ui.browser.calm_order import CALM_S, CalmOrder
from app.ui.browser.workload_columns import Column
from app.ui.browser.workload_table import WorkloadTable
from app.ui.theme import Theme
from tests.gui.loop_watchdog import LoopWatchdog
from tests.gui.sample_data import NOW

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

A: Key = ("Deployment", "shop", "a")
B: Key = ("Deployment", "shop", "b")
C: Key = ("Deployment", "shop", "c")


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def table(theme: Theme, qtbot: QtBot, clock: Clock) -> WorkloadTable:
    table = WorkloadTable(theme, lambda: NOW)
    qtbot.addWidget(table)
    table.calm_order = CalmOrder(table.view, table.model, clock)
    table.show_scope("shop")
    table.show_workloads(WorkloadsView(tuple(WorkloadRow(*key, 1, 1, NOW) for key in (A, B, C))))
    table.view.sortByColumn(Column.TRAFFIC, Qt.SortOrder.AscendingOrder)
    table.resize(900, 600)
    table.show()
    table.view.viewport().setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    return table


def _first(table: WorkloadTable) -> Key:
    return table.model.entry(0).key


def _second_of(table: WorkloadTable, clock: Clock, busiest: Key, seconds: float = 1.0) -> None:
    """Time passes, and then rates are told in which `busiest` has far the most."""
    clock.now_s += seconds
    table.show_rates({busiest: 10_000.0 * clock.now_s})


def test_the_order_follows_the_rates_every_two_seconds(table: WorkloadTable, clock: Clock) -> None:
    _second_of(table, clock, B)
    assert _first(table) == B
    _second_of(table, clock, C)
    assert _first(table) == B, "too soon"
    _second_of(table, clock, C)
    table.calm_order.look()
    clock.now_s += CALM_S
    table.calm_order._timer.stop()
    table.calm_order.look()
    assert _first(table) == C


def test_what_is_due_comes_by_itself(
    table: WorkloadTable, clock: Clock, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calm_order, "CALM_S", 0.05)
    _second_of(table, clock, B)
    _second_of(table, clock, C, seconds=0.01)
    assert _first(table) == B
    clock.now_s += 1
    qtbot.waitUntil(lambda: _first(table) == C)


def test_nothing_moves_under_the_pointer(
    table: WorkloadTable, clock: Clock, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calm_order, "CALM_S", 0.02)
    viewport = table.view.viewport()
    _second_of(table, clock, B)
    viewport.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, True)
    for _ in range(3):
        _second_of(table, clock, C)
        qtbot.wait(40)
        assert _first(table) == B
    viewport.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    qtbot.waitUntil(lambda: _first(table) == C)


@pytest.mark.parametrize("where", ["list", "search"])
def test_nothing_moves_while_keys_are_typed(table: WorkloadTable, clock: Clock, where: str) -> None:
    _second_of(table, clock, B)
    clock.now_s += 60
    if where == "list":
        QTest.keyClick(table.view, Qt.Key.Key_Down)
    else:
        table.bar.searched.emit("")
    table.show_rates({C: 9e9})
    assert _first(table) == B
    clock.now_s += CALM_S
    table.calm_order._timer.stop()
    table.calm_order.look()
    assert _first(table) == C


def test_another_order_is_left_alone(table: WorkloadTable, clock: Clock) -> None:
    table.view.sortByColumn(Column.NAME, Qt.SortOrder.AscendingOrder)
    _second_of(table, clock, C)
    assert _first(table) == A
    assert not table.calm_order._timer.isActive()


def test_the_selection_and_the_place_stay(table: WorkloadTable, clock: Clock) -> None:
    table.select(A)
    _second_of(table, clock, C)
    assert _first(table) == C
    assert table.selected == (A,)


def test_thousands_are_put_in_order_without_a_stop(
    table: WorkloadTable, clock: Clock, loop_watchdog: LoopWatchdog
) -> None:
    keys = [("Deployment", "shop", f"service-{number}") for number in range(5_000)]
    table.show_workloads(WorkloadsView(tuple(WorkloadRow(*key, 1, 1, NOW) for key in keys)))

    def order() -> None:
        clock.now_s += 2 * CALM_S
        table.calm_order._timer.stop()
        shift = int(clock.now_s)
        table.show_rates({key: float((number * 7919 + shift) % 5_000) for number, key in enumerate(keys[:500])})

    loop_watchdog.best_of("5,000 workloads by traffic", [order] * 3)
