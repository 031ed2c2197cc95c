"""Workloads as a table model that sorts and filters by itself: changes touch the rows they are about, so that 5,000
rows stay quick, and a keystroke asks Python once, not once a row."""

from __future__ import annotations

import time
from bisect import insort
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from app.controllers.intercept_views import InterceptRow, Key, OperationView
from app.controllers.views import WorkloadRow
from app.ui.browser.row_changes import RowChanges, what_differs
from app.ui.browser.workload_columns import CHANGING, HEADS, SORT_KEYS, Column
from app.ui.browser.workload_entry import Entry
from app.ui.browser.workload_filter import WorkloadFilter
from app.ui.browser.workload_texts import WorkloadTexts, as_plain_text
from app.ui.widgets.table_heads import head_data

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_LAST_COLUMN = len(Column) - 1
_FEW = 64
"""Rows that are put into their places one by one; for more of them, sorting everything is quicker."""


class WorkloadModel(QAbstractTableModel):
    """Rows are those that the filter lets through, in the order that is wished; the others are known all the same.

    Signals:
        rows_to_change, rows_changed: around all that is told of rows that come, go or change places at once.
    """

    rows_to_change = Signal()
    rows_changed = Signal()

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.texts = WorkloadTexts(clock)
        self._own_id = ""
        self._rows: tuple[WorkloadRow, ...] = ()
        self._entries: dict[Key, Entry] = {}
        self._ordered: list[Entry] = []
        self._shown: list[Entry] = []
        self._filter = WorkloadFilter()
        self._sort: tuple[Column, bool] = Column.NAME, False
        self._intercepts: dict[Key, tuple[InterceptRow, ...]] = {}
        self._operations: dict[Key, OperationView] = {}

    @property
    def known(self) -> int:
        """How many there are, shown or not."""
        return len(self._entries)

    @property
    def every_row(self) -> tuple[WorkloadRow, ...]:
        """Shown or not, in no order."""
        return tuple(entry.row for entry in self._entries.values())

    @property
    def filter(self) -> WorkloadFilter:
        return self._filter

    def set_rows(self, rows: Iterable[WorkloadRow]) -> None:
        """Replaces everything."""
        self.rows_to_change.emit()
        self.beginResetModel()
        self._rows = tuple(rows)
        self._entries = {row.key: self._entry(row) for row in self._rows}
        self._order()
        self._shown = self._filter.pick(self._ordered)
        self.endResetModel()
        self.rows_changed.emit()

    def update_rows(self, rows: Iterable[WorkloadRow]) -> None:
        """The whole of what there is now; only what differs is touched, so selection and scrolling stay.

        Rows that are the same objects as before cost next to nothing.
        """
        now = tuple(rows)
        before, after = what_differs(self._rows, now)
        self._rows = now
        entries, changed, new = self._entries, [], []
        gone = {entries.pop(key) for key in {row.key for row in before} - {row.key for row in after}}
        for row in after:
            entry = entries.get(row.key)
            if entry is None:
                entries[row.key] = entry = self._entry(row)
                new.append(entry)
            elif entry.row is not row and entry.row != row:
                entry.take_row(row, self._own_id)
                changed.append(entry)
        self._show_changes(changed, new, gone)

    def show_intercepts(self, rows: Iterable[InterceptRow]) -> None:
        """Everybody's, as the manager says."""
        wanted: dict[Key, tuple[InterceptRow, ...]] = {}
        for row in rows:
            wanted[row.key] = (*wanted.get(row.key, ()), row)
        before, self._intercepts = self._intercepts, wanted
        self._show_cells(key for key in before.keys() | wanted.keys() if before.get(key) != wanted.get(key))

    def show_operations(self, operations: Iterable[OperationView]) -> None:
        wanted = {operation.key: operation for operation in operations}
        before, self._operations = self._operations, wanted
        self._show_cells(key for key in before.keys() | wanted.keys() if before.get(key) != wanted.get(key))

    def show_own_id(self, owner_id: str) -> None:
        """By which own claims are known while nobody is connected."""
        if owner_id != self._own_id:
            self._own_id = owner_id
            self._show_cells(key for key, entry in self._entries.items() if entry.row.claims)

    def show_rates(self, rates: Mapping[Key, float]) -> None:
        """One second more of each workload's traffic; one that is not named had none."""
        drawn = [entry.take_rate(rates.get(key, 0.0)) for key, entry in self._entries.items()]
        if any(drawn) and self._shown:
            self._tell_column(Column.TRAFFIC)

    def choose(self, wanted: WorkloadFilter) -> None:
        if wanted != self._filter:
            self._filter = wanted
            self._reshuffle()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sort = Column(max(column, 0)), order is Qt.SortOrder.DescendingOrder
        self._order()
        self._reshuffle()

    @property
    def is_by_traffic(self) -> bool:
        return self._sort[0] is Column.TRAFFIC

    def order_by_traffic(self) -> None:
        """Rates have changed; who shows this model says when rows may move."""
        if self.is_by_traffic:
            self._order()
            self._reshuffle()

    def refresh_ages(self) -> None:
        self._tell_column(Column.AGE)

    def entry(self, place: int) -> Entry:
        return self._shown[place]

    def row_of(self, key: Key) -> WorkloadRow | None:
        """Also of a workload that is not shown just now."""
        entry = self._entries.get(key)
        return entry.row if entry is not None else None

    def places_of(self, keys: Iterable[Key]) -> list[int]:
        """Of those that are shown."""
        wanted = set(keys)
        return [place for place, entry in enumerate(self._shown) if entry.key in wanted] if wanted else []

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return head_data(HEADS, section, orientation, role)

    def data(self, index: Index, role: int = 0) -> Any:
        place = index.row()
        if not 0 <= place < len(self._shown):
            return None
        entry, column = self._shown[place], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self.texts.shown(entry, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.texts.spoken(entry, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_plain_text(self.texts.tooltip(entry, column))
        return None

    def _entry(self, row: WorkloadRow) -> Entry:
        entry = Entry(row, self._own_id)
        key = row.key
        if key in self._intercepts or key in self._operations:
            self._dress(key, entry)
        return entry

    def _dress(self, key: Key, entry: Entry) -> None:
        entry.intercepts = self._intercepts.get(key, ())
        entry.operation = self._operations.get(key)
        entry.work_out_cell(self._own_id)

    def _show_cells(self, keys: Iterable[Key]) -> None:
        changed = []
        for key in keys:
            entry = self._entries.get(key)
            if entry is not None:
                self._dress(key, entry)
                changed.append(entry)
        if changed:
            self._show_changes(changed)

    def _show_changes(self, changed: list[Entry], new: Iterable[Entry] = (), gone: Iterable[Entry] = ()) -> None:
        moved = [*changed, *new] if self._sort[0] in CHANGING else [*new]
        if moved or gone:
            self._order_again(moved, gone)
        self._reshuffle()
        touched = set(changed)
        if touched:
            for place in [place for place, entry in enumerate(self._shown) if entry in touched]:
                self.dataChanged.emit(self.index(place, 0), self.index(place, _LAST_COLUMN))

    def _tell_column(self, column: Column) -> None:
        if self._shown:
            self.dataChanged.emit(self.index(0, column), self.index(len(self._shown) - 1, column))

    def _order(self) -> None:
        column, is_descending = self._sort
        self._ordered = sorted(self._entries.values(), key=SORT_KEYS[column], reverse=is_descending)

    def _order_again(self, moved: list[Entry], gone: Iterable[Entry]) -> None:
        """`moved` are not, or not any more, where they belong."""
        column, is_descending = self._sort
        # Rates change without changing the order, so that there is none to put anything into.
        if column is Column.TRAFFIC or len(moved) > _FEW:
            self._order()
            return
        out = {*moved, *gone}
        ordered = [entry for entry in self._ordered if entry not in out]
        if is_descending:
            ordered.reverse()
        for entry in moved:
            insort(ordered, entry, key=SORT_KEYS[column])
        if is_descending:
            ordered.reverse()
        self._ordered = ordered

    def _reshuffle(self) -> None:
        """From the rows that are shown to those that should be, in as few steps as views can follow."""
        wanted = self._filter.pick(self._ordered)
        if wanted == self._shown:
            return
        self.rows_to_change.emit()
        changes = RowChanges.between(self._shown, wanted)
        if changes is None:
            self.beginResetModel()
            self._shown = wanted
            self.endResetModel()
        else:
            self._change_rows(changes, wanted)
        self.rows_changed.emit()

    def _change_rows(self, changes: RowChanges[Entry], wanted: list[Entry]) -> None:
        for first, last in reversed(changes.removed):
            self.beginRemoveRows(_NO_PARENT, first, last)
            del self._shown[first : last + 1]
            self.endRemoveRows()
        if changes.is_permuted:
            self._permute([entry for entry in wanted if entry not in changes.added_entries])
        for first, last in changes.inserted:
            self.beginInsertRows(_NO_PARENT, first, last)
            self._shown[first:first] = wanted[first : last + 1]
            self.endInsertRows()

    def _permute(self, wanted: list[Entry]) -> None:
        self.layoutAboutToBeChanged.emit()
        before = self._shown
        places = {entry: place for place, entry in enumerate(wanted)}
        old = self.persistentIndexList()
        self._shown = wanted
        self.changePersistentIndexList(old, [self.index(places[before[one.row()]], one.column()) for one in old])
        self.layoutChanged.emit()
