"""One sentence with a sign before it: a fault, a warning, something to know, something that is fine."""

from __future__ import annotations

import enum

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.ui.icons import icon_pixmap
from app.ui.styled import styled
from app.ui.theme import Theme

_SIGN_PX = 14


class Tone(enum.StrEnum):
    FAULT = "fault"
    WARNING = "warning"
    INFO = "info"
    FINE = "fine"
    NO = "no"
    UNSURE = "unsure"


_SIGNS = {
    Tone.FAULT: ("state-error", "error"),
    Tone.WARNING: ("warning", "working"),
    Tone.INFO: ("info", "text_dim"),
    Tone.FINE: ("check", "connected"),
    Tone.NO: ("cross", "text_dim"),
    Tone.UNSURE: ("question", "working"),
}


class WrappedLabel(QLabel):
    """As high as its text needs at this width: layouts inside of layouts forget to ask."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def tell(self, text: str) -> None:
        self.setText(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        height = self.heightForWidth(self.width()) if self.text() else 0
        if height >= 0 and height != self.minimumHeight():
            self.setMinimumHeight(height)


class NoteLine(QWidget):
    """Hidden until it is told something. `strong`: it is what the others explain."""

    def __init__(self, theme: Theme, *, strong: bool = False) -> None:
        super().__init__()
        self._theme = theme
        self._tone = Tone.INFO
        self._sign = QLabel()
        self._sign.setFixedSize(_SIGN_PX, _SIGN_PX + 2)
        self._text = styled(WrappedLabel(), "verdict" if strong else "noteText")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        theme.changed.connect(self._dress)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    @property
    def tone(self) -> Tone:
        return self._tone

    def tell(self, tone: Tone, text: str) -> None:
        """An empty text hides it."""
        if text and (tone, text) == (self._tone, self._text.text()) and not self.isHidden():
            return
        self._tone = tone
        self._text.setProperty("tone", tone.value)
        self._text.style().polish(self._text)
        self._text.tell(text)
        self.setAccessibleName(text)
        self._dress()
        self.setVisible(bool(text))

    def _dress(self) -> None:
        name, colour = _SIGNS[self._tone]
        self._sign.setPixmap(icon_pixmap(name, self._theme.colour(colour), _SIGN_PX, self.devicePixelRatioF()))
