"""The window: state bar, troubles, places, workloads, traffic. It shows what it is told and says what the user asks."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QSplitter, QVBoxLayout, QWidget

from app.controllers.views import ConnectionView, ContextRow, Phase, TrafficSample
from app.domain.catalogue import Explanation
from app.ui.browser.sidebar import Sidebar
from app.ui.browser.workload_table import WorkloadTable
from app.ui.connection.problem_panel import ProblemPanel
from app.ui.connection.state_bar import StateBar
from app.ui.icons import application_icon
from app.ui.styled import styled
from app.ui.theme import Theme, ThemeChoice
from app.ui.traffic.throughput_graph import TrafficHistory
from app.ui.traffic.traffic_dock import HEAD_HEIGHT, TrafficDock

_FIRST_SIZE = QSize(1180, 760)
_LEAST_SIZE = QSize(860, 520)
_FIRST_DOCK_HEIGHT = 176
_THEME_WORDS = {ThemeChoice.SYSTEM: "As the system", ThemeChoice.LIGHT: "Light", ThemeChoice.DARK: "Dark"}


class Window(QMainWindow):
    """Signals:
    connect_asked: the user wants a connection to the context that is looked into.
    disconnect_asked: the user wants none.
    reload_asked: read contexts and clusters again.
    closed: the window was closed by the user.
    quit_asked: the user wants no more Kubeferry.
    """

    connect_asked = Signal()
    disconnect_asked = Signal()
    reload_asked = Signal()
    closed = Signal()
    quit_asked = Signal()

    def __init__(self, theme: Theme, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._theme = theme
        self._history = TrafficHistory()
        self._contexts: tuple[ContextRow, ...] = ()
        self._context: str | None = None
        self._namespace: str | None = None
        self._dock_height = _FIRST_DOCK_HEIGHT
        self.setWindowTitle("Kubeferry")
        self.setWindowIcon(application_icon())
        self.setMinimumSize(_LEAST_SIZE)
        self.resize(_FIRST_SIZE)
        self._menu = self._make_menu()
        self.bar = StateBar(theme, self._history, self._menu)
        self.problem = ProblemPanel()
        self.sidebar = Sidebar(theme)
        self.workloads = WorkloadTable(theme, clock)
        self.dock = TrafficDock(theme, self._history)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._lay_out()
        self._connect()
        self._size_dock(_FIRST_DOCK_HEIGHT)
        self.sidebar.focus_namespaces()

    def show_connection(self, view: ConnectionView) -> None:
        if view.phase in (Phase.DISCONNECTED, Phase.CONNECTING, Phase.FAILED):
            self._history.clear()
            self.dock.show_sample(None)
        self.bar.show_view(view)
        self.sidebar.show_connection(view)
        self.dock.show_view(view)
        can_retry = not view.phase.holds_connection
        self.problem.show_problem(view.problem, left=view.left, can_retry=can_retry)

    def show_sample(self, sample: TrafficSample | None) -> None:
        if sample is None:
            self._history.clear()
        else:
            self._history.add(sample)
        self.dock.show_sample(sample)
        self.bar.refresh_traffic()

    def show_contexts(self, contexts: tuple[ContextRow, ...]) -> None:
        self._contexts = contexts
        self.sidebar.show_contexts(contexts, self._context)
        self.workloads.show_contexts_known(bool(contexts))

    def show_context(self, name: str | None) -> None:
        self._context = name
        self.sidebar.show_contexts(self._contexts, name)
        self.bar.show_chosen(name or "")

    def show_namespaces(self, names: tuple[str, ...], note: str) -> None:
        self.sidebar.show_namespaces(names, self._namespace, note=note)

    def show_namespace(self, name: str | None) -> None:
        self._namespace = name
        self.sidebar.choose_namespace(name)
        self.workloads.show_scope(name)

    def show_browse_problem(self, problem: Explanation | None) -> None:
        self.workloads.show_problem(problem)

    def dock_state(self) -> tuple[int, bool]:
        """Height when open, and whether it is folded."""
        if not self.dock.is_folded:
            self._dock_height = self.dock.height()
        return self._dock_height, self.dock.is_folded

    def restore(self, geometry: str, dock_height: int, dock_folded: bool) -> None:
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
        self._dock_height = dock_height
        self._size_dock(dock_height)
        self.dock.set_folded(dock_folded)

    def geometry_text(self) -> str:
        return bytes(self.saveGeometry().toBase64().data()).decode()

    def bring_up(self) -> None:
        self.show()
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.closed.emit()

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        reload_action = QAction("Reload", menu, shortcut=QKeySequence(QKeySequence.StandardKey.Refresh))
        reload_action.triggered.connect(self.reload_asked)
        menu.addAction(reload_action)
        themes = menu.addMenu("Appearance")
        group = QActionGroup(themes)
        for choice, words in _THEME_WORDS.items():
            action = QAction(words, themes, checkable=True, checked=choice is self._theme.choice)
            action.triggered.connect(lambda _checked, choice=choice: self._theme.choose(choice))
            group.addAction(action)
            themes.addAction(action)
        menu.addSeparator()
        quit_action = QAction("Quit", menu, shortcut=QKeySequence(QKeySequence.StandardKey.Quit))
        quit_action.triggered.connect(self.quit_asked)
        menu.addAction(quit_action)
        self.addActions([reload_action, quit_action])
        return menu

    def _lay_out(self) -> None:
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(self.workloads, 1)
        self._splitter.addWidget(body)
        self._splitter.addWidget(self.dock)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 0)
        root = styled(QWidget(), "root")
        column = QVBoxLayout(root)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.problem)
        column.addWidget(self._splitter, 1)
        self.setCentralWidget(root)

    def _connect(self) -> None:
        self.bar.connect_asked.connect(self.connect_asked)
        self.bar.disconnect_asked.connect(self.disconnect_asked)
        self.problem.retry_asked.connect(self.connect_asked)
        self.workloads.reload_asked.connect(self.reload_asked)
        self.dock.folded.connect(self._dock_folded)
        for keys in ("Ctrl+F", "/"):
            QShortcut(QKeySequence(keys), self, self.workloads.focus_search)
        QShortcut(QKeySequence("Ctrl+Return"), self, self.bar.switch.click)

    def _dock_folded(self, is_folded: bool) -> None:
        if is_folded:
            self._dock_height = max(self._dock_height, self.dock.height())
            self.dock.setFixedHeight(HEAD_HEIGHT + 8)
            return
        self.dock.setMinimumHeight(HEAD_HEIGHT + 68)
        self.dock.setMaximumHeight(16_777_215)
        self._size_dock(self._dock_height)

    def _size_dock(self, height: int) -> None:
        self._splitter.setSizes([max(1, self.height() - height), height])
