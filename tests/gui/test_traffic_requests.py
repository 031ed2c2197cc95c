from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.request_filter import parse_filter
from app.domain.requests import HIDDEN
from app.ui.theme import Theme
from app.ui.traffic.dock_note import DockNote
from app.ui.traffic.request_details import curl_line
from app.ui.traffic.request_model import Column, RequestModel
from app.ui.traffic.requests_tab import RequestsTab
from tests.gui.test_tray import OFFSCREEN
from tests.gui.traffic_data import REVIEWS, laptop_row, mesh, request_row

pytestmark = pytest.mark.qt_log_ignore(OFFSCREEN)


def _paths(model: RequestModel) -> list[str]:
    return [row.path for row in model.shown]


def test_the_oldest_go_when_there_are_too_many(qtbot: QtBot) -> None:
    model = RequestModel(limit=3)
    dropped: list[int] = []
    model.about_to_drop.connect(dropped.append)
    model.add(tuple(request_row(number) for number in range(2)))
    assert not model.has_dropped
    model.add(tuple(request_row(number) for number in range(2, 4)))
    assert _paths(model) == ["/api/1", "/api/2", "/api/3"]
    assert (model.total, model.rowCount(), dropped, model.has_dropped) == (3, 3, [1], True)
    model.add(tuple(request_row(number) for number in range(10, 20)))
    assert _paths(model) == ["/api/17", "/api/18", "/api/19"]


def test_a_filter_holds_for_what_is_there_and_for_what_comes(qtbot: QtBot) -> None:
    model = RequestModel(limit=4)
    model.add((request_row(0, status=500), request_row(1)))
    model.set_filter(parse_filter("status:5xx"))
    assert _paths(model) == ["/api/0"]
    model.add((request_row(2), request_row(3, status=502), request_row(4), request_row(5, status=503)))
    assert _paths(model) == ["/api/3", "/api/5"]
    model.set_filter(parse_filter(""))
    assert _paths(model) == ["/api/2", "/api/3", "/api/4", "/api/5"]
    model.clear()
    assert (model.rowCount(), model.total) == (0, 0)


def test_a_long_run_keeps_its_order(qtbot: QtBot) -> None:
    model = RequestModel(limit=50)
    for first in range(0, 12_000, 40):
        model.add(tuple(request_row(number) for number in range(first, first + 40)))
    assert _paths(model) == [f"/api/{number}" for number in range(11_950, 12_000)]


def test_what_stands_in_a_row(qtbot: QtBot) -> None:
    model = RequestModel()
    model.add(
        (laptop_row(1), request_row(2, status=0), laptop_row(3, mine=False, owner=""), request_row(4, grpc_status=5))
    )
    texts = [[str(model.index(row, column).data()) for column in Column] for row in range(4)]
    assert texts[0][1:4] == ["GET", "/api/1", "200"]
    assert texts[0][5:] == ["laptop", "you", "reviews-1"]
    assert texts[1][3:7] == ["–", "12 ms", "cluster", ""]
    assert texts[2][6] == "not known"
    assert texts[3][3] == "200/5"
    assert model.cell(1, Column.STATUS).glyph, "a failure has a shape, not only a colour"
    assert model.cell(0, Column.VERDICT).glyph != model.cell(1, Column.VERDICT).glyph
    assert model.index(0, Column.PATH).data(Qt.ItemDataRole.ToolTipRole) == "/api/1"
    assert model.index(0, Column.RULE).data(Qt.ItemDataRole.ToolTipRole) == "x-user = alice"


@pytest.fixture
def tab(theme: Theme, qtbot: QtBot) -> RequestsTab:
    tab = RequestsTab(theme)
    qtbot.addWidget(tab)
    tab.resize(1000, 300)
    tab.show()
    tab.show_connected(True)
    tab.show_watched((REVIEWS,))
    return tab


def _texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def _chip(tab: RequestsTab, text: str) -> QPushButton:
    return next(button for button in tab.findChildren(QPushButton) if button.text().startswith(text))


def _note(tab: RequestsTab) -> str:
    return tab.findChildren(DockNote)[0].text


def _is_following(tab: RequestsTab) -> bool:
    return tab.list.is_following


def test_why_it_is_empty_is_told(tab: RequestsTab) -> None:
    assert "deploy/reviews" in _note(tab)
    tab.show_watched(())
    assert "Mesh" in _note(tab)
    tab.show_connected(False)
    assert "connected" in _note(tab)
    tab.show_watched((REVIEWS, REVIEWS, REVIEWS))
    tab.show_connected(True)
    assert "1 more" in _note(tab)


def test_filter_and_chips(tab: RequestsTab, qtbot: QtBot) -> None:
    tab.add((laptop_row(1), request_row(2), request_row(3, status=503)), 0)
    tab.filter.setText("api")
    qtbot.waitUntil(lambda: "3" in _texts(tab))
    _chip(tab, "To laptop").click()
    assert [row.path for row in tab.shown] == ["/api/1"]
    _chip(tab, "To cluster").click()
    assert [row.path for row in tab.shown] == ["/api/2", "/api/3"]
    _chip(tab, "Failed").click()
    assert [row.path for row in tab.shown] == ["/api/3"]
    assert "1 of 3" in _texts(tab)
    tab.filter.setText("nothing status:what")
    QTest.keyClick(tab.filter, Qt.Key.Key_Return)
    assert tab.shown == ()
    assert "status:what" in _texts(tab)
    tab.clear_filter()
    assert len(tab.shown) == 3


def test_what_was_not_told_is_told(tab: RequestsTab) -> None:
    tab.add((request_row(1),), 1240)
    assert "a sample: 1,240 more" in _texts(tab)
    tab.add(tuple(request_row(number) for number in range(10_000)), 0)
    assert "older ones are dropped" in _texts(tab)


def test_pausing_loses_nothing(tab: RequestsTab) -> None:
    tab.add((request_row(1),), 0)
    tab.set_paused(True)
    tab.add((request_row(2),), 0)
    tab.add((request_row(3),), 0)
    assert len(tab.shown) == 1
    assert "2 waiting" in _texts(tab)
    tab.set_paused(False)
    assert [row.path for row in tab.shown] == ["/api/1", "/api/2", "/api/3"]


def test_the_newest_stays_in_sight_until_the_user_looks_back(tab: RequestsTab, qtbot: QtBot) -> None:
    tab.add(tuple(request_row(number) for number in range(200)), 0)
    bar = tab.list.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    tab.add(tuple(request_row(number) for number in range(200, 300)), 0)
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() and tab.list.is_following)
    bar.setValue(28 * 50)
    assert not _is_following(tab)
    tab.add(tuple(request_row(number) for number in range(300, 400)), 0)
    assert bar.value() == 28 * 50
    newest = _chip(tab, "Newest")
    assert "100 more" in newest.text()
    newest.click()
    assert _is_following(tab)
    assert bar.value() == bar.maximum()
    assert not newest.isVisibleTo(tab)


def test_what_is_looked_at_stays_where_it_is_when_older_ones_go(tab: RequestsTab, qtbot: QtBot) -> None:
    tab.add(tuple(request_row(number) for number in range(10_000)), 0)
    bar = tab.list.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 0)
    bar.setValue(28 * 5000)
    top = tab.model.request(tab.list.rowAt(1)).path
    tab.add(tuple(request_row(number) for number in range(10_000, 10_250)), 0)
    assert tab.model.request(tab.list.rowAt(1)).path == top


def test_details_stay_when_their_request_is_dropped(tab: RequestsTab) -> None:
    tab.add(tuple(request_row(number) for number in range(10_000)), 0)
    tab.list.setFocus()
    tab.list.selectRow(5)
    tab.add(tuple(request_row(number) for number in range(10_000, 10_250)), 0)
    assert tab.details.request == request_row(5)
    assert tab.details.isVisible()
    assert not tab.list.selectionModel().hasSelection()


def test_details_and_replay(tab: RequestsTab) -> None:
    headers = (("x-user", "<alice>"), ("authorization", HIDDEN))
    tab.add((laptop_row(1, headers=headers), request_row(2)), 0)
    asked: list[tuple[object, int]] = []
    tab.replay_asked.connect(lambda request, port: asked.append((request, port)))
    tab.list.selectRow(0)
    assert tab.details.isVisible()
    text = tab.details.text
    for words in ("GET /api/1", "x-user", "<alice>", "(hidden)", "your laptop", "x-user = alice", "reviews:9080"):
        assert words in text
    send = _chip(tab, "Send to my laptop")
    assert not send.isEnabled()
    assert "no intercept" in send.toolTip()
    assert send.accessibleDescription() == send.toolTip()
    tab.show_intercepts((mesh(),))
    assert send.isEnabled()
    send.click()
    assert asked == [(laptop_row(1, headers=headers), 8080)]
    assert not tab.list.is_following
    tab.list.selectRow(1)
    assert "No headers" in tab.details.text
    tab.details.closed.emit()
    assert not tab.details.isVisible()


def test_a_line_for_the_shell() -> None:
    row = request_row(1, path="/a?b=$(id)'", headers=(("x-user", "a b"), ("cookie", HIDDEN), ("content-length", "3")))
    assert curl_line(row) == """curl -i -X GET -H 'x-user: a b' 'http://reviews:9080/a?b=$(id)'"'"''"""


def test_copied_as_curl(tab: RequestsTab) -> None:
    tab.add((request_row(1),), 0)
    tab.list.selectRow(0)
    _chip(tab, "Copy as curl").click()
    assert QGuiApplication.clipboard().text() == "curl -i -X GET http://reviews:9080/api/1"


def test_the_keyboard_goes_through_the_list_and_back(tab: RequestsTab, qtbot: QtBot) -> None:
    tab.add((request_row(1), request_row(2)), 0)
    tab.list.setFocus()
    QTest.keyClick(tab.list, Qt.Key.Key_Down)
    assert tab.details.isVisible()
    tab.details.closed.emit()
    assert not tab.details.isVisible()


def test_narrow_lists_leave_out_columns(tab: RequestsTab) -> None:
    tab.add((request_row(1),), 0)
    tab.list.resize(900, 200)
    assert not tab.list.isColumnHidden(Column.POD)
    tab.list.resize(600, 200)
    assert tab.list.isColumnHidden(Column.POD)
    assert not tab.list.isColumnHidden(Column.VERDICT)
    for width in (520, 440, 330, 235):
        tab.list.resize(width, 200)
        QCoreApplication.processEvents()
        shown = sum(tab.list.columnWidth(column) for column in Column if not tab.list.isColumnHidden(column))
        assert shown <= tab.list.viewport().width(), f"it would have to be scrolled sideways at {width} px"
    assert not tab.list.isColumnHidden(Column.PATH)
