from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QListView, QWidget
from pytestqt.qtbot import QtBot

from app.controllers.views import ConnectionView, Phase
from app.ui.theme import Theme, ThemeChoice
from app.ui.traffic.throughput_curves import scale_top
from app.ui.window import Window
from app.ui.wording import age, rate, round_trip, state_line, subnets_line
from tests.gui import sample_data
from tests.gui.dressing import put_on
from tests.gui.picture import filled_window


@pytest.fixture
def window(theme: Theme, qtbot: QtBot) -> Window:
    window = filled_window(theme, "disconnected")
    qtbot.addWidget(window)
    window.show()
    return window


def _texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]


def _button(widget: QWidget, text: str) -> QAbstractButton:
    return next(button for button in widget.findChildren(QAbstractButton) if button.text() == text)


def test_the_first_size_fits_the_screen(theme: Theme, qtbot: QtBot) -> None:
    window = Window(theme)
    qtbot.addWidget(window)
    available = window.screen().availableGeometry()
    assert window.height() <= max(available.height(), window.minimumHeight())
    assert window.width() <= max(available.width(), window.minimumWidth())


def test_the_bar_says_where_to(window: Window) -> None:
    assert _texts(window.bar) == ["Disconnected", "Connect to staging-eu"]
    window.show_connection(sample_data.CONNECTED)
    assert _texts(window.bar) == ["Connected", "staging-eu ▸ shop", "10.244.0.0/16 · 10.96.0.0/12", "RTT 12 ms"]


def test_a_long_name_gives_way_in_a_narrow_window(window: Window) -> None:
    name = "arn:aws:eks:eu-central-1:123456789012:cluster/" + "very-long-name-" * 6
    window.show_connection(replace(sample_data.CONNECTED, context=name))
    window.resize(window.minimumSize())
    assert window.width() == window.minimumWidth()
    assert window.bar.switch.geometry().right() < window.width()
    assert f"{name} ▸ shop" in _texts(window.bar)


def test_the_switch_asks_and_waits(window: Window, qtbot: QtBot) -> None:
    switch = window.bar.switch
    with qtbot.waitSignal(window.connect_asked):
        QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert switch.position == 0.0
    window.show_connection(sample_data.CONNECTED)
    qtbot.waitUntil(lambda: switch.position == 1.0)
    with qtbot.waitSignal(window.disconnect_asked):
        QTest.mouseClick(switch, Qt.MouseButton.LeftButton)


def test_in_between_shows_its_step_and_can_be_called_off(window: Window, qtbot: QtBot) -> None:
    window.show_connection(sample_data.CONNECTING)
    qtbot.waitUntil(lambda: window.bar.switch.position == 0.5)
    assert f"{sample_data.CONNECTING.step} …" in _texts(window.bar)
    with qtbot.waitSignal(window.disconnect_asked):
        _button(window.bar, "Cancel").click()


def test_looking_into_another_context_offers_the_change(window: Window, qtbot: QtBot) -> None:
    window.show_connection(sample_data.CONNECTED)
    window.show_context("kind-dev")
    with qtbot.waitSignal(window.connect_asked):
        _button(window.bar, "Switch to kind-dev").click()


def test_a_problem_is_told_in_three_sentences_with_details_folded(window: Window, qtbot: QtBot) -> None:
    window.show_connection(sample_data.FAILED)
    problem = sample_data.FAILED.problem
    assert problem is not None
    assert _texts(window.problem) == [
        problem.what,
        problem.effect,
        problem.next_step.replace("`kubectl get ns`", "<code>kubectl get ns</code>"),
    ]
    assert "Errno" not in " ".join(_texts(window.problem))
    with qtbot.waitSignal(window.connect_asked):
        _button(window.problem, "Try again").click()
    _button(window.problem, "Dismiss").click()
    window.show_connection(replace(sample_data.FAILED, left=()))
    assert not window.problem.isVisible()
    window.show_connection(ConnectionView(Phase.DISCONNECTED))
    window.show_connection(sample_data.FAILED)
    assert window.problem.isVisible()


def test_what_is_left_on_the_machine_is_named(window: Window) -> None:
    window.show_connection(replace(sample_data.FAILED, left=("route 10.0.0.0/8",)))
    assert any("route 10.0.0.0/8" in text for text in _texts(window.problem))


def test_only_the_user_chooses(window: Window, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(window.sidebar.context_chosen), qtbot.assertNotEmitted(window.sidebar.namespace_chosen):
        window.show_context("kind-dev")
        window.show_namespace("payments")
        window.show_namespaces(("payments", "web"), "")
    contexts, namespaces = window.sidebar.findChildren(QListView)
    with qtbot.waitSignal(window.sidebar.context_chosen) as chosen:
        QTest.keyClick(contexts, Qt.Key.Key_Up)
    assert chosen.args == ["team-sandbox"]
    with qtbot.waitSignal(window.sidebar.namespace_chosen) as chosen:
        QTest.keyClick(namespaces, Qt.Key.Key_Home)
    assert chosen.args == [None]


@pytest.mark.parametrize(
    ("before", "after"),
    [((), ("a", "b")), (("a", "c"), ("a", "b", "c")), (("a", "b", "c"), ("b",)), (("b", "d"), ("a", "c", "e"))],
)
def test_namespaces_come_and_go(window: Window, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    for names in (before, after):
        window.show_namespaces(names, "")
    model = window.sidebar.findChildren(QListView)[1].model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["All namespaces", *after]


def test_every_control_has_a_name_for_a_screen_reader(window: Window) -> None:
    controls = [*window.findChildren(QAbstractButton), *window.findChildren(QListView)]
    nameless = [
        control
        for control in controls
        if control.focusPolicy() is not Qt.FocusPolicy.NoFocus
        and control.isVisible()
        and not (control.accessibleName() or (isinstance(control, QAbstractButton) and control.text()))
    ]
    assert not nameless


def test_tab_reaches_switch_search_lists_and_table(window: Window) -> None:
    start: QWidget = window.bar.switch
    reached = [start.accessibleName()]
    widget = start.nextInFocusChain()
    while widget is not None and widget is not start:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            reached.append(widget.accessibleName())
        widget = widget.nextInFocusChain()
    assert {"Connection", "More", "Contexts", "Namespaces", "Search workloads", "Workloads"} <= set(reached)


@pytest.mark.parametrize("state", ["connected", "connecting", "degraded", "failed", "disconnected"])
@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_every_state_can_be_drawn(theme: Theme, qtbot: QtBot, state: str, choice: ThemeChoice) -> None:
    put_on(theme, choice)
    window = filled_window(theme, state)
    qtbot.addWidget(window)
    window.show()
    assert not window.grab().toImage().isNull()


def test_the_dock_folds_and_remembers_its_height(window: Window) -> None:
    window.restore("", 220, True)
    assert window.dock_state() == (220, True)
    _button_named(window.dock, "Unfold traffic").click()
    assert window.dock_state()[1] is False


def _button_named(widget: QWidget, name: str) -> QAbstractButton:
    return next(button for button in widget.findChildren(QAbstractButton) if button.accessibleName() == name)


@pytest.mark.parametrize(("peak", "top"), [(0, 1e4), (9.5e6, 1e7), (1.3e6, 2e6), (5.9e6, 8e6), (9.9e6, 2e7)])
def test_the_scale_is_round(peak: float, top: float) -> None:
    assert scale_top(peak) == pytest.approx(top)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (rate(0), "0 B/s"),
        (rate(999), "999 B/s"),
        (rate(12_430_000), "12.4 MB/s"),
        (rate(2.2e11), "220 GB/s"),
        (age(119), "119s"),
        (age(3 * 3600), "3h"),
        (age(-5), "0s"),
        (round_trip(0.0121), "12 ms"),
        (round_trip(0.00042), "0.4 ms"),
        (subnets_line(("a", "b", "c")), "a · b +1"),
        (state_line(sample_data.CONNECTED), "Connected · staging-eu ▸ shop"),
        (state_line(ConnectionView(Phase.DISCONNECTED, "x")), "Disconnected"),
    ],
)
def test_wording(said: str, words: str) -> None:
    assert said == words
