"""The timeline, newest on top: a line with a shape for each entry, its time on the left and its words on the right."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFocusEvent, QFont, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.controllers.diagnosis_views import TimelineEntry
from app.ui.diagnostics.timeline_words import LOOKS, body_line, clock_time, day, head_line
from app.ui.icons import draw_icon
from app.ui.theme import Theme

_ROW = 52
_TIME_WIDTH = 96
_AXIS_X = 122
_GLYPH = 16
_TEXT_X = 150

_Index = QModelIndex | QPersistentModelIndex


class TimelineModel(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[TimelineEntry, ...] = ()

    def show_entries(self, entries: tuple[TimelineEntry, ...]) -> None:
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def entry(self, row: int) -> TimelineEntry:
        return self._entries[row]

    def begins_day(self, row: int) -> bool:
        """The first of its day, from the top: where the day is written."""
        return row == 0 or day(self._entries[row].at) != day(self._entries[row - 1].at)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return head_line(entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return body_line(entry)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            told = f"{day(entry.at)} {clock_time(entry.at)}: {head_line(entry)}"
            return f"{told}. {body_line(entry)}" if body_line(entry) else told
        return None


class _TimelineDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, model: TimelineModel) -> None:
        super().__init__()
        self._theme = theme
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(320, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry = self._model.entry(index.row())
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("selection"))
            painter.drawRoundedRect(QRectF(rect).adjusted(8, 2, -8, -2), 6, 6)
        self._draw_axis(painter, rect, index.row())
        self._draw_time(painter, rect, index.row(), entry)
        self._draw_words(painter, rect, entry)
        painter.restore()

    def _draw_axis(self, painter: QPainter, rect: QRect, row: int) -> None:
        look = LOOKS[self._model.entry(row).what]
        middle = rect.top() + 17.0
        painter.setPen(QPen(self._theme.colour("control"), 1))
        half = _GLYPH / 2 + 3
        if row > 0:
            painter.drawLine(QPointF(_AXIS_X, rect.top()), QPointF(_AXIS_X, middle - half))
        if row < self._model.rowCount() - 1:
            painter.drawLine(QPointF(_AXIS_X, middle + half), QPointF(_AXIS_X, rect.bottom() + 1))
        box = QRectF(_AXIS_X - _GLYPH / 2, middle - _GLYPH / 2, _GLYPH, _GLYPH)
        draw_icon(painter, box, look.icon, self._theme.colour(look.colour))

    def _draw_time(self, painter: QPainter, rect: QRect, row: int, entry: TimelineEntry) -> None:
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(QRect(0, rect.top() + 8, _TIME_WIDTH, 18), right, clock_time(entry.at))
        if self._model.begins_day(row):
            painter.setPen(self._theme.colour("text_dim"))
            painter.drawText(QRect(0, rect.top() + 26, _TIME_WIDTH, 18), right, day(entry.at))

    def _draw_words(self, painter: QPainter, rect: QRect, entry: TimelineEntry) -> None:
        left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        width = rect.right() - _TEXT_X - 16
        plain = painter.font()
        bold = QFont(plain)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(QRect(_TEXT_X, rect.top() + 8, width, 18), left, head_line(entry))
        painter.setFont(plain)
        painter.setPen(self._theme.colour("text_dim"))
        body = painter.fontMetrics().elidedText(body_line(entry), Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRect(_TEXT_X, rect.top() + 26, width, 18), left, body)


class TimelineView(QListView):
    """One row an entry; a screen reader hears time, what and why."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("timeline")
        self._model = TimelineModel()
        self._delegate = _TimelineDelegate(theme, self._model)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        theme.changed.connect(self.viewport().update)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Who comes by keyboard sees where they are."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._model.rowCount():
            self.setCurrentIndex(self._model.index(0, 0))

    def show_entries(self, entries: tuple[TimelineEntry, ...]) -> None:
        """Keeps what is selected, and where the reader is."""
        chosen = self.currentIndex().row()
        kept = self._model.entry(chosen) if 0 <= chosen < self._model.rowCount() else None
        at = self.verticalScrollBar().value()
        self._model.show_entries(entries)
        if kept in entries:
            self.setCurrentIndex(self._model.index(entries.index(kept), 0))
        self.verticalScrollBar().setValue(at)
