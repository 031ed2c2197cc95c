"""A small picture of a state, told apart by its shape and tinted by its colour."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.controllers.views import Phase
from app.ui.icons import draw_icon
from app.ui.theme import Theme
from app.ui.wording import STATE_COLOURS, STATE_GLYPHS

_EDGE = 18


class StateGlyph(QWidget):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._phase = Phase.STARTING
        self.setFixedSize(QSize(_EDGE, _EDGE))
        theme.changed.connect(self.update)

    def show_phase(self, phase: Phase) -> None:
        self._phase = phase
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colour = self._theme.colour(STATE_COLOURS[self._phase])
        draw_icon(painter, QRectF(0, 0, _EDGE, _EDGE), STATE_GLYPHS[self._phase], colour)
