"""The bottom dock: what flows right now, who it is with, and each request of a mesh. It folds to its head."""

from __future__ import annotations

import time
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.controllers.inspector_view import Mode
from app.controllers.intercept_views import InterceptRow, Key
from app.controllers.traffic_views import ExportFormat, ExportOutcome, FlowRow, NamesNote, ReplayAnswer, RequestRow
from app.controllers.views import ConnectionView, Phase, TrafficSample
from app.ui.icons import icon
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.traffic.export_dialog import ask_where
from app.ui.traffic.flows_tab import FlowsTab
from app.ui.traffic.rates import Rates
from app.ui.traffic.replay_dialog import ReplayDialog
from app.ui.traffic.requests_tab import RequestsTab
from app.ui.traffic.throughput_graph import ThroughputGraph
from app.ui.traffic.traffic_history import TrafficHistory
from app.ui.translation import tr, tr_count
from app.ui.widgets.elided_label import ElidedLabel

HEAD_HEIGHT = 36
THROUGHPUT, FLOWS, REQUESTS = range(3)
_TOLD_MS = 12_000
"""How long it is said that something was exported."""
_PHASES_WITH_PATH = (Phase.CONNECTED, Phase.DEGRADED, Phase.RECONNECTING)


class TrafficDock(QFrame):
    """Signals:
    folded: bool, the user folded or unfolded it.
    replay_asked: ReplayWish, to be sent to this machine.
    replay_called_off: nobody waits for its answer any more.
    export_asked: a path (str), an ExportFormat and tuple[RequestRow, ...], what the filter shows.
    """

    folded = Signal(bool)
    replay_asked = Signal(object)
    replay_called_off = Signal()
    export_asked = Signal(str, object, object)

    def __init__(self, theme: Theme, history: TrafficHistory) -> None:
        super().__init__()
        self.setObjectName("dock")
        self._theme = theme
        self._is_folded = False
        self._is_paused = False
        self._has_path = False
        self._context: str | None = None
        self._meshes: frozenset[str] = frozenset()
        self._dialog: ReplayDialog | None = None
        self.graph = ThroughputGraph(theme, history)
        self.flows = FlowsTab(theme)
        self.requests = RequestsTab(theme)
        self.tabs = QTabBar()
        self._pages = QStackedWidget()
        self.rates = Rates()
        self._message = styled(ElidedLabel(), "dim")
        self._forget_later = QTimer(self, singleShot=True, interval=_TOLD_MS)
        self._filter, self._export, self._pause, self._fold = (QToolButton() for _ in range(4))
        self._make_head()
        self._lay_out()
        self._connect()
        self._dress()
        self._show_tab(THROUGHPUT)
        self.show_view(ConnectionView())

    @property
    def is_folded(self) -> bool:
        return self._is_folded

    @property
    def is_paused(self) -> bool:
        return self._is_paused

    def focus_tabs(self) -> None:
        self.set_folded(False)
        self.tabs.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_home(self) -> QWidget | None:
        return self.tabs

    def set_folded(self, is_folded: bool) -> None:
        if is_folded == self._is_folded:
            return
        self._is_folded = is_folded
        self._pages.setVisible(not is_folded)
        self._dress()
        self.folded.emit(is_folded)

    def set_paused(self, is_paused: bool) -> None:
        """What comes meanwhile is kept, and shown when it goes on."""
        self._is_paused = is_paused
        for part in (self.graph, self.flows, self.requests):
            part.set_paused(is_paused)
        self._dress()

    def show_view(self, view: ConnectionView) -> None:
        has_path = view.phase in _PHASES_WITH_PATH
        self.graph.set_empty_text(
            tr("Waiting for the first second …") if has_path else tr("Traffic appears here while you are connected.")
        )
        if has_path and view.context != self._context:
            self._context = view.context
            self.requests.clear()
        self.flows.show_connected(has_path)
        self.requests.show_connected(has_path)
        self._has_path = has_path
        self._show_message()

    def show_sample(self, sample: TrafficSample | None) -> None:
        """None: the history was cleared."""
        self.rates.show_sample(sample)
        self.graph.refresh()

    def show_flows(self, rows: tuple[FlowRow, ...]) -> None:
        self.flows.show_flows(rows)

    def show_names_note(self, note: NamesNote) -> None:
        self.flows.show_names_note(note)

    def show_watched(self, keys: tuple[Key, ...]) -> None:
        self.requests.show_watched(keys)

    def show_intercepts(self, intercepts: tuple[InterceptRow, ...]) -> None:
        """Own ones say where on this machine a request can be sent to. After a new mesh, requests are shown."""
        self.requests.show_intercepts(intercepts)
        meshes = frozenset(one.intercept_id for one in intercepts if one.mine and one.mode == Mode.MESH)
        if meshes - self._meshes and self.tabs.currentIndex() == THROUGHPUT:
            self.tabs.setCurrentIndex(REQUESTS)
        self._meshes = meshes

    def add_requests(self, rows: tuple[RequestRow, ...], skipped: int) -> None:
        self.requests.add(rows, skipped)

    def show_replay(self, answer: ReplayAnswer) -> None:
        if self._dialog is not None:
            self._dialog.show_answer(answer)

    def show_export(self, outcome: ExportOutcome) -> None:
        if outcome.problem:
            words = tr(
                "Not exported: {problem}. Choose another folder, and try again.",
                problem=outcome.problem,
                path=outcome.path,
            )
            self._forget_later.stop()
        else:
            words = tr_count(outcome.count, "{count} request exported.", "{count} requests exported.")
            self._forget_later.start()
        self._message.setText(words)
        self._message.setToolTip(outcome.path)
        self._show_message()

    def _make_head(self) -> None:
        self.tabs.setObjectName("dockTabs")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setAccessibleName(tr("Traffic"))
        for words in (tr("Throughput"), tr("Flows"), tr("Requests")):
            self.tabs.addTab(words)
        for button in (self._filter, self._export, self._pause, self._fold):
            button.setIconSize(QSize(16, 16))
        _name(self._filter, tr("Filter"), tr("Filter (Ctrl+Shift+F)"))
        menu = QMenu(self._export)
        for kind, words in (
            (ExportFormat.HAR, tr("Save what is shown as HAR …")),
            (ExportFormat.JSON_LINES, tr("Save what is shown as JSON lines …")),
        ):
            action = QAction(words, menu)
            action.triggered.connect(lambda _checked=False, kind=kind: self._ask_export(kind))
            menu.addAction(action)
        self._export.setMenu(menu)
        self._export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._pause.setCheckable(True)

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._show_tab)
        self.tabs.tabBarClicked.connect(lambda _index: self.set_folded(False))
        self._forget_later.timeout.connect(self._forget_message)
        self._fold.clicked.connect(lambda: self.set_folded(not self._is_folded))
        self._pause.clicked.connect(self.set_paused)
        self._filter.clicked.connect(self._focus_filter)
        self.requests.can_export_changed.connect(lambda _can: self._dress_export())
        self.requests.replay_asked.connect(self._open_replay)
        shortcut = QShortcut(QKeySequence("Ctrl+Shift+F"), self, self._focus_filter)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._theme.changed.connect(self._dress)

    def _show_tab(self, tab: int) -> None:
        self._pages.setCurrentIndex(tab)
        self._filter.setVisible(tab != THROUGHPUT)
        self._export.setVisible(tab == REQUESTS)
        self._show_message()
        self._dress_export()

    def _show_message(self) -> None:
        """In the place of the rates: there is seldom room for both."""
        is_told = self.tabs.currentIndex() == REQUESTS and bool(self._message.text())
        self._message.setVisible(is_told)
        self.rates.setVisible(self._has_path and not is_told)

    def _forget_message(self) -> None:
        self._message.clear()
        self._show_message()

    def _focus_filter(self) -> None:
        if self.tabs.currentIndex() == THROUGHPUT:
            self.tabs.setCurrentIndex(REQUESTS)
        self.set_folded(False)
        page = self.flows if self.tabs.currentIndex() == FLOWS else self.requests
        page.focus_filter()

    def _ask_export(self, kind: ExportFormat) -> None:
        rows = self.requests.shown
        name = time.strftime("kubeferry-%Y%m%d-%H%M%S") + f".{kind.value}"
        self._forget_message()
        ask_where(self, kind, name, lambda path: self.export_asked.emit(path, kind, rows))

    def _open_replay(self, request: RequestRow, port: int) -> None:
        dialog = ReplayDialog(request, port, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.send_asked.connect(self.replay_asked)
        dialog.call_off_asked.connect(self.replay_called_off)
        dialog.finished.connect(lambda _result: self._forget(dialog))
        self._dialog = dialog
        dialog.open()

    def _forget(self, dialog: ReplayDialog) -> None:
        if self._dialog is dialog:
            self._dialog = None

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 0, 12, 0)
        head.setSpacing(4)
        head.addWidget(self.tabs)
        head.addSpacing(12)
        head.addWidget(self.rates)
        head.addWidget(self._message)
        head.addStretch(1)
        for button in (self._filter, self._export, self._pause, self._fold):
            head.addWidget(button)
        for page in (self.graph, self.flows, self.requests):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._pages, 1)
        head_chain = (self.tabs, self._filter, self._export, self._pause, self._fold)
        for before, after in pairwise((*head_chain, self.graph, *self.flows.tab_chain, *self.requests.tab_chain)):
            self.setTabOrder(before, after)

    def _dress(self) -> None:
        dim = self._theme.colour("text_dim")
        self._filter.setIcon(icon("search", dim))
        self._fold.setIcon(icon("chevron-right" if self._is_folded else "chevron-down", dim))
        words = tr("Unfold traffic") if self._is_folded else tr("Fold traffic")
        _name(self._fold, words, words)
        self._pause.setChecked(self._is_paused)
        self._pause.setIcon(
            icon("traffic-resume", self._theme.colour("working")) if self._is_paused else icon("traffic-pause", dim)
        )
        if self._is_paused:
            _name(self._pause, tr("Go on"), tr("Go on: show what came meanwhile"))
        else:
            _name(self._pause, tr("Pause"), tr("Pause: what is shown stands still, nothing is lost"))
        self._dress_export()

    def _dress_export(self) -> None:
        can_export = bool(self.requests.model.rowCount())
        self._export.setEnabled(can_export)
        self._export.setIcon(icon("traffic-export", self._theme.colour("text_dim" if can_export else "scroll")))
        words = tr("Export what is shown") if can_export else tr("Export: there is no request to save yet")
        _name(self._export, tr("Export"), words)
        self._export.setAccessibleDescription(words)


def _name(button: QToolButton, name: str, tip: str) -> None:
    button.setAccessibleName(name)
    button.setToolTip(tip)
