"""A list of places as a model: whole lists at once, since a few hundred rows are quicker replaced than compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.ui.browser.navigation_rows import NavigationRow, RowKind

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()

Words = Callable[[NavigationRow], str]


class NavigationModel(QAbstractListModel):
    """`spoken` and `tooltip` word a row."""

    def __init__(self, parent: QObject, spoken: Words, tooltip: Words) -> None:
        super().__init__(parent)
        self._spoken = spoken
        self._tooltip = tooltip
        self._rows: list[NavigationRow] = []

    @property
    def rows(self) -> list[NavigationRow]:
        return self._rows

    def show_rows(self, rows: list[NavigationRow]) -> bool:
        """Returns whether they are others."""
        if rows == self._rows:
            return False
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()
        return True

    def place_of(self, name: str | None) -> int:
        """-1: it is not in the list. None is the row that means all."""
        wanted = RowKind.ALL if name is None else RowKind.PLACE
        return next((n for n, row in enumerate(self._rows) if row.name == name and row.kind is wanted), -1)

    def tell_all(self) -> None:
        """Something that is told of places has changed, not which there are."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Heads are passed over by the keyboard."""
        if not index.isValid() or self._rows[index.row()].kind is RowKind.HEAD:
            return Qt.ItemFlag.NoItemFlags
        return super().flags(index)

    def data(self, index: Index, role: int = 0) -> Any:
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(row) or None
        return None
