"""Paints the rows: with air, a line between them, a shape beside every coloured word."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from app.ui.browser.intercept_cell import Shape
from app.ui.browser.sparkline import draw_sparkline
from app.ui.browser.workload_columns import Column
from app.ui.browser.workload_entry import Entry
from app.ui.browser.workload_model import Index, WorkloadModel
from app.ui.icons import draw_icon
from app.ui.theme import Theme
from app.ui.wording import short_kind

ROW_HEIGHT = 34
_LEFT, _RIGHT = 12, 8
_GLYPH, _GAP = 14, 6
_SPARK_HEIGHT = 16
_MARK_WIDTH = 3
_MOST_FOR_NAMESPACE = 0.4
"""Of the name's column."""

_TEXT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_COLOURS = (
    "surface",
    "selection",
    "hover",
    "line",
    "text",
    "text_dim",
    "accent",
    "degraded",
    "working",
    "mesh",
    "proxy",
)


class WorkloadDelegate(QStyledItemDelegate):
    """`tells_namespace`: behind the name, where the column of namespaces had to give way. `shortens_kind`: likewise."""

    def __init__(self, theme: Theme, model: WorkloadModel, view: QTableView) -> None:
        super().__init__(view)
        self._theme = theme
        self._model = model
        self._view = view
        self.tells_namespace = False
        self.shortens_kind = False
        self._colours: dict[str, QColor] = {}
        theme.changed.connect(self._dress)
        self._dress()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry, column = self._model.entry(index.row()), Column(index.column())
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, rect, option.state, index)
        inner = rect.adjusted(_LEFT, 0, -_RIGHT, 0)
        match column:
            case Column.KIND if self.shortens_kind:
                self._write(painter, inner, short_kind(entry.row.kind), "text_dim")
            case Column.NAME:
                self._paint_name(painter, inner, entry)
            case Column.READY:
                self._paint_ready(painter, inner, entry)
            case Column.INTERCEPT:
                self._paint_intercept(painter, inner, entry)
            case Column.TRAFFIC if entry.rates:
                spark = QRectF(inner.left(), inner.center().y() - _SPARK_HEIGHT / 2, inner.width(), _SPARK_HEIGHT)
                draw_sparkline(painter, spark, entry.rates, self._colours["accent"])
            case _:
                self._write(painter, inner, self._model.texts.shown(entry, column), "text_dim")
        painter.restore()

    def _paint_ground(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag, index: Index) -> None:
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.fillRect(rect, self._colours["selection" if is_selected else "surface"])
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), self._colours["line"])
        if is_selected and rect.left() <= 0:
            painter.fillRect(QRectF(rect.left(), rect.top(), _MARK_WIDTH, rect.height() - 1), self._colours["accent"])
        if self._view.hasFocus() and self._view.currentIndex().row() == index.row():
            for top in (rect.top(), rect.bottom() - 1):
                painter.fillRect(QRectF(rect.left(), top, rect.width(), 1), self._colours["accent"])

    def _paint_name(self, painter: QPainter, rect: QRectF, entry: Entry) -> None:
        if not self.tells_namespace:
            self._write(painter, rect, entry.row.name, "text")
            return
        needs = painter.fontMetrics().horizontalAdvance(entry.row.namespace) + _GAP
        room = min(needs, rect.width() * _MOST_FOR_NAMESPACE)
        used = self._write(painter, rect.adjusted(0, 0, -room, 0), entry.row.name, "text")
        self._write(painter, rect.adjusted(used + _GAP, 0, 0, 0), entry.row.namespace, "text_dim")

    def _paint_ready(self, painter: QPainter, rect: QRectF, entry: Entry) -> None:
        row = entry.row
        text = f"{row.ready}/{row.desired}"
        if row.ready < row.desired:
            self._write(painter, self._draw_shape(painter, rect, "state-degraded", "degraded"), text, "degraded")
        else:
            self._write(painter, rect, text, "text" if row.desired else "text_dim")

    def _paint_intercept(self, painter: QPainter, rect: QRectF, entry: Entry) -> None:
        cell = entry.cell
        if cell.shape is Shape.IMPOSSIBLE:
            used = self._write(painter, rect.adjusted(0, 0, -_GLYPH - _GAP, 0), cell.text, "text_dim")
            self._draw_shape(painter, rect.adjusted(used + (_GAP if used else 0), 0, 0, 0), cell.shape.icon, "text_dim")
            return
        if cell.shape.icon:
            rect = self._draw_shape(painter, rect, cell.shape.icon, cell.shape.colour)
        if not cell.trouble:
            self._write(painter, rect, cell.text, cell.shape.colour)
            return
        metrics = painter.fontMetrics()
        room = metrics.horizontalAdvance(cell.trouble) + _GAP
        is_told = metrics.horizontalAdvance(cell.text) + room <= rect.width()
        used = self._write(
            painter, rect.adjusted(0, 0, -(room if is_told else _GLYPH + _GAP), 0), cell.text, cell.shape.colour
        )
        rect = rect.adjusted(used + (_GAP if used else 0), 0, 0, 0)
        if is_told:
            self._write(painter, rect, cell.trouble, "degraded")
        else:
            self._draw_shape(painter, rect, "state-degraded", "degraded")

    def _draw_shape(self, painter: QPainter, rect: QRectF, icon: str, colour: str) -> QRectF:
        """Returns what is left beside it."""
        draw_icon(
            painter, QRectF(rect.left(), rect.center().y() - _GLYPH / 2, _GLYPH, _GLYPH), icon, self._colours[colour]
        )
        return rect.adjusted(_GLYPH + _GAP, 0, 0, 0)

    def _write(self, painter: QPainter, rect: QRectF, text: str, colour: str) -> float:
        """Returns the width that it took."""
        if rect.width() <= 0:
            return 0.0
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(text)
        if width > rect.width():
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()))
        painter.setPen(self._colours[colour])
        painter.drawText(rect, _TEXT, text)
        return min(float(width), rect.width())

    def _dress(self) -> None:
        self._colours = {token: self._theme.colour(token) for token in _COLOURS}
        self._view.viewport().update()
