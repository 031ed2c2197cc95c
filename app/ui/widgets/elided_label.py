"""A label that gives way: what does not fit is left out in the middle, and told by the tool tip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from app.ui.widgets.plain_tip import plain_tip

_LEAST_WIDTH = 48


class ElidedLabel(QLabel):
    """A tool tip that it is given stays, whether everything fits or not."""

    def __init__(self) -> None:
        super().__init__()
        self._tip = ""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def setToolTip(self, text: str) -> None:
        self._tip = text
        super().setToolTip(plain_tip(text))

    def minimumSizeHint(self) -> QSize:
        whole = super().minimumSizeHint()
        return QSize(min(whole.width(), _LEAST_WIDTH), whole.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width())
        super().setToolTip(plain_tip(self._tip or ("" if shown == self.text() else self.text())))
        painter = QPainter(self)
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
