"""A check box in the sheet's colours, whose tick is one of our icons."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QStyle, QStyleOptionButton

from app.ui.icons import draw_icon
from app.ui.theme import Theme


class TickBox(QCheckBox):
    def __init__(self, theme: Theme, words: str = "") -> None:
        super().__init__(words)
        self.setObjectName("tick")
        self._theme = theme
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.isChecked() and not self.hasFocus():
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = QRectF(self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self))
        painter = QPainter(self)
        if self.isChecked():
            draw_icon(painter, box, "check", self._theme.colour("on_accent"))
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(self._theme.colour("text"))
            edge = box.adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(edge, 4, 4)
        painter.end()
