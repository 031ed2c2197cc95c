"""What somebody meets who has never seen the window: nothing is silent, stale, or told twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.controllers.first_run_views import KubeconfigsView
from app.controllers.intercept_views import Health, InterceptRow
from app.controllers.views import ConnectionView, Phase, PortRow
from app.domain.intercepts import HeaderRule, HttpRule
from app.ui.connection.state_bar import StateBar
from app.ui.first_run.kubeconfig_list import KubeconfigList
from app.ui.inspector.inspector import Inspector
from app.ui.language import install_language
from app.ui.plans.plan_dialog import PlanDialog, Section
from app.ui.plans.quitting import quit_dialog
from app.ui.rules.rule_editor import RuleEditor
from app.ui.rules.wording import moment_text
from app.ui.theme import Theme
from app.ui.traffic.traffic_dock import FLOWS, REQUESTS, THROUGHPUT, TrafficDock
from app.ui.traffic.traffic_history import TrafficHistory
from app.ui.traffic.traffic_wording import took
from app.ui.window import Window
from app.ui.wording import STATE_WORDS
from tests.gui.sample_data import WORKLOADS
from tests.gui.test_tray import OFFSCREEN
from tests.gui.traffic_data import mesh

pytestmark = pytest.mark.qt_log_ignore(OFFSCREEN)
HOUR_S = 3600.0


def _texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]


def test_a_refusal_stays_told_when_the_dialog_is_gone(theme: Theme, qtbot: QtBot) -> None:
    kubeconfigs = KubeconfigList(theme)
    qtbot.addWidget(kubeconfigs)
    kubeconfigs.show()
    kubeconfigs.paste.click()
    kubeconfigs.show_view(KubeconfigsView(True, refused="it is not YAML"))
    assert "It was not taken: it is not YAML." in _texts(kubeconfigs.paste_dialog)
    kubeconfigs.paste_dialog.reject()
    assert "It was not taken: it is not YAML." in _texts(kubeconfigs)


def test_a_new_mesh_brings_its_requests_up(theme: Theme, qtbot: QtBot) -> None:
    dock = TrafficDock(theme, TrafficHistory())
    qtbot.addWidget(dock)
    dock.show_intercepts((mesh(mine=False, intercept_id="hers"),))
    assert dock.tabs.currentIndex() == THROUGHPUT
    dock.show_intercepts((mesh(intercept_id="one"),))
    assert dock.tabs.currentIndex() == REQUESTS
    dock.tabs.setCurrentIndex(THROUGHPUT)
    dock.show_intercepts((mesh(intercept_id="one", applied=2),))
    assert dock.tabs.currentIndex() == THROUGHPUT, "the user has looked at something else since"
    dock.tabs.setCurrentIndex(FLOWS)
    dock.show_intercepts((mesh(intercept_id="two"),))
    assert dock.tabs.currentIndex() == FLOWS


@pytest.mark.parametrize("can_hide", [True, False])
def test_quitting_tells_what_ends(theme: Theme, qtbot: QtBot, can_hide: bool) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = quit_dialog(theme, parent, (mesh(rule="x-user=me"),), can_hide=can_hide)
    dialog.open()
    texts = _texts(dialog)
    assert any(text.endswith("x-user=me") for text in texts)
    assert any("stays in the tray" in text for text in texts) == can_hide
    with qtbot.waitSignal(dialog.agreed):
        dialog.button.click()


def test_the_lines_of_a_change_are_shown_when_they_are_wanted(theme: Theme, qtbot: QtBot) -> None:
    dialog = PlanDialog(theme, None, "Mesh reviews", "Start mesh")
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.show_plan((Section("The workload", ("Its pod is replaced.",), diff=("+ one", "- two")),))
    diff = dialog.findChild(QPlainTextEdit)
    assert diff is not None
    (fold,) = (one for one in dialog.findChildren(QPushButton) if one.text() == "Show the change line by line")
    qtbot.waitUntil(fold.isVisible)
    assert not diff.isVisible()
    fold.click()
    assert diff.isVisible()


def test_a_short_plan_has_a_low_dialog(theme: Theme, qtbot: QtBot) -> None:
    dialog = PlanDialog(theme, None, "Proxy reviews", "Start proxy")
    qtbot.addWidget(dialog)
    dialog.show()
    sentence = "The workload's own containers get none of it, and their probes are answered as before."
    dialog.show_plan(tuple(Section(f"Heading {number}", (sentence, sentence)) for number in range(3)))
    qtbot.waitUntil(lambda: dialog.height() > 300)
    assert dialog.height() < 440, "lines that wrap must not be counted twice"


def test_while_it_reconnects_nobody_is_told_to_connect(theme: Theme, qtbot: QtBot) -> None:
    inspector = Inspector(theme, me="dev", own_id="me")
    qtbot.addWidget(inspector)
    inspector.show()
    row = WORKLOADS[0]
    up = ConnectionView(Phase.CONNECTED, "staging-eu", row.namespace)
    inspector.show_context("staging-eu")
    inspector.show_connection(up)
    inspector.show_selection((row,))

    def offers() -> list[str]:
        buttons = inspector.findChildren(QPushButton)
        return [one.text() for one in buttons if one.isVisibleTo(inspector) and one.text().startswith("Connect")]

    inspector.show_connection(replace(up, phase=Phase.RECONNECTING))
    assert offers() == []
    inspector.show_connection(ConnectionView(Phase.DISCONNECTED))
    assert offers() == ["Connect to staging-eu"]


def test_a_rule_that_was_used_before_can_be_started_at_once(theme: Theme, qtbot: QtBot) -> None:
    inspector = Inspector(theme, me="dev", own_id="me")
    qtbot.addWidget(inspector)
    inspector.show()
    row = replace(WORKLOADS[0], ports=(PortRow(8080, "http"),))
    rule = HttpRule((HeaderRule("x-user", value="alice"),))
    inspector.show_context("staging-eu")
    inspector.show_connection(ConnectionView(Phase.CONNECTED, "staging-eu", row.namespace))
    inspector.show_selection((row,))
    assert not inspector.page.mesh.switch.isEnabled()
    inspector.show_saved(row.key, (rule,), None, None)
    assert inspector.page.rule.rule() == rule
    assert inspector.page.mesh.switch.isEnabled()
    assert inspector.page.mesh.line == "Brings only the requests that match the rule below."


def test_without_a_cluster_the_bar_says_so(theme: Theme, qtbot: QtBot) -> None:
    menu = QMenu()
    bar = StateBar(theme, TrafficHistory(), menu)
    qtbot.addWidget(bar)
    qtbot.addWidget(menu)
    bar.show_view(ConnectionView(Phase.DISCONNECTED))
    assert "No cluster chosen yet" in _texts(bar)
    bar.show_chosen("staging-eu")
    assert "Connect to staging-eu" in _texts(bar)


def test_own_intercepts_have_their_modes_mark_and_colour(theme: Theme, qtbot: QtBot) -> None:
    menu = QMenu()
    bar = StateBar(theme, TrafficHistory(), menu)
    qtbot.addWidget(bar)
    qtbot.addWidget(menu)
    proxy, rule = (
        InterceptRow("a", ("Deployment", "shop", "cart"), mode, "", (), False, "me", True, 1.0, Health.ACTIVE)
        for mode in ("proxy", "mesh")
    )
    for intercepts, text, colour in (
        ((proxy,), "■ 1 intercept", "proxy"),
        ((rule,), "◆ 1 intercept", "mesh"),
        ((proxy, rule), "◆ 2 intercepts", "mesh"),
    ):
        bar.show_view(ConnectionView(Phase.CONNECTED, "staging-eu", intercepts=intercepts))
        (label,) = (one for one in bar.findChildren(QLabel) if one.text() == text)
        label.ensurePolished()
        assert label.palette().windowText().color() == theme.colour(colour)


def test_the_state_is_said_in_the_users_language(theme: Theme, qtbot: QtBot, qapp: QApplication) -> None:
    assert install_language(qapp, "zh_CN") == "zh_CN"
    try:
        menu = QMenu()
        bar = StateBar(theme, TrafficHistory(), menu)
        qtbot.addWidget(bar)
        qtbot.addWidget(menu)
        for phase in Phase:
            bar.show_view(ConnectionView(phase))
            assert STATE_WORDS[phase] not in _texts(bar)
    finally:
        install_language(qapp, "en")


def test_an_empty_rule_is_not_told_twice(theme: Theme, qtbot: QtBot) -> None:
    editor = RuleEditor(theme, me="dev")
    qtbot.addWidget(editor)
    editor.show_rule(HttpRule((HeaderRule("x-user", value="dev"),)))
    editor.show_rule(None)
    assert editor.problems()
    assert not [text for text in _texts(editor) if text in editor.problems()]


def test_the_inspector_has_the_whole_height(theme: Theme, qtbot: QtBot) -> None:
    window = Window(theme)
    qtbot.addWidget(window)
    window.resize(1440, 900)
    window.show()
    assert window.inspector.height() > window.workloads.height() + window.dock.height() - 8


def test_times_of_day_and_short_durations_read_the_same_everywhere() -> None:
    assert len(moment_text(20 * HOUR_S, 20 * HOUR_S + 60)) == len("20:26")
    assert took(0.0) == "< 1 ms"
    assert took(0.001) == "1.0 ms"
