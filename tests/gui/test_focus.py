"""Where the keyboard is after a control that had it has gone: near, and never at the switch that disconnects."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.controllers.intercept_views import Doing, Health, InterceptRow, OperationView
from app.controllers.views import WorkloadRow, WorkloadsView
from app.ui.theme import Theme
from app.ui.window import Window
from tests.gui import sample_data
from tests.gui.picture import filled_window

REVIEWS = next(row for row in sample_data.WORKLOADS if row.name == "reviews")
MINE = InterceptRow("0123456789ab", REVIEWS.key, "mesh", "x-user=me", (), False, "me", True, 1.0, Health.ACTIVE)
LEAVING = OperationView(REVIEWS.key, Doing.LEAVE, "Restoring the workload", can_cancel=False)
STARTING = OperationView(REVIEWS.key, Doing.PROXY, "Waiting for its pods")


@pytest.fixture
def window(theme: Theme, qtbot: QtBot) -> Window:
    window = filled_window(theme, "connected")
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.choose_workload(REVIEWS.key)
    return window


def intercepted(window: Window) -> None:
    window.show_connection(replace(sample_data.CONNECTED, intercepts=(MINE,)))
    window.show_intercepts((MINE,))


def button(widget: QWidget, text: str) -> QAbstractButton:
    QApplication.processEvents()
    return next(one for one in widget.findChildren(QAbstractButton) if one.text() == text and one.isVisible())


def test_stop_in_the_list_of_people_leaves_the_keyboard_at_the_switch(window: Window, qtbot: QtBot) -> None:
    intercepted(window)
    people, mesh = window.inspector.page.people, window.inspector.page.mesh
    stop = button(people, "Stop")
    stop.setFocus()
    with qtbot.waitSignal(window.inspector.leave_asked):
        QTest.keyClick(stop, Qt.Key.Key_Space)
    window.show_operations((LEAVING,))
    assert window.focusWidget() is mesh.switch
    window.show_operations(())
    window.show_connection(sample_data.CONNECTED)
    window.show_intercepts(())
    focused = window.focusWidget()
    assert focused is not None
    assert window.inspector.isAncestorOf(focused) or focused is window.workloads.view
    with qtbot.assertNotEmitted(window.disconnect_asked):
        QTest.keyClick(focused, Qt.Key.Key_Space)


def test_a_person_who_goes_takes_no_keyboard_along(window: Window) -> None:
    intercepted(window)
    button(window.inspector.page.people, "Stop").setFocus()
    window.show_connection(sample_data.CONNECTED)
    window.show_intercepts(())
    assert window.focusWidget() not in (None, window.bar.switch)


def test_while_it_works_a_switch_keeps_the_keyboard_and_does_nothing(window: Window, qtbot: QtBot) -> None:
    proxy = window.inspector.page.proxy
    proxy.switch.setFocus()
    with qtbot.waitSignal(window.inspector.start_asked):
        QTest.keyClick(proxy.switch, Qt.Key.Key_Space)
    window.show_operations((STARTING,))
    assert window.focusWidget() is proxy.switch
    with (
        qtbot.assertNotEmitted(window.inspector.start_asked),
        qtbot.assertNotEmitted(window.inspector.leave_asked),
        qtbot.assertNotEmitted(window.inspector.cancel_asked),
    ):
        QTest.keyClick(proxy.switch, Qt.Key.Key_Space)
    assert proxy.line == "Waiting for its pods …"
    window.show_operations(())
    assert window.focusWidget() is proxy.switch


def test_cancel_of_an_operation_gives_the_keyboard_to_its_switch(window: Window, qtbot: QtBot) -> None:
    window.show_operations((STARTING,))
    cancel = button(window.inspector.page.proxy, "Cancel")
    cancel.setFocus()
    with qtbot.waitSignal(window.inspector.cancel_asked):
        QTest.keyClick(cancel, Qt.Key.Key_Space)
    window.show_operations((replace(STARTING, can_cancel=False, is_undoing=True),))
    assert window.focusWidget() is window.inspector.page.proxy.switch


def test_cancel_of_connecting_gives_the_keyboard_to_the_table(window: Window, qtbot: QtBot) -> None:
    window.show_connection(sample_data.CONNECTING)
    cancel = button(window.bar, "Cancel")
    cancel.setFocus()
    with qtbot.waitSignal(window.disconnect_asked):
        QTest.keyClick(cancel, Qt.Key.Key_Space)
    window.show_connection(sample_data.CONNECTED)
    assert window.focusWidget() is window.workloads.view


def test_a_problem_that_goes_gives_the_keyboard_to_the_table(window: Window) -> None:
    window.show_connection(sample_data.FAILED)
    button(window.problem, "Try again").setFocus()
    window.show_connection(sample_data.CONNECTED)
    assert window.focusWidget() is window.workloads.view


def test_the_inspector_of_a_workload_that_vanishes(window: Window) -> None:
    window.inspector.page.proxy.switch.setFocus()
    others: tuple[WorkloadRow, ...] = tuple(row for row in sample_data.WORKLOADS if row is not REVIEWS)
    window.show_workloads(WorkloadsView(others))
    assert window.inspector.key is None
    assert window.focusWidget() is not window.bar.switch


def test_in_a_hidden_window_it_moves_as_well(window: Window) -> None:
    window.inspector.page.proxy.switch.setFocus()
    assert window.focusWidget() is window.inspector.page.proxy.switch
    window.hide()
    window.show_rights("You may not change workloads here.")
    assert not window.inspector.page.proxy.switch.isEnabled()
    assert window.focusWidget() is window.workloads.view


def test_tab_goes_on_as_ever(window: Window) -> None:
    window.workloads.view.setFocus()
    QTest.keyClick(window.workloads.view, Qt.Key.Key_Tab)
    first = window.focusWidget()
    assert first not in (None, window.workloads.view)
    QTest.keyClick(first, Qt.Key.Key_Backtab)
    assert window.focusWidget() is window.workloads.view
