"""The window: state bar, troubles, places, workloads, inspector, traffic. It shows what it is told and says what the
user asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.controllers.inspector_view import looks_at_connected
from app.controllers.intercept_views import InterceptRow, Key, OperationView
from app.controllers.views import ConnectionView, ContextRow, Phase, TrafficSample, WorkloadsView
from app.domain.catalogue import Explanation
from app.settings.store import PreferenceStore
from app.ui.browser.sidebar import Sidebar
from app.ui.browser.workload_table import WorkloadTable
from app.ui.connection.problem_panel import ProblemPanel
from app.ui.connection.state_bar import StateBar
from app.ui.icons import application_icon
from app.ui.inspector.inspector import Inspector
from app.ui.shell.no_tray_note import NoTrayNote
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.traffic.dock_splitter import DockSplitter
from app.ui.traffic.traffic_dock import TrafficDock
from app.ui.traffic.traffic_history import TrafficHistory
from app.ui.widgets.focus_home import has_lost_it, home_of
from app.ui.window_menu import WindowMenu

_FIRST_SIZE = QSize(1320, 860)
_FRAME = QSize(16, 48)
"""What a window manager draws around a window, at the most."""
_LEAST_SIZE = QSize(860, 520)
_NARROW = 1180
"""Below this width the inspector is there only while a workload is chosen."""


class Window(QMainWindow):
    """Signals:
    connect_asked: the user wants a connection to the context that is looked into.
    disconnect_asked: the user wants none.
    reload_asked: read contexts and clusters again.
    setup_asked: the user wants what is missing on this machine to be put in place.
    selection_changed: tuple[Key, ...], the workloads that are chosen now.
    closed: the window was closed by the user.
    """

    connect_asked = Signal()
    disconnect_asked = Signal()
    reload_asked = Signal()
    setup_asked = Signal()
    selection_changed = Signal(object)
    closed = Signal()

    def __init__(
        self,
        theme: Theme,
        clock: Callable[[], float] = time.time,
        *,
        store: PreferenceStore | None = None,
        me: str = "me",
        own_id: str = "",
    ) -> None:
        """`me`, `own_id`: the user's name, and the id by which own claims are told from others'."""
        super().__init__()
        self._history = TrafficHistory()
        self._contexts: tuple[ContextRow, ...] = ()
        self._context: str | None = None
        self._namespace: str | None = None
        self._namespaces: tuple[str, ...] = ()
        self._connection = ConnectionView()
        self._intercepts: tuple[InterceptRow, ...] = ()
        self._operations: tuple[OperationView, ...] = ()
        self.setWindowTitle("Kubeferry")
        self.setWindowIcon(application_icon())
        self.setMinimumSize(_LEAST_SIZE)
        self.resize(_FIRST_SIZE.boundedTo(self.screen().availableGeometry().size() - _FRAME))
        self.menu = WindowMenu(self)
        self.bar = StateBar(theme, self._history, self.menu)
        self.problem = ProblemPanel()
        self.no_tray = NoTrayNote(theme)
        self.sidebar = Sidebar(theme, store=store)
        self.workloads = WorkloadTable(theme, clock)
        self.workloads.show_own_id(own_id)
        self.inspector = Inspector(theme, me=me, own_id=own_id)
        self.dock = TrafficDock(theme, self._history)
        self._body = QWidget()
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect()
        self._work.open_first()
        self.sidebar.focus_namespaces()

    def show_connection(self, view: ConnectionView) -> None:
        if view.phase in (Phase.DISCONNECTED, Phase.CONNECTING, Phase.FAILED):
            self._history.clear()
            self.dock.show_sample(None)
        self._connection = view
        self._show_work()
        self.bar.show_view(view)
        self.sidebar.show_connection(view)
        self.inspector.show_connection(view)
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
        self._show_work()
        self.sidebar.show_contexts(self._contexts, name)
        self.bar.show_chosen(name or "")
        self.inspector.show_context(name)

    def show_namespaces(self, names: tuple[str, ...], note: str) -> None:
        self._namespaces = names
        self.sidebar.show_namespaces(names, self._namespace, note=note)

    def show_namespace(self, name: str | None) -> None:
        self._namespace = name
        self.sidebar.choose_namespace(name)
        self.workloads.show_scope(name)

    def show_workloads(self, view: WorkloadsView) -> None:
        self.workloads.show_workloads(view)
        self._show_selection()

    def show_browse_problem(self, problem: Explanation | None) -> None:
        self.workloads.show_problem(problem)

    def show_intercepts(self, rows: tuple[InterceptRow, ...]) -> None:
        """Everybody's, in the cluster that this machine is connected to."""
        self._intercepts = rows
        self._show_work()
        self.inspector.show_intercepts(rows)
        self.dock.show_intercepts(rows)

    def show_operations(self, operations: tuple[OperationView, ...]) -> None:
        self._operations = operations
        self._show_work()
        self.inspector.show_operations(operations)

    def show_rates(self, rates: Mapping[Key, float]) -> None:
        self.workloads.show_rates(rates if self.looks_at_connected else {})

    def show_rights(self, forbidden: str) -> None:
        self.workloads.set_permissions(forbidden)
        self.inspector.show_rights(forbidden)

    def show_page(self, page: QWidget | None) -> None:
        """A page in place of everything below the state bar; None: the ordinary one."""
        if page is None:
            self._pages.setCurrentWidget(self._body)
            return
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Those that are offered now."""
        return self._namespaces

    @property
    def shows_page(self) -> bool:
        return self._pages.currentWidget() is not self._body

    @property
    def looks_at_connected(self) -> bool:
        """What is known of the connected cluster is about the workloads that are shown. Another cluster may have
        workloads of the same names."""
        return looks_at_connected(self._context, self._connection)

    @property
    def selected_here(self) -> tuple[Key, ...]:
        """Workloads of the connected cluster that are chosen."""
        return self.workloads.selected if self.looks_at_connected else ()

    def choose_workload(self, key: Key) -> bool:
        """Returns whether it is there."""
        self.show_page(None)
        return self.workloads.select(key)

    def dock_state(self) -> tuple[int, bool]:
        """Height when open, and whether it is folded."""
        return self._work.height_when_open, self.dock.is_folded

    def restore(self, geometry: str, dock_height: int, dock_folded: bool) -> None:
        if geometry:
            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))
        self._work.restore_dock(dock_height, is_folded=dock_folded)

    def geometry_text(self) -> str:
        return bytes(self.saveGeometry().toBase64().data()).decode()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_inspector()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange and not self.isMinimized():
            self._fit_inspector()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Qt's way to the next control, also from one that is going away: see widgets.focus_home."""
        lost = self.focusWidget()
        if lost is None or not has_lost_it(lost):
            return super().focusNextPrevChild(forward)
        lost.clearFocus()
        home = home_of(lost)
        if home is not None:
            home.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def focus_home(self) -> QWidget | None:
        """For what is gone from the bars; the table can be reached from everywhere, and does nothing by itself."""
        return self.workloads.focus_home()

    def _show_work(self) -> None:
        is_here = self.looks_at_connected
        self.workloads.show_intercepts(self._intercepts if is_here else ())
        self.workloads.show_operations(self._operations if is_here else ())

    def _show_selection(self) -> None:
        rows = (self.workloads.row_of(key) for key in self.workloads.selected)
        self.inspector.show_selection(tuple(row for row in rows if row is not None))
        self._fit_inspector()

    def _fit_inspector(self) -> None:
        self.inspector.setVisible(self.width() >= _NARROW or bool(self.workloads.selected))

    def _selected(self, keys: tuple[Key, ...]) -> None:
        self._show_selection()
        self.selection_changed.emit(keys)

    def _lay_out(self) -> None:
        above = QWidget()
        row = QHBoxLayout(above)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(self.workloads, 1)
        # With its content in it: Tab goes in the order in which things were put into the window.
        self._work = DockSplitter(above, self.dock)
        # The inspector has the whole height: rule and ports are seen together, beside the requests that they bring.
        across = QHBoxLayout(self._body)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self._work, 1)
        across.addWidget(self.inspector)
        self._pages.addWidget(self._body)
        root = styled(QWidget(), "root")
        column = QVBoxLayout(root)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.no_tray)
        column.addWidget(self.problem)
        column.addWidget(self._pages, 1)
        self.setCentralWidget(root)

    def _connect(self) -> None:
        self.bar.connect_asked.connect(self.connect_asked)
        self.bar.disconnect_asked.connect(self.disconnect_asked)
        self.problem.retry_asked.connect(self.connect_asked)
        self.problem.setup_asked.connect(self.setup_asked)
        self.inspector.connect_asked.connect(self.connect_asked)
        self.workloads.reload_asked.connect(self.reload_asked)
        self.workloads.selection_changed.connect(self._selected)
