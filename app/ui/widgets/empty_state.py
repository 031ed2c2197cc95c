"""A page in place of a table that has nothing to show: one sentence, and one button if there is something to do."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.ui.icons import icon_pixmap
from app.ui.styled import styled
from app.ui.theme import Theme

_PICTURE = QSize(32, 32)
_TEXT_WIDTH = 420


class EmptyState(QWidget):
    """Signals:
    action_asked: the button was pressed.
    """

    action_asked = Signal()

    def __init__(self, theme: Theme, *, text_width: int = _TEXT_WIDTH) -> None:
        """`text_width` in pixels."""
        super().__init__()
        self._text_width = text_width
        self.setObjectName("empty")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._icon = "layers"
        self._picture = QLabel()
        self._head = styled(QLabel(), "emptyHead")
        self._text = styled(QLabel(), "emptyText")
        self._button = styled(QPushButton(), "primary")
        self._button.clicked.connect(self.action_asked)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(2)
        for widget in (self._picture, self._head, self._text):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        self._text.setWordWrap(True)
        self._text.setFixedWidth(text_width)
        column.addSpacing(4)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        theme.changed.connect(self._dress)

    @property
    def head(self) -> str:
        return self._head.text()

    def press(self) -> None:
        self._button.click()

    def tell(self, head: str, text: str, *, button: str = "", icon: str = "layers") -> None:
        self._icon = icon
        self._head.setText(head)
        self._text.setText(text)
        self._text.setFixedHeight(self._text.heightForWidth(self._text_width) if text else 0)
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self.setAccessibleName(f"{head}. {text}")
        self._dress()

    def _dress(self) -> None:
        ratio = self.devicePixelRatioF()
        self._picture.setPixmap(icon_pixmap(self._icon, self._theme.colour("text_dim"), _PICTURE.width(), ratio))
