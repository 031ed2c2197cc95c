"""A switch that shows what is, not what was clicked: off, on, or honestly in between."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QStyle, QWidget

from app.ui.theme import Theme

OFF, BETWEEN, ON = 0.0, 0.5, 1.0
"""Where the knob is."""

_FOCUS_MARGIN = 3
_MOTION_MS = 120
_FAINT = 0.45


class Switch(QAbstractButton):
    """A click asks (`clicked`); the switch moves when it is told to. `track`: the size of what the knob moves in."""

    def __init__(self, theme: Theme, track: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._track = track
        self._position = OFF
        self._colour = "control"
        self._is_faint = False
        self._shows_focus = False
        self._motion = QVariantAnimation(self)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.valueChanged.connect(self._move_to)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    @property
    def position(self) -> float:
        return self._position

    def show_position(self, position: float, colour: str, *, faint: bool = False) -> None:
        """`colour`: the token of the track's colour while it is not off."""
        self._colour, self._is_faint = colour, faint
        self._motion.stop()
        moves = self.isVisible() and not motion_reduced(self)
        self._motion.setDuration(_MOTION_MS if moves else 0)
        self._motion.setStartValue(self._position)
        self._motion.setEndValue(position)
        if moves:
            self._motion.start()
        else:
            self._move_to(position)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = event.reason() is not Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def sizeHint(self) -> QSize:
        return self._track + QSize(2 * _FOCUS_MARGIN, 2 * _FOCUS_MARGIN)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height, width = self._track.height(), self._track.width()
        track = QRectF(_FOCUS_MARGIN, (self.height() - height) / 2, width, height)
        radius = height / 2
        if self._shows_focus and self.hasFocus():
            painter.setPen(QPen(self._theme.colour("accent"), 1.5))
            painter.drawRoundedRect(track.adjusted(-2, -2, 2, 2), radius + 2, radius + 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("control" if self._position == OFF else self._colour))
        painter.setOpacity(_FAINT if self._is_faint or (not self.isEnabled() and self._position != BETWEEN) else 1.0)
        painter.drawRoundedRect(track, radius, radius)
        knob = height - 6
        left = track.left() + 3 + self._position * (width - knob - 6)
        painter.setBrush(self._theme.colour("surface"))
        painter.drawEllipse(QRectF(left, track.top() + 3, knob, knob))

    def _move_to(self, position: float) -> None:
        self._position = position
        self.update()


def motion_reduced(widget: QWidget) -> bool:
    """Does the desktop ask for no animations?"""
    return not widget.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, widget)
