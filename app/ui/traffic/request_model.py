"""The last requests, and which of them the filter shows. Rows come at the end and go at the beginning."""

from __future__ import annotations

import enum
from collections import deque
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal

from app.controllers.traffic_views import RequestRow
from app.domain.request_filter import RequestFilter
from app.domain.requests import LAPTOP
from app.ui.traffic.cells import Cell, Index
from app.ui.traffic.traffic_wording import clock_time, took
from app.ui.translation import mark, tr
from app.ui.widgets.table_heads import head_data

MAX_REQUESTS = 10_000
_NO_PARENT = QModelIndex()
_COMPACT_AT = 4096


class Column(enum.IntEnum):
    TIME = 0
    METHOD = 1
    PATH = 2
    STATUS = 3
    DURATION = 4
    VERDICT = 5
    RULE = 6
    POD = 7


_HEADS = {
    Column.TIME: mark("TIME"),
    Column.METHOD: mark("METHOD"),
    Column.PATH: mark("PATH"),
    Column.STATUS: mark("STATUS"),
    Column.DURATION: mark("DURATION"),
    Column.VERDICT: mark("WENT TO"),
    Column.RULE: mark("RULE OF"),
    Column.POD: mark("POD"),
}


class RequestModel(QAbstractTableModel):
    """Oldest first. A filter of its own rather than a proxy model: at 2,000 rows a second the proxy would cost more.

    Signals:
        about_to_drop: int, so many rows at the top are going; whoever scrolls can keep the view still.
    """

    about_to_drop = Signal(int)

    def __init__(self, limit: int = MAX_REQUESTS) -> None:
        super().__init__()
        self._limit = limit
        self._all: deque[tuple[int, RequestRow]] = deque()
        self._shown: list[tuple[int, RequestRow]] = []
        self._first = 0
        """`_shown` begins here: what is before has been dropped, and is cut off now and then."""
        self._next_number = 0
        self._filter = RequestFilter()

    @property
    def total(self) -> int:
        return len(self._all)

    @property
    def has_dropped(self) -> bool:
        """Older requests than these were there once."""
        return self._next_number > len(self._all)

    @property
    def shown(self) -> tuple[RequestRow, ...]:
        return tuple(row for _, row in self._shown[self._first :])

    def request(self, row: int) -> RequestRow:
        return self._shown[self._first + row][1]

    def add(self, rows: tuple[RequestRow, ...]) -> None:
        rows = rows[-self._limit :]
        self._drop(len(self._all) + len(rows) - self._limit)
        numbered = list(enumerate(rows, self._next_number))
        self._next_number += len(rows)
        self._all.extend(numbered)
        fitting = numbered if self._filter.is_empty else [one for one in numbered if self._filter.matches(one[1])]
        if fitting:
            count = self.rowCount()
            self.beginInsertRows(_NO_PARENT, count, count + len(fitting) - 1)
            self._shown += fitting
            self.endInsertRows()

    def clear(self) -> None:
        self.beginResetModel()
        self._all.clear()
        self._shown, self._first, self._next_number = [], 0, 0
        self.endResetModel()

    def set_filter(self, wanted: RequestFilter) -> None:
        self.beginResetModel()
        self._filter = wanted
        self._shown = [one for one in self._all if wanted.matches(one[1])]
        self._first = 0
        self.endResetModel()

    def cell(self, row: int, column: int) -> Cell:
        request = self._shown[self._first + row][1]
        match column:
            case Column.TIME:
                return Cell(clock_time(request.time), "text_dim", is_mono=True)
            case Column.METHOD:
                return Cell(request.method, is_bold=True)
            case Column.PATH:
                return Cell(request.path, is_mono=True)
            case Column.STATUS:
                return Cell(status_text(request), *_status_look(request), is_mono=True)
            case Column.DURATION:
                return Cell(took(request.duration_s), "text_dim", is_mono=True)
            case Column.VERDICT:
                return verdict_cell(request)
            case Column.RULE:
                return Cell(owner_text(request), "mesh" if request.mine else "text_dim")
            case _:
                return Cell(request.pod, "text_dim")

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._shown) - self._first

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        return head_data(_HEADS, section, orientation, role)

    def data(self, index: Index, role: int = 0) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.cell(index.row(), index.column()).text
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(self.request(index.row()), index.column())
        return None

    @staticmethod
    def _tip(request: RequestRow, column: int) -> str | None:
        if column == Column.PATH:
            return request.path
        if column == Column.RULE and request.owner:
            return request.rule or tr("everything")
        return request.pod if column == Column.POD else None

    def _drop(self, count: int) -> None:
        """The oldest `count`, where that is more than none."""
        if count <= 0:
            return
        for _ in range(min(count, len(self._all))):
            self._all.popleft()
        oldest = self._next_number if not self._all else self._all[0][0]
        gone = 0
        while self._first + gone < len(self._shown) and self._shown[self._first + gone][0] < oldest:
            gone += 1
        if gone:
            self.about_to_drop.emit(gone)
            self.beginRemoveRows(_NO_PARENT, 0, gone - 1)
            self._first += gone
            self.endRemoveRows()
        if self._first > _COMPACT_AT:
            del self._shown[: self._first]
            self._first = 0


def status_text(request: RequestRow) -> str:
    status = str(request.status) if request.status else "–"
    return status if request.grpc_status is None else f"{status}/{request.grpc_status}"


def verdict_cell(request: RequestRow) -> Cell:
    if request.verdict == LAPTOP:
        return Cell(tr("laptop"), "mesh", "traffic-laptop")
    return Cell(tr("cluster"), "text_dim", "traffic-cluster")


def owner_text(request: RequestRow) -> str:
    if request.verdict != LAPTOP:
        return ""
    return tr("you") if request.mine else request.owner or tr("not known")


def _status_look(request: RequestRow) -> tuple[str, str]:
    """Colour and glyph: a failure has a shape of its own."""
    if request.is_failure:
        return "error", "state-error"
    return ("degraded", "") if request.status >= 400 else ("text", "")
