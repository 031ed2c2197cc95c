"""One step of the first run: how it stands, told by a shape, a word and a colour, and what there is to do."""

from __future__ import annotations

import enum

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QVBoxLayout, QWidget

from app.ui.icons import draw_icon
from app.ui.styled import dress_anew, styled
from app.ui.theme import Theme

_MARK = 28


class StepState(enum.StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    OPEN = "open"
    FAILED = "failed"


_COLOURS = {
    StepState.WAITING: "text_dim",
    StepState.WORKING: "working",
    StepState.DONE: "connected",
    StepState.OPEN: "accent",
    StepState.FAILED: "error",
}
_PICTURES = {StepState.DONE: "step-done", StepState.FAILED: "step-failed", StepState.WORKING: "state-working"}
"""The others show the step's number."""


class StepCard(QFrame):
    """A number or a mark, a title with the state in words beside it, and a body."""

    def __init__(self, theme: Theme, number: int, title: str) -> None:
        super().__init__()
        self.setObjectName("stepCard")
        self._title_text = title
        self.mark = _StepMark(theme, number)
        self._title = styled(QLabel(title), "stepTitle")
        self._word = styled(QLabel(), "stepWord")
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(10)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._word)
        texts = QVBoxLayout()
        texts.setSpacing(10)
        texts.addLayout(head)
        texts.addLayout(self._body)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 16, 20, 16)
        row.setSpacing(16)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)

    @property
    def state(self) -> StepState:
        return self.mark.state

    @property
    def word(self) -> str:
        return self._word.text()

    def add(self, part: QWidget | QLayout) -> None:
        if isinstance(part, QWidget):
            self._body.addWidget(part)
        else:
            self._body.addLayout(part)

    def show_state(self, state: StepState, word: str) -> None:
        self.mark.show_state(state)
        self._word.setText(word)
        self._word.setProperty("tone", state.value)
        dress_anew(self._word)
        self.setAccessibleName(f"{self._title_text}: {word}" if word else self._title_text)


class _StepMark(QWidget):
    def __init__(self, theme: Theme, number: int) -> None:
        super().__init__()
        self._theme = theme
        self._number = number
        self.state = StepState.WAITING
        self.setFixedSize(QSize(_MARK, _MARK))
        theme.changed.connect(self.update)

    def show_state(self, state: StepState) -> None:
        self.state = state
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self._theme.colour(_COLOURS[self.state])
        picture = _PICTURES.get(self.state)
        if picture is not None:
            draw_icon(painter, QRectF(2, 2, _MARK - 4, _MARK - 4), picture, colour)
            return
        painter.setPen(QPen(colour, 1.75))
        painter.drawEllipse(QRectF(2, 2, _MARK - 4, _MARK - 4))
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), str(self._number))
