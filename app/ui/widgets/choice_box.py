"""A small drop-down list of words, with the sheet's look and an arrow of our own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate

from app.ui.icons import draw_icon
from app.ui.styled import styled
from app.ui.theme import Theme

_ARROW_PX = 14


class ChoiceBox(QComboBox):
    """Signals:
    chosen: the user has chosen another one.
    """

    chosen = Signal()

    def __init__(self, theme: Theme, choices: Sequence[tuple[str, str, str]]) -> None:
        """`choices`: value, word, help."""
        super().__init__()
        self.setObjectName("choice")
        self._theme = theme
        for value, word, told in choices:
            self.addItem(word, str(value))
            self.setItemData(self.count() - 1, told, Qt.ItemDataRole.ToolTipRole)
        # The style's own delegate draws menu items, which the sheet does not reach.
        self.setItemDelegate(QStyledItemDelegate(self))
        styled(self.view(), "fieldPopup")
        self.activated.connect(lambda _index: self.chosen.emit())
        theme.changed.connect(self.update)

    @property
    def value(self) -> str:
        return str(self.currentData())

    def choose(self, value: str) -> None:
        self.setCurrentIndex(max(0, self.findData(str(value))))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Who scrolls the inspector does not mean to change a rule."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        top = (self.height() - _ARROW_PX) / 2
        rect = QRectF(self.width() - _ARROW_PX - 5, top, _ARROW_PX, _ARROW_PX)
        draw_icon(painter, rect, "chevron-down", self._theme.colour("text_dim"))
        painter.end()
