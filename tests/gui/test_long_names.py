"""Names as long as clusters and clouds make them: nothing is pushed out of sight by them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from app.controllers.intercept_views import Health, InterceptRow
from app.controllers.views import ConnectionView, Phase, WorkloadRow
from app.ui.connection.state_bar import StateBar
from app.ui.inspector.inspector import Inspector
from app.ui.theme import Theme
from app.ui.traffic.traffic_history import TrafficHistory
from app.ui.widgets.breakable import LONGEST, breakable
from app.ui.widgets.elided_button import ElidedButton
from app.ui.widgets.note_line import NoteLine, Tone
from tests.gui.test_tray import OFFSCREEN

pytestmark = pytest.mark.qt_log_ignore(OFFSCREEN)

ARN = "arn:aws:eks:eu-central-1:123456789012:cluster/production-payments-eu-central-1"
NAME = "x" * 63
ROW = WorkloadRow("Deployment", NAME, NAME, 1, 1, 0.0)
UP = ConnectionView(Phase.CONNECTED, ARN, NAME)
MINE = InterceptRow(
    *("a", ROW.key, "mesh", "x-user-of-the-team=" + "alice" * 20, (), False, "me", True, 1.0, Health.ACTIVE)
)
THEIRS = replace(MINE, intercept_id="b", mine=False, owner="bob.with.a.long.account@payments.example.com")


@pytest.mark.parametrize(
    ("view", "intercepts", "forbidden"),
    [
        (ConnectionView(Phase.DISCONNECTED), (), ""),
        (UP, (MINE, THEIRS), ""),
        (UP, (replace(MINE, trouble=f"Envoy does not take {NAME}"),), ""),
        (UP, (), f"You may not patch deployments in {NAME}."),
        (replace(UP, context="another"), (), ""),
    ],
)
def test_the_inspector_is_not_wider_than_its_place(
    theme: Theme, qtbot: QtBot, view: ConnectionView, intercepts: tuple[InterceptRow, ...], forbidden: str
) -> None:
    inspector = Inspector(theme, me="alice", own_id="a11ce0000001")
    qtbot.addWidget(inspector)
    inspector.resize(inspector.width(), 700)
    inspector.show()
    inspector.show_context(ARN)
    inspector.show_connection(view)
    inspector.show_rights(forbidden)
    inspector.show_intercepts(intercepts)
    inspector.show_selection((ROW,))
    QApplication.processEvents()
    QApplication.processEvents()
    (area,) = (one for one in inspector.findChildren(QScrollArea) if one.isAncestorOf(inspector.page))
    assert inspector.page.minimumSizeHint().width() <= area.viewport().width()
    assert inspector.page.width() <= area.viewport().width()


@pytest.mark.parametrize("view", [ConnectionView(Phase.DISCONNECTED), replace(UP, context="another")])
def test_the_bar_fits_into_the_smallest_window(theme: Theme, qtbot: QtBot, view: ConnectionView) -> None:
    menu = QMenu()
    bar = StateBar(theme, TrafficHistory(), menu)
    qtbot.addWidget(bar)
    qtbot.addWidget(menu)
    bar.show_chosen(ARN)
    bar.show_view(replace(view, subnets=("10.244.0.0/16", "10.96.0.0/12", "fd00::/64"), intercepts=(MINE,), rtt_s=0.1))
    assert bar.minimumSizeHint().width() <= 860


def test_a_button_says_what_it_leaves_out(qtbot: QtBot) -> None:
    button = ElidedButton()
    qtbot.addWidget(button)
    button.setText(f"Connect to {ARN}")
    whole = QPushButton(button.text())
    qtbot.addWidget(whole)
    assert button.sizeHint() == whole.sizeHint()
    button.resize(200, 30)
    button.show()
    button.grab()
    assert button.minimumSizeHint().width() <= 200
    assert button.toolTip() == f"Connect to {ARN}"
    button.resize(whole.sizeHint().width() + 20, 30)
    button.grab()
    assert button.toolTip() == ""


@pytest.mark.parametrize(
    "text", ["", "reviews", "a few short words", f"a {ARN} b", NAME, f"{NAME} {NAME}", "bob@" * 20]
)
def test_long_words_may_break(text: str) -> None:
    shown = breakable(text)
    assert shown.replace("\u200b", "") == text
    assert max((len(part) for part in shown.replace("\u200b", " ").split()), default=0) <= LONGEST
    if all(len(word) <= LONGEST for word in text.split()):
        assert shown == text


def test_a_note_is_as_high_as_what_it_says_now(theme: Theme, qtbot: QtBot) -> None:
    note, fresh = NoteLine(theme), NoteLine(theme)
    for one in (note, fresh):
        qtbot.addWidget(one)
        one.resize(200, 20)
        one.tell(Tone.FINE, "Short.")
        one.show()
    QApplication.processEvents()
    note.tell(Tone.FAULT, "This one is longer, and needs some more lines than there are for it.")
    QApplication.processEvents()
    assert note.minimumSizeHint().height() > fresh.minimumSizeHint().height()
    note.tell(Tone.FINE, "Short.")
    QApplication.processEvents()
    assert note.minimumSizeHint() == fresh.minimumSizeHint()
