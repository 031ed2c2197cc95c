"""How the dock's tables paint themselves: a text in one of the theme's colours, maybe with a glyph before it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from app.ui.icons import icon_pixmap
from app.ui.theme import Theme

ROW_HEIGHT = 28
_GLYPH = 16
_LEFT, _RIGHT = 12, 8

Index = QModelIndex | QPersistentModelIndex


class Cell(NamedTuple):
    """`colour` and `note_colour` are tokens. `note`: dim words behind the text. `is_mono`: numbers and paths."""

    text: str
    colour: str = "text"
    glyph: str = ""
    note: str = ""
    is_mono: bool = False
    is_bold: bool = False


class CellModel(Protocol):
    def cell(self, row: int, column: int) -> Cell: ...


class CellDelegate(QStyledItemDelegate):
    """Asks the model once a cell: thousands are painted every second."""

    def __init__(self, theme: Theme, model: CellModel) -> None:
        super().__init__()
        self._theme = theme
        self._model = model
        self._mono = QFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family())
        self._mono.setPixelSize(12)
        self._bold = QFont(QGuiApplication.font())
        self._bold.setPixelSize(13)
        self._bold.setWeight(QFont.Weight.DemiBold)
        self._glyphs: dict[tuple[str, str, float], QPixmap] = {}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = self._model.cell(index.row(), index.column())
        rect = QRectF(option.rect)
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, self._theme.colour("selection"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, self._theme.colour("hover"))
        painter.setFont(self._mono if cell.is_mono else self._bold if cell.is_bold else option.font)
        place = rect.adjusted(_LEFT, 0, -_RIGHT, 0)
        if cell.glyph:
            top = rect.center().y() - _GLYPH / 2
            painter.drawPixmap(QPointF(place.left(), top), self._glyph(cell, painter.device().devicePixelRatio()))
            place.setLeft(place.left() + _GLYPH + 6)
        self._write(painter, place, cell)

    def _glyph(self, cell: Cell, ratio: float) -> QPixmap:
        """Drawn once, not once a cell."""
        colour = self._theme.colour(cell.colour)
        key = cell.glyph, colour.name(), ratio
        if key not in self._glyphs:
            self._glyphs[key] = icon_pixmap(cell.glyph, colour, _GLYPH, ratio)
        return self._glyphs[key]

    def _write(self, painter: QPainter, place: QRectF, cell: Cell) -> None:
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        metrics = painter.fontMetrics()
        text = metrics.elidedText(cell.text, Qt.TextElideMode.ElideMiddle, int(place.width()))
        painter.setPen(self._theme.colour(cell.colour))
        painter.drawText(place, flags, text)
        if cell.note:
            place.setLeft(place.left() + metrics.horizontalAdvance(text) + 6)
            note = metrics.elidedText(cell.note, Qt.TextElideMode.ElideRight, max(0, int(place.width())))
            painter.setPen(self._theme.colour("text_dim"))
            painter.drawText(place, flags, note)


class DockTable(QTableView):
    """A table of whole rows, without a grid."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("dockTable")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        self.setMinimumHeight(0)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(ROW_HEIGHT)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setFixedHeight(ROW_HEIGHT)
        head.setMinimumSectionSize(48)
        theme.changed.connect(self.viewport().update)
