"""The middle of the window: search, count, and the table or what there is to say instead of it."""

from __future__ import annotations

import enum
from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.controllers.views import WorkloadsView
from app.domain.catalogue import Explanation
from app.ui.browser.workload_model import IDLE_ROLE, UNREADY_ROLE, Column, Index, WorkloadFilter, WorkloadModel
from app.ui.icons import draw_icon, icon
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.widgets.empty_state import EmptyState

ROW_HEIGHT = 34
_WIDTHS = {Column.KIND: 124, Column.NAMESPACE: 180, Column.READY: 96, Column.AGE: 84}
_AGES_REFRESH_MS = 15_000
_MARK = 14


class EmptyAction(enum.Enum):
    """What the empty page's button does."""

    NONE = enum.auto()
    CLEAR_SEARCH = enum.auto()
    ALL_NAMESPACES = enum.auto()
    RELOAD = enum.auto()


class WorkloadTable(QWidget):
    """Signals:
    all_namespaces_asked: the user wants to see beyond an empty namespace.
    reload_asked: the user wants the cluster (or the kubeconfig) to be asked again.
    """

    all_namespaces_asked = Signal()
    reload_asked = Signal()

    def __init__(self, theme: Theme, clock: Callable[[], float]) -> None:
        super().__init__()
        self.setObjectName("middle")
        self._theme = theme
        self._namespace: str | None = None
        self._is_loaded = False
        self._problem: Explanation | None = None
        self._unreadable: tuple[str, ...] = ()
        self._has_contexts = True
        self._action = EmptyAction.NONE
        self.model = WorkloadModel(clock)
        self.filter = WorkloadFilter(self.model)
        self._search = QLineEdit(placeholderText="Search workloads", clearButtonEnabled=True)
        self._search.setAccessibleName("Search workloads")
        self._search.setMaximumWidth(360)
        self._search.textChanged.connect(self._search_changed)
        self._search_icon = QAction(self._search)
        self._search.addAction(self._search_icon, QLineEdit.ActionPosition.LeadingPosition)
        self._count = styled(QLabel(), "dim")
        self._table = self._make_table()
        self._empty = EmptyState(theme)
        self._empty.action_asked.connect(self._empty_action)
        self._pages = QStackedLayout()
        self._lay_out()
        self.filter.rowsInserted.connect(self._refresh)
        self.filter.rowsRemoved.connect(self._refresh)
        self.filter.modelReset.connect(self._refresh)
        self._ages = QTimer(self, interval=_AGES_REFRESH_MS)
        self._ages.timeout.connect(self.model.refresh_ages)
        self._ages.start()
        theme.changed.connect(self._dress)
        self._dress()
        self.show_scope(None)

    @property
    def empty_head(self) -> str:
        """What the page in place of the table says; empty while the table is shown."""
        return self._empty.head if self._pages.currentWidget() is self._empty else ""

    @property
    def note(self) -> str:
        """What is said beside the search: how many there are, or that they are not live."""
        return self._count.text()

    def search(self, text: str) -> None:
        self._search.setText(text)

    def press_empty_button(self) -> None:
        self._empty.press()

    def focus_search(self) -> None:
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def show_scope(self, namespace: str | None) -> None:
        """Begins to show another namespace, or all of them (None); there is nothing of it yet."""
        self._namespace = namespace
        self._is_loaded = False
        self._problem = None
        self._table.setColumnHidden(Column.NAMESPACE, namespace is not None)
        self.model.set_rows(())
        self._refresh()

    def show_workloads(self, view: WorkloadsView) -> None:
        if self._is_loaded:
            self.model.update_rows(view.rows)
        else:
            self.model.set_rows(view.rows)
        self._is_loaded = True
        self._problem = view.problem
        self._unreadable = view.unreadable
        self._refresh()

    def show_problem(self, problem: Explanation | None) -> None:
        """Rows that are known stay, with a note that they are not live."""
        self._problem = problem
        self._refresh()

    def show_contexts_known(self, has_any: bool) -> None:
        self._has_contexts = has_any
        self._refresh()

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.filter)
        table.setAccessibleName("Workloads")
        table.setItemDelegate(_RowDelegate(self._theme, table))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setSortingEnabled(True)
        table.sortByColumn(Column.NAME, Qt.SortOrder.AscendingOrder)
        vertical = table.verticalHeader()
        vertical.setVisible(False)
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setDefaultSectionSize(ROW_HEIGHT)
        header = table.horizontalHeader()
        header.setFixedHeight(32)
        header.setHighlightSections(False)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        return table

    def _lay_out(self) -> None:
        search_row = styled(QWidget(), "searchRow")
        row = QHBoxLayout(search_row)
        row.setContentsMargins(12, 8, 16, 8)
        row.addWidget(self._search, 1)
        row.addStretch(0)
        row.addWidget(self._count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(search_row)
        column.addLayout(self._pages, 1)
        self._pages.addWidget(self._table)
        self._pages.addWidget(self._empty)

    def _search_changed(self, text: str) -> None:
        self.filter.search(text)
        self._refresh()

    def _refresh(self) -> None:
        shown, known = self.filter.rowCount(), self.model.rowCount()
        self._count.setText(self._note(shown, known))
        if shown:
            self._pages.setCurrentWidget(self._table)
            return
        self._tell_why_empty(known)
        self._pages.setCurrentWidget(self._empty)

    def _note(self, shown: int, known: int) -> str:
        if known and self._problem is not None:
            title = self._problem.title
            return f"Not live: {title[0].lower()}{title[1:]}"
        if not known:
            return ""
        count = f"{known} workload{'' if known == 1 else 's'}" if shown == known else f"{shown} of {known} workloads"
        hidden = f" · you may not see {', '.join(f'{kind}s' for kind in self._unreadable)}"
        return count + (hidden if self._unreadable else "")

    def _tell_why_empty(self, known: int) -> None:
        place = self._namespace or "this cluster"
        if not self._has_contexts:
            self._action = EmptyAction.RELOAD
            text = "Kubeferry reads what kubectl reads: the files in KUBECONFIG, or ~/.kube/config."
            self._empty.tell("No Kubernetes context yet", text, button="Look again", icon="server")
        elif self._problem is not None:
            self._action = EmptyAction.RELOAD
            text = f"{self._problem.what} {self._problem.next_step}"
            self._empty.tell(self._problem.title, text, button="Try again", icon="server")
        elif not self._is_loaded:
            self._action = EmptyAction.NONE
            self._empty.tell("Loading workloads …", "", icon="layers")
        elif known:
            self._action = EmptyAction.CLEAR_SEARCH
            text = f"None of the {known} in {place} has “{self._search.text().strip()}” in its name or kind."
            self._empty.tell("No workload matches", text, button="Clear search", icon="search")
        elif self._namespace is not None:
            self._action = EmptyAction.ALL_NAMESPACES
            text = "Deployments, StatefulSets and DaemonSets appear here the moment they are created."
            self._empty.tell(f"Nothing runs in {place}", text, button="Show all namespaces")
        else:
            self._action = EmptyAction.NONE
            self._empty.tell("Nothing runs in this cluster", "Workloads appear here the moment they are created.")

    def _empty_action(self) -> None:
        match self._action:
            case EmptyAction.CLEAR_SEARCH:
                self._search.clear()
            case EmptyAction.ALL_NAMESPACES:
                self.all_namespaces_asked.emit()
            case EmptyAction.RELOAD:
                self.reload_asked.emit()
            case EmptyAction.NONE:
                pass

    def _dress(self) -> None:
        self._search_icon.setIcon(icon("search", self._theme.colour("text_dim")))


class _RowDelegate(QStyledItemDelegate):
    """Rows with air, a line between them, and a mark (shape and colour) where pods are missing."""

    def __init__(self, theme: Theme, parent: QTableView) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.fillRect(rect, self._theme.colour("selection" if is_selected else "surface"))
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), self._theme.colour("line"))
        column = Column(index.column())
        text_rect = rect.adjusted(12, 0, -8, 0)
        is_idle = column is Column.READY and index.data(IDLE_ROLE)
        colour = "text" if column in (Column.NAME, Column.READY) and not is_idle else "text_dim"
        if column is Column.READY and index.data(UNREADY_ROLE):
            colour = "degraded"
            mark = QRectF(text_rect.left(), rect.center().y() - _MARK / 2, _MARK, _MARK)
            draw_icon(painter, mark, "state-degraded", self._theme.colour(colour))
            text_rect.setLeft(text_rect.left() + _MARK + 6)
        painter.setPen(self._theme.colour(colour))
        text = str(index.data())
        elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(text_rect.width()))
        painter.drawText(text_rect, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), elided)
        painter.restore()
