"""What is told in place of an empty table: the dock is low, so it is one line, and maybe one thing to press."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.ui.styled import styled


class DockNote(QWidget):
    """Signals:
    action_asked: the button was pressed.
    """

    action_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("dockNote")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._text = styled(QLabel(), "emptyText")
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setWordWrap(True)
        self._button = styled(QPushButton(), "link")
        self._button.clicked.connect(self.action_asked)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 4, 16, 4)
        column.setSpacing(4)
        column.addStretch(1)
        column.addWidget(self._text)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.tell("")

    @property
    def tab_chain(self) -> tuple[QWidget, ...]:
        return (self._button,)

    @property
    def text(self) -> str:
        return self._text.text()

    def tell(self, text: str, *, button: str = "") -> None:
        self._text.setText(text)
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self.setAccessibleName(text)
