"""A button that gives way, as ElidedLabel: names of contexts can be longer than there is room (EKS has whole ARNs)."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter

from app.ui.widgets.plain_tip import plain_tip

_LEAST_TEXT_WIDTH = 96


class ElidedButton(QPushButton):
    """What does not fit is left out in the middle, and told by the tool tip."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        whole, text_width = self.sizeHint(), self.fontMetrics().horizontalAdvance(self.text())
        return QSize(whole.width() - max(0, text_width - _LEAST_TEXT_WIDTH), whole.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        room = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self).width()
        option.text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room)
        self.setToolTip(plain_tip("" if option.text == self.text() else self.text()))
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)
