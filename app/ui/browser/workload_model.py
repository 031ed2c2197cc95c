"""Workloads as a table model: changes touch the rows they are about, so that 5,000 rows stay quick."""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt

from app.controllers.views import WorkloadRow
from app.ui.wording import age, short_kind

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()

UNREADY_ROLE = int(Qt.ItemDataRole.UserRole) + 1
"""True where fewer pods are ready than wished."""


IDLE_ROLE = int(Qt.ItemDataRole.UserRole) + 2
"""True where no pods are wished."""


class Column(enum.IntEnum):
    KIND = 0
    NAME = 1
    NAMESPACE = 2
    READY = 3
    AGE = 4


_HEADS = {
    Column.KIND: "KIND",
    Column.NAME: "NAME",
    Column.NAMESPACE: "NAMESPACE",
    Column.READY: "READY",
    Column.AGE: "AGE",
}


class WorkloadModel(QAbstractTableModel):
    """Rows are kept in the order of arrival; the proxy sorts and searches."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._clock = clock
        self._rows: list[WorkloadRow] = []
        self._places: dict[tuple[str, str, str], int] = {}

    def set_rows(self, rows: Iterable[WorkloadRow]) -> None:
        """Replaces everything."""
        self.beginResetModel()
        self._rows = list(rows)
        self._places = {row.key: place for place, row in enumerate(self._rows)}
        self.endResetModel()

    def update_rows(self, rows: Iterable[WorkloadRow]) -> None:
        """The whole of what there is now; only what differs is touched, so selection and scrolling stay."""
        wanted = {row.key: row for row in rows}
        for gone in reversed([place for key, place in self._places.items() if key not in wanted]):
            self._remove(gone)
        for key, place in self._places.items():
            if self._rows[place] != wanted[key]:
                self._rows[place] = wanted[key]
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(Column) - 1))
        self._append([row for key, row in wanted.items() if key not in self._places])

    def row(self, place: int) -> WorkloadRow:
        return self._rows[place]

    def refresh_ages(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, Column.AGE), self.index(len(self._rows) - 1, Column.AGE))

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return _HEADS[Column(section)]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        row, column = self._rows[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == UNREADY_ROLE:
            return row.ready < row.desired
        if role == IDLE_ROLE:
            return row.desired == 0
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row, column)
        return None

    def _text(self, row: WorkloadRow, column: Column) -> str:
        match column:
            case Column.KIND:
                return row.kind
            case Column.NAME:
                return row.name
            case Column.NAMESPACE:
                return row.namespace
            case Column.READY:
                return f"{row.ready}/{row.desired}"
            case Column.AGE:
                return age(self._clock() - row.created)

    def _spoken(self, row: WorkloadRow, column: Column) -> str:
        if column is Column.READY:
            return f"{row.ready} of {row.desired} ready"
        return self._text(row, column)

    def _append(self, rows: list[WorkloadRow]) -> None:
        if not rows:
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        for row in rows:
            self._places[row.key] = len(self._rows)
            self._rows.append(row)
        self.endInsertRows()

    def _remove(self, place: int) -> None:
        self.beginRemoveRows(QModelIndex(), place, place)
        del self._places[self._rows.pop(place).key]
        for later in range(place, len(self._rows)):
            self._places[self._rows[later].key] = later
        self.endRemoveRows()


class WorkloadFilter(QSortFilterProxyModel):
    """Every word of the search must be found in the kind, the name or the namespace."""

    def __init__(self, source: WorkloadModel) -> None:
        super().__init__()
        self._source = source
        self._words: tuple[str, ...] = ()
        self.setSourceModel(source)
        self.setDynamicSortFilter(True)

    @property
    def is_searching(self) -> bool:
        return bool(self._words)

    def search(self, text: str) -> None:
        words = tuple(text.casefold().split())
        if words == self._words:
            return
        self.beginFilterChange()
        self._words = words
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def lessThan(self, left: Index, right: Index) -> bool:
        key = _SORT_KEYS[Column(left.column())]
        return bool(key(self._source.row(left.row())) < key(self._source.row(right.row())))

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        if not self._words:
            return True
        row = self._source.row(source_row)
        text = f"{row.kind} {short_kind(row.kind)} {row.name} {row.namespace}".casefold()
        return all(word in text for word in self._words)


_SORT_KEYS: dict[Column, Callable[[WorkloadRow], Any]] = {
    Column.KIND: lambda row: (row.kind, row.name),
    Column.NAME: lambda row: row.name,
    Column.NAMESPACE: lambda row: (row.namespace, row.name),
    Column.READY: lambda row: row.ready / row.desired if row.desired else 1.0,
    Column.AGE: lambda row: -row.created,
}
