"""Paints a list of places: a glyph, the name, the selection as a rounded block, a mark at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.ui.browser.navigation_model import Index, NavigationModel
from app.ui.browser.navigation_rows import NavigationRow, RowKind
from app.ui.icons import draw_icon
from app.ui.theme import Theme

ROW_HEIGHT = 30
GLYPH_ROOM = 40
"""Pixels at the left in which a click is about the glyph."""

_GLYPH = 14
_TEXT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)

Mark = tuple[str, str]
"""Icon and token of its colour; the icon empty: nothing."""

_NO_MARK: Mark = ("", "")


class NavigationDelegate(QStyledItemDelegate):
    """`glyph_of` and `mark_of` tell what is drawn before and behind a name; without `glyph_of` there are stars."""

    def __init__(self, theme: Theme, view: QListView, *, has_stars: bool) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._has_stars = has_stars
        self.glyph_of: Callable[[NavigationRow], Mark] = lambda _row: _NO_MARK
        self.mark_of: Callable[[NavigationRow], Mark] = lambda _row: _NO_MARK

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._view.viewport().width(), ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, NavigationModel):
            return
        row = model.rows[index.row()]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.kind is RowKind.HEAD:
            self._paint_head(painter, QRectF(option.rect), row.text)
        else:
            self._paint_place(painter, QRectF(option.rect), option.state, row)
        painter.restore()

    def _paint_head(self, painter: QPainter, rect: QRectF, text: str) -> None:
        font = painter.font()
        font.setPixelSize(11)
        font.setWeight(font.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(self._theme.colour("text_dim"))
        painter.drawText(rect.adjusted(18, 6, -8, 0), _TEXT, text)

    def _paint_place(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag, row: NavigationRow) -> None:
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        is_pointed = bool(state & QStyle.StateFlag.State_MouseOver)
        block = rect.adjusted(8, 1, -8, -1)
        self._paint_block(painter, block, is_selected=is_selected, is_pointed=is_pointed)
        inner = block.adjusted(10, 0, -8, 0)
        self._draw(painter, inner.left(), rect, self._glyph(row, is_pointed or is_selected))
        mark = self.mark_of(row)
        if mark[0]:
            inner.setRight(inner.right() - _GLYPH)
            self._draw(painter, inner.right(), rect, mark)
            inner.setRight(inner.right() - 6)
        inner.setLeft(inner.left() + _GLYPH + 8)
        font = painter.font()
        font.setWeight(font.Weight.DemiBold if is_selected else font.Weight.Normal)
        painter.setFont(font)
        is_dim = row.kind is RowKind.ALL and not is_selected
        painter.setPen(self._theme.colour("text_dim" if is_dim else "text"))
        text = painter.fontMetrics().elidedText(row.text, Qt.TextElideMode.ElideMiddle, int(inner.width()))
        painter.drawText(inner, _TEXT, text)

    def _paint_block(self, painter: QPainter, block: QRectF, *, is_selected: bool, is_pointed: bool) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        if is_selected or is_pointed:
            painter.setBrush(self._theme.colour("selection" if is_selected else "hover"))
            painter.drawRoundedRect(block, 6, 6)
        if is_selected and self._view.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.drawRoundedRect(block.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def _glyph(self, row: NavigationRow, is_looked_at: bool) -> Mark:
        if not self._has_stars:
            return self.glyph_of(row)
        if row.kind is RowKind.ALL:
            return "layers", "text_dim"
        if row.is_favourite:
            return "star-filled", "working"
        return ("star", "text_dim") if is_looked_at else _NO_MARK

    def _draw(self, painter: QPainter, left: float, rect: QRectF, mark: Mark) -> None:
        if mark[0]:
            place = QRectF(left, rect.center().y() - _GLYPH / 2, _GLYPH, _GLYPH)
            draw_icon(painter, place, mark[0], self._theme.colour(mark[1]))
