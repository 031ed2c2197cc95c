"""The one primary control: on, off, or honestly in between."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QStyle, QWidget

from app.controllers.views import ConnectionView, Phase
from app.ui.theme import Theme
from app.ui.wording import STATE_COLOURS, state_line

_TRACK = QSize(44, 24)
_FOCUS_MARGIN = 3
_MOTION_MS = 120

_POSITIONS = {
    Phase.CONNECTING: 0.5,
    Phase.RECONNECTING: 0.5,
    Phase.DISCONNECTING: 0.5,
    Phase.CONNECTED: 1.0,
    Phase.DEGRADED: 1.0,
}


class ConnectSwitch(QAbstractButton):
    """Shows the connection's phase by the knob's place and the track's colour. A click asks; it never moves itself."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._phase = Phase.STARTING
        self._position = 0.0
        self._shows_focus = False
        self._motion = QVariantAnimation(self)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.valueChanged.connect(self._move_to)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Connection")
        theme.changed.connect(self.update)

    @property
    def position(self) -> float:
        return self._position

    def show_view(self, view: ConnectionView) -> None:
        self._phase = view.phase
        verb = "Disconnect" if view.phase.holds_connection else "Connect"
        self.setToolTip(verb)
        self.setAccessibleDescription(f"{state_line(view)}. Press to {verb.lower()}.")
        wanted = _POSITIONS.get(view.phase, 0.0)
        self._motion.stop()
        moves = self.isVisible() and not _motion_reduced(self)
        self._motion.setDuration(_MOTION_MS if moves else 0)
        self._motion.setStartValue(self._position)
        self._motion.setEndValue(wanted)
        if moves:
            self._motion.start()
        else:
            self._move_to(wanted)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = event.reason() is not Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    def sizeHint(self) -> QSize:
        return _TRACK + QSize(2 * _FOCUS_MARGIN, 2 * _FOCUS_MARGIN)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(_FOCUS_MARGIN, (self.height() - _TRACK.height()) / 2, _TRACK.width(), _TRACK.height())
        radius = track.height() / 2
        if self._shows_focus and self.hasFocus():
            painter.setPen(QPen(self._theme.colour("accent"), 1.5))
            painter.drawRoundedRect(track.adjusted(-2, -2, 2, 2), radius + 2, radius + 2)
        is_off = self._position == 0.0
        colour = self._theme.colour("control" if is_off else STATE_COLOURS[self._phase])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.setOpacity(0.5 if self._phase is Phase.STARTING else 1.0)
        painter.drawRoundedRect(track, radius, radius)
        knob = track.height() - 6
        left = track.left() + 3 + self._position * (track.width() - knob - 6)
        painter.setBrush(self._theme.colour("surface"))
        painter.drawEllipse(QRectF(left, track.top() + 3, knob, knob))

    def _move_to(self, position: float) -> None:
        self._position = position
        self.update()


def _motion_reduced(widget: QWidget) -> bool:
    return not widget.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, widget)
