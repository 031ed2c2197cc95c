"""Flows as a table model: sorted as the head says, and a row stays the same row while its numbers change."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt

from app.controllers.traffic_views import FlowRow
from app.domain.flow_names import PlaceKind
from app.ui.traffic.cells import Cell, Index
from app.ui.traffic.traffic_wording import amount, workload_name
from app.ui.translation import mark, tr, tr_count
from app.ui.widgets.table_heads import head_data
from app.ui.wording import age, rate

_NO_PARENT = QModelIndex()


class Column(enum.IntEnum):
    NAME = 0
    PORT = 1
    PROTOCOL = 2
    DOWN = 3
    UP = 4
    TOTAL = 5
    AGE = 6


_HEADS = {
    Column.NAME: mark("SERVICE"),
    Column.PORT: mark("PORT"),
    Column.PROTOCOL: mark("PROTOCOL"),
    Column.DOWN: mark("DOWN"),
    Column.UP: mark("UP"),
    Column.TOTAL: mark("TOTAL"),
    Column.AGE: mark("AGE"),
}
_SORT_KEYS: dict[Column, Callable[[FlowRow], Any]] = {
    Column.NAME: lambda row: (str(row.place), row.port),
    Column.PORT: lambda row: row.port,
    Column.PROTOCOL: lambda row: row.protocol,
    Column.DOWN: lambda row: (row.down_bytes_s, row.down_bytes),
    Column.UP: lambda row: (row.up_bytes_s, row.up_bytes),
    Column.TOTAL: lambda row: row.down_bytes + row.up_bytes,
    Column.AGE: lambda row: row.age_s,
}


class FlowModel(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self._rows: list[FlowRow] = []
        self._told: tuple[FlowRow, ...] = ()
        self._column: Column | None = None
        self._is_descending = True
        self._words: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return len(self._told)

    def flow(self, row: int) -> FlowRow:
        return self._rows[row]

    def show_rows(self, rows: tuple[FlowRow, ...]) -> None:
        """All there are now, busiest first."""
        self._told = rows
        self._arrange()

    def search(self, text: str) -> None:
        """Every word must be found in the name, the address, the port or the protocol."""
        self._words = tuple(text.casefold().split())
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """A column of -1: busiest first."""
        self._column = Column(column) if column >= 0 else None
        self._is_descending = order is Qt.SortOrder.DescendingOrder
        self._arrange()

    def cell(self, row: int, column: int) -> Cell:
        flow = self._rows[row]
        match column:
            case Column.NAME:
                return _name_cell(flow)
            case Column.PORT:
                return Cell(_port_text(flow), is_mono=True)
            case Column.PROTOCOL:
                return Cell(flow.protocol, "text_dim")
            case Column.DOWN:
                return _rate_cell(flow.down_bytes_s, "↓", "accent")
            case Column.UP:
                return _rate_cell(flow.up_bytes_s, "↑", "proxy")
            case Column.TOTAL:
                return Cell(amount(flow.down_bytes + flow.up_bytes), "text_dim")
            case _:
                return Cell(age(flow.age_s), "text_dim")

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return head_data(_HEADS, section, orientation, role)

    def data(self, index: Index, role: int = 0) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(index.row(), index.column()).text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            cell = self.cell(index.row(), index.column())
            return f"{cell.text} {cell.note}".strip()
        if role == Qt.ItemDataRole.ToolTipRole:
            return flow_tip(self._rows[index.row()])
        return None

    def _arrange(self) -> None:
        rows = [row for row in self._told if self._fits(row)]
        if self._column is not None:
            rows.sort(key=_SORT_KEYS[self._column], reverse=self._is_descending)
        self._remove_gone({row.identity for row in rows})
        self._append_new(rows)
        self.layoutAboutToBeChanged.emit()
        places = {row.identity: place for place, row in enumerate(rows)}
        before = self.persistentIndexList()
        after = [self.index(places[self._rows[one.row()].identity], one.column()) for one in before]
        self._rows = rows
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _fits(self, row: FlowRow) -> bool:
        if not self._words:
            return True
        text = f"{row.place} {row.address} {row.port} {row.protocol}".casefold()
        return all(word in text for word in self._words)

    def _remove_gone(self, wanted: set[tuple[str, str, int, bool]]) -> None:
        for place in reversed([place for place, row in enumerate(self._rows) if row.identity not in wanted]):
            self.beginRemoveRows(_NO_PARENT, place, place)
            del self._rows[place]
            self.endRemoveRows()

    def _append_new(self, rows: list[FlowRow]) -> None:
        known = {row.identity for row in self._rows}
        new = [row for row in rows if row.identity not in known]
        if new:
            count = len(self._rows)
            self.beginInsertRows(_NO_PARENT, count, count + len(new) - 1)
            self._rows += new
            self.endInsertRows()


def flow_tip(flow: FlowRow) -> str:
    lines = [f"{flow.address} · {flow.protocol} {flow.port}" if flow.port else f"{flow.address} · {flow.protocol}"]
    if flow.workload is not None:
        lines.append(workload_name(flow.workload))
    lines.append(
        tr_count(flow.connections, "1 connection in the last second", "{count} connections in the last second")
    )
    lines.append(tr("↓ {down} · ↑ {up} in all", down=amount(flow.down_bytes), up=amount(flow.up_bytes)))
    return "\n".join(lines)


def _name_cell(flow: FlowRow) -> Cell:
    place = flow.place
    match place.kind:
        case PlaceKind.INTERCEPT:
            return Cell(
                place.name, "mesh", "traffic-laptop", tr("{namespace} · to your laptop", namespace=place.namespace)
            )
        case PlaceKind.ADDRESS:
            return Cell(place.name, "text_dim", is_mono=True)
        case PlaceKind.POD:
            return Cell(place.name, note=tr("{namespace} · pod", namespace=place.namespace))
        case _:
            return Cell(place.name, note=place.namespace)


def _port_text(flow: FlowRow) -> str:
    return str(flow.port) if flow.port else "–"


def _rate_cell(bytes_s: float, arrow: str, colour: str) -> Cell:
    return Cell(f"{arrow} {rate(bytes_s)}", colour) if bytes_s else Cell("–", "text_dim")
