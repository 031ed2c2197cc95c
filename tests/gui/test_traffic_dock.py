from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QTabBar, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.cli.output import Format
from app.cli.traffic import batch_lines
from app.controllers.scope import Scope
from app.controllers.traffic import request_rows
from app.controllers.traffic_export import ExportController, json_line, write_export
from app.controllers.traffic_views import ExportFormat, ExportOutcome, NamesNote, ReplayAnswer, ReplayWish
from app.controllers.views import ConnectionView, Phase, TrafficSample
from app.domain.flow_names import Place, PlaceKind
from app.domain.requests import HIDDEN
from app.session import intercept_messages as im
from app.ui.theme import Theme
from app.ui.traffic.dock_note import DockNote
from app.ui.traffic.flow_model import Column, FlowModel
from app.ui.traffic.replay_dialog import ReplayDialog
from app.ui.traffic.throughput_graph import ThroughputGraph
from app.ui.traffic.traffic_dock import FLOWS, REQUESTS, THROUGHPUT, TrafficDock
from app.ui.traffic.traffic_history import HISTORY_S, TrafficHistory
from helper.protocol.intercepts import HIDDEN_VALUE, RequestBatch, RequestRecord, Verdict, Workload
from tests.gui.accessible import focus_order, nameless, out_of_order
from tests.gui.test_controllers import Heard
from tests.gui.test_tray import OFFSCREEN
from tests.gui.traffic_data import REVIEWS, RULE, flow_row, laptop_row, mesh, request_row

pytestmark = pytest.mark.qt_log_ignore(OFFSCREEN)
UP = ConnectionView(Phase.CONNECTED, "staging-eu", "shop")


@pytest.fixture
def history() -> TrafficHistory:
    return TrafficHistory()


@pytest.fixture
def dock(theme: Theme, qtbot: QtBot, history: TrafficHistory) -> TrafficDock:
    dock = TrafficDock(theme, history)
    qtbot.addWidget(dock)
    dock.resize(1000, 300)
    dock.show()
    dock.show_view(UP)
    return dock


def _button(dock: TrafficDock, name: str) -> QToolButton:
    return next(button for button in dock.findChildren(QToolButton) if button.accessibleName() == name)


def _texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def _fill(history: TrafficHistory, seconds: int) -> None:
    for second in range(seconds):
        history.add(TrafficSample(float(second), second * 10.0, second * 1000.0))


def test_five_minutes_are_kept(history: TrafficHistory) -> None:
    _fill(history, HISTORY_S + 50)
    assert len(history.samples) == HISTORY_S == 300
    assert history.samples[0].time == 50.0
    assert history.peak == 349_000.0


def test_a_second_is_read_off_by_mouse_and_keys(theme: Theme, qtbot: QtBot, history: TrafficHistory) -> None:
    graph = ThroughputGraph(theme, history, clock=lambda: 1_800_000_000.0)
    qtbot.addWidget(graph)
    graph.resize(600, 200)
    graph.show()
    _fill(history, 100)
    graph.refresh()
    assert graph.reading == ""
    QTest.keyClick(graph, Qt.Key.Key_Left)
    assert "↓ 99.0 kB/s" in graph.reading
    QTest.keyClick(graph, Qt.Key.Key_Left)
    assert "↓ 98.0 kB/s" in graph.reading
    assert "↑ 980 B/s" in graph.reading
    assert graph.accessibleDescription() == graph.reading
    QTest.keyClick(graph, Qt.Key.Key_Home)
    assert "↓ 0 B/s" in graph.reading
    QTest.keyClick(graph, Qt.Key.Key_Right)
    assert "↓ 1.0 kB/s" in graph.reading
    QTest.keyClick(graph, Qt.Key.Key_Escape)
    assert graph.reading == ""
    QTest.mouseMove(graph, QPoint(570, 60))
    qtbot.waitUntil(lambda: "kB/s" in graph.reading)
    QTest.mouseMove(graph, QPoint(90, 60))
    qtbot.waitUntil(lambda: graph.reading == "", timeout=2000)
    graph.grab()


def test_pausing_freezes_the_graph(dock: TrafficDock, history: TrafficHistory, qtbot: QtBot) -> None:
    _fill(history, 10)
    dock.show_sample(history.samples[-1])
    _button(dock, "Pause").click()
    assert dock.is_paused
    history.add(TrafficSample(10.0, 0.0, 77_000.0))
    dock.show_sample(history.samples[-1])
    QTest.keyClick(dock.graph, Qt.Key.Key_End)
    assert "↓ 9.0 kB/s" in dock.graph.reading
    assert "77.0 kB/s" in _texts(dock), "the figures in the head go on"
    _button(dock, "Go on").click()
    assert "↓ 77.0 kB/s" in dock.graph.reading


def test_an_ended_connection_is_not_frozen(dock: TrafficDock, history: TrafficHistory) -> None:
    _fill(history, 10)
    dock.show_sample(history.samples[-1])
    dock.set_paused(True)
    history.clear()
    dock.show_sample(None)
    assert dock.graph.reading == ""


def test_the_rates_give_way_to_the_tabs(dock: TrafficDock, history: TrafficHistory) -> None:
    _fill(history, 2)
    dock.show_sample(history.samples[-1])
    dock.tabs.setCurrentIndex(REQUESTS)
    assert "↓ 1.0 kB/s" in _texts(dock)
    for width, has_rates in ((520, False), (1000, True)):
        dock.resize(width, 300)
        QCoreApplication.processEvents()
        QCoreApplication.processEvents()
        assert dock.width() == width, "as wide as the smallest window leaves it beside the inspector"
        last = dock.tabs.tabRect(REQUESTS)
        assert dock.tabs.tabRect(THROUGHPUT).left() >= 0
        assert last.right() <= dock.tabs.width(), f"the tabs are cut off at {width} px"
        assert ("↓ 1.0 kB/s" in _texts(dock)) == has_rates, f"at {width} px"
    dock.show_view(ConnectionView())
    assert "kB/s" not in _texts(dock)


def test_each_tab_has_what_applies_to_it(dock: TrafficDock) -> None:
    assert not _button(dock, "Filter").isVisibleTo(dock)
    assert not _button(dock, "Export").isVisibleTo(dock)
    dock.tabs.setCurrentIndex(FLOWS)
    assert _button(dock, "Filter").isVisibleTo(dock)
    assert not _button(dock, "Export").isVisibleTo(dock)
    dock.tabs.setCurrentIndex(REQUESTS)
    export = _button(dock, "Export")
    assert not export.isEnabled()
    assert "no request" in export.accessibleDescription()
    dock.add_requests((request_row(1),), 0)
    assert export.isEnabled()


@pytest.mark.parametrize("tab", [THROUGHPUT, FLOWS, REQUESTS])
def test_everything_says_what_it_is_and_can_be_reached_by_keys(dock: TrafficDock, tab: int) -> None:
    dock.tabs.setCurrentIndex(tab)
    dock.show_flows((flow_row(),))
    dock.add_requests((laptop_row(1, headers=(("x-user", "alice"),)),), 0)
    dock.requests.list.selectRow(0)
    dock.requests.filter.setText("api")
    assert nameless(dock) == []
    page = (dock.graph, dock.flows, dock.requests)[tab]
    chain = (page,) if isinstance(page, ThroughputGraph) else page.tab_chain
    order = (dock.tabs, _button(dock, "Filter"), _button(dock, "Pause"), *chain)
    assert out_of_order(dock, order) == []
    assert set(chain) & set(focus_order(dock))


def test_requests_of_another_cluster_are_not_mixed_in(dock: TrafficDock) -> None:
    dock.add_requests((request_row(1),), 5)
    dock.show_view(ConnectionView(Phase.DISCONNECTED))
    dock.show_view(UP)
    assert len(dock.requests.shown) == 1, "the same cluster again"
    dock.show_view(ConnectionView(Phase.CONNECTED, "staging-us", "shop"))
    assert dock.requests.model.total == 0


def test_folding(dock: TrafficDock, qtbot: QtBot) -> None:
    heard: list[bool] = []
    dock.folded.connect(heard.append)
    _button(dock, "Fold traffic").click()
    assert dock.is_folded
    tabs = dock.findChildren(QTabBar)[0]
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(REQUESTS).center())
    assert heard == [True, False]
    assert dock.tabs.currentIndex() == REQUESTS


def test_the_filter_button_leads_to_the_filter(dock: TrafficDock) -> None:
    dock.tabs.setCurrentIndex(REQUESTS)
    dock.set_folded(True)
    _button(dock, "Filter").click()
    assert not dock.is_folded
    assert dock.requests.filter.hasFocus() or dock.requests.focusWidget() is dock.requests.filter


def test_flows_are_sorted_filtered_and_paused(dock: TrafficDock) -> None:
    dock.tabs.setCurrentIndex(FLOWS)
    assert "Nothing goes through" in dock.flows.findChildren(DockNote)[0].text
    dock.show_flows((flow_row("productpage", 9e6), flow_row("db", 10.0)))
    assert "2 flows" in _texts(dock)
    model = dock.flows.model
    dock.flows.table.sortByColumn(Column.NAME, Qt.SortOrder.AscendingOrder)
    assert [model.flow(row).place.name for row in range(2)] == ["db", "productpage"]
    dock.flows.table.sortByColumn(-1, Qt.SortOrder.DescendingOrder)
    assert model.flow(0).place.name == "productpage"
    dock.set_paused(True)
    dock.show_flows((flow_row("cart"),))
    assert model.rowCount() == 2
    dock.set_paused(False)
    assert model.rowCount() == 1
    dock.flows.focus_filter()
    model.search("nowhere")
    dock.show_flows((flow_row("cart"),))
    assert "filter" in dock.flows.findChildren(DockNote)[0].text
    dock.show_names_note(NamesNote.FORBIDDEN)
    assert "may not list" in "".join(label.text() for label in dock.flows.findChildren(QLabel))


def test_a_selected_flow_stays_selected(qtbot: QtBot, dock: TrafficDock) -> None:
    dock.show_flows((flow_row("productpage", 9e6), flow_row("db", 10.0), flow_row("cart", 5.0)))
    dock.flows.table.selectRow(1)
    dock.show_flows((flow_row("db", 8e6), flow_row("reviews", 7e6), flow_row("productpage", 10.0)))
    (selected,) = dock.flows.table.selectionModel().selectedRows()
    assert dock.flows.model.flow(selected.row()).place.name == "db"
    assert selected.row() == 0


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place(PlaceKind.SERVICE, "reviews", "shop"), "reviews shop"),
        (Place(PlaceKind.POD, "reviews-1", "shop"), "reviews-1 shop · pod"),
        (Place(PlaceKind.INTERCEPT, "reviews", "shop"), "reviews shop · to your laptop"),
        (Place(PlaceKind.ADDRESS, "10.0.0.1"), "10.0.0.1"),
    ],
)
def test_how_flows_are_called(qtbot: QtBot, place: Place, text: str) -> None:
    model = FlowModel()
    model.show_rows((flow_row(place=place, port=0),))
    assert model.index(0, Column.NAME).data(Qt.ItemDataRole.AccessibleTextRole) == text
    assert model.index(0, Column.PORT).data() == "–"
    assert "connection" in model.index(0, Column.NAME).data(Qt.ItemDataRole.ToolTipRole)


def test_a_replay_from_the_dock(dock: TrafficDock) -> None:
    dock.tabs.setCurrentIndex(REQUESTS)
    dock.show_intercepts((mesh(),))
    dock.add_requests((laptop_row(1),), 0)
    dock.requests.list.selectRow(0)
    wishes: list[ReplayWish] = []
    dock.replay_asked.connect(wishes.append)
    dock.requests.replay_asked.emit(laptop_row(1), 8080)
    (dialog,) = dock.findChildren(ReplayDialog)
    dialog.findChildren(QWidget)
    dialog._act()
    assert [(wish.port, wish.path) for wish in wishes] == [(8080, "/api/1")]
    dock.show_replay(ReplayAnswer(wishes[0], 200, "OK", 0.01))
    assert "200 OK" in _texts(dialog)
    dialog.reject()
    dock.show_replay(ReplayAnswer(wishes[0], 200, "OK", 0.01))


def test_an_export_asks_where_without_waiting(dock: TrafficDock, tmp_path: Path) -> None:
    dock.tabs.setCurrentIndex(REQUESTS)
    dock.add_requests((request_row(1), request_row(2, status=500)), 0)
    asked: list[tuple[str, ExportFormat, int]] = []
    dock.export_asked.connect(lambda path, kind, rows: asked.append((path, kind, len(rows))))
    for action in _button(dock, "Export").menu().actions():
        action.trigger()
        (dialog,) = dock.findChildren(QFileDialog)
        dialog.fileSelected.emit(str(tmp_path / "x"))
        dialog.setParent(None)
        dialog.deleteLater()
        QCoreApplication.processEvents()
    path = str(tmp_path / "x")
    assert asked == [(path, ExportFormat.HAR, 2), (path, ExportFormat.JSON_LINES, 2)]
    dock.show_export(ExportOutcome(path, 2))
    assert "2 requests exported" in _texts(dock)
    dock.show_export(ExportOutcome(path, problem="No space left on device"))
    assert "No space left" in _texts(dock)


def test_what_was_exported_takes_the_place_of_the_rates_for_a_while(
    dock: TrafficDock, history: TrafficHistory, qtbot: QtBot
) -> None:
    _fill(history, 2)
    dock.show_sample(history.samples[-1])
    dock.tabs.setCurrentIndex(REQUESTS)
    (timer,) = dock.findChildren(QTimer, options=Qt.FindChildOption.FindDirectChildrenOnly)
    timer.setInterval(1)
    dock.show_export(ExportOutcome("/x", 2))
    assert "2 requests exported" in _texts(dock)
    assert "kB/s" not in _texts(dock)
    dock.tabs.setCurrentIndex(FLOWS)
    assert "kB/s" in _texts(dock)
    dock.tabs.setCurrentIndex(REQUESTS)
    qtbot.waitUntil(lambda: "exported" not in _texts(dock) and "kB/s" in _texts(dock))
    dock.show_export(ExportOutcome("/x", problem="No space left on device"))
    qtbot.wait(20)
    assert "No space left" in _texts(dock), "what went wrong stays"


def test_json_lines_are_those_of_the_command_line(tmp_path: Path) -> None:
    records = (
        RequestRecord(1.5, "GET", "/a", "h", "HTTP/1.1", 200, 0.01, Verdict.CLUSTER),
        RequestRecord(2.5, "POST", "/b", "h", "HTTP/2", 200, 0.01, Verdict.LAPTOP, 9080, 0, RULE, (("a", "b"),)),
        RequestRecord(3.5, "POST", "/c", "h", "HTTP/2", 0, 0.01, Verdict.LAPTOP, 9080, 7, "b" * 12),
    )
    batch = RequestBatch(Workload(*REVIEWS), "reviews-1", 3, records)
    info = im.InterceptInfo(
        *(RULE, "deployment/reviews", "shop", "mesh", "x-user = alice", ("9080:8080",), False, "alice", True, 0.0),
        im.InterceptHealth.ACTIVE,
    )
    rows = tuple(request_rows(batch, REVIEWS, {RULE: mesh()}))
    path = tmp_path / "out.jsonl"
    write_export(path, ExportFormat.JSON_LINES, rows)
    assert path.read_text().splitlines() == list(batch_lines(batch, {RULE: info}, Format.JSON))
    assert path.stat().st_mode & 0o077 == 0
    assert json_line(rows[0])["rule"] is None


def test_a_har_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.har"
    write_export(path, ExportFormat.HAR, (request_row(1), request_row(2)))
    assert len(msgspec.json.decode(path.read_bytes())["log"]["entries"]) == 2
    with pytest.raises(AttributeError):
        write_export(path, ExportFormat.HAR, (None,))  # type: ignore[arg-type]
    assert [one.name for one in tmp_path.iterdir()] == ["out.har"]


async def test_an_export_is_told(qapp: QCoreApplication, tmp_path: Path) -> None:
    async with Scope(lambda error: pytest.fail(str(error))) as scope:
        export = ExportController(scope)
        exported = Heard(export.exported)
        export.export(str(tmp_path / "a.har"), ExportFormat.HAR, (request_row(1),))
        assert await exported.next() == ExportOutcome(str(tmp_path / "a.har"), 1)
        export.export(str(tmp_path / "none" / "a.har"), ExportFormat.HAR, (request_row(1),))
        assert (await exported.next()).problem == "No such file or directory"


def test_secrets_are_hidden_by_the_same_word() -> None:
    assert HIDDEN == HIDDEN_VALUE
