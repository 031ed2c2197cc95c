"""The dock's second page: who the connection talks to, by name, and how much."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.controllers.traffic_views import FlowRow, NamesNote
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.traffic.cells import CellDelegate, DockTable
from app.ui.traffic.dock_note import DockNote
from app.ui.traffic.flow_model import Column, FlowModel
from app.ui.translation import tr, tr_count
from app.ui.widgets.filter_box import FilterBox

_WIDTHS = {
    Column.PORT: 80,
    Column.PROTOCOL: 88,
    Column.DOWN: 112,
    Column.UP: 112,
    Column.TOTAL: 100,
    Column.AGE: 72,
}


class FlowsTab(QWidget):
    """While paused, what is told is kept for later: the last one counts."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.model = FlowModel()
        self._latest: tuple[FlowRow, ...] = ()
        self._is_paused = False
        self._has_path = False
        self._filter = FilterBox(tr("Filter flows by name, address or port"), tr("Filter flows"))
        self._filter.setMaximumWidth(320)
        self._filter.textChanged.connect(self._search)
        self._count = styled(QLabel(), "dim")
        self._count.setToolTip(tr("Of each second the 40 busiest connections are counted here."))
        self._names = styled(QLabel(), "dim")
        self.table = DockTable(theme)
        self.table.setAccessibleName(tr("Flows"))
        self.table.setModel(self.model)
        self.table.setItemDelegate(CellDelegate(theme, self.model))
        self.table.setSortingEnabled(True)
        self.table.horizontalHeader().setSortIndicatorClearable(True)
        self.table.sortByColumn(-1, Qt.SortOrder.DescendingOrder)
        self._note = DockNote()
        self._note.action_asked.connect(self._filter.clear)
        self._lay_out()
        self._refresh()

    @property
    def tab_chain(self) -> tuple[QWidget, ...]:
        """What the Tab key goes through, in reading order."""
        return (self._filter, *self._note.tab_chain, self.table)

    def focus_filter(self) -> None:
        self._filter.setFocus()
        self._filter.selectAll()

    def show_connected(self, has_path: bool) -> None:
        self._has_path = has_path
        self._refresh()

    def show_flows(self, rows: tuple[FlowRow, ...]) -> None:
        self._latest = rows
        if not self._is_paused or not rows:
            self._show()

    def show_names_note(self, note: NamesNote) -> None:
        words = {
            NamesNote.NONE: "",
            NamesNote.FORBIDDEN: tr("Addresses only: you may not list this cluster's services and pods."),
            NamesNote.UNREACHABLE: tr("Addresses only for now: the cluster does not tell their names."),
        }
        self._names.setText(words[note])

    def set_paused(self, is_paused: bool) -> None:
        self._is_paused = is_paused
        if not is_paused:
            self._show()

    def _search(self, text: str) -> None:
        self.model.search(text)
        self._refresh()

    def _show(self) -> None:
        self.model.show_rows(self._latest)
        self._refresh()

    def _refresh(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        self._stack.setCurrentWidget(self.table if shown else self._note)
        if shown:
            whole = tr_count(total, "{count} flow", "{count} flows")
            self._count.setText(whole if shown == total else tr("{shown} of {whole}", shown=shown, whole=whole))
            return
        self._count.setText("")
        if total:
            self._note.tell(tr("No flow matches the filter."), button=tr("Clear the filter"))
        elif self._has_path:
            self._note.tell(tr("Nothing goes through the connection right now."))
        else:
            self._note.tell(tr("Flows appear here while you are connected."))

    def _lay_out(self) -> None:
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            self.table.setColumnWidth(column, width)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 6)
        row.setSpacing(12)
        row.addWidget(self._filter, 1)
        row.addWidget(self._names)
        row.addStretch(1)
        row.addWidget(self._count)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._note)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addLayout(row)
        page.addWidget(self._stack, 1)
