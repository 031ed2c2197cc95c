"""The dock's graph of live throughput: the curves with a scale, minutes, and a second that is read off."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.controllers.views import TrafficSample
from app.ui.theme import Theme
from app.ui.traffic.throughput_curves import draw_samples, scale_top
from app.ui.traffic.traffic_history import HISTORY_S, TrafficHistory, peak_of
from app.ui.traffic.traffic_wording import clock_time
from app.ui.translation import tr, tr_count
from app.ui.wording import rate, round_rate

_GRID_LINES = 2
_SCALE_WIDTH = 76
_MINUTES_HEIGHT = 18
_LEAST_HEIGHT_WITH_MINUTES = 96
_PAGE_S = 30


class ThroughputGraph(QWidget):
    """The dock's graph, with a scale. `empty_text` is told in it while there is nothing to draw.

    The mouse, or the left and right keys, read a second off. `clock`: the time of day, in seconds since the epoch.
    """

    def __init__(
        self,
        theme: Theme,
        history: TrafficHistory,
        parent: QWidget | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._history = history
        self._clock = clock
        self._empty_text = ""
        self._shown: tuple[TrafficSample, ...] = ()
        self._newest_at = 0.0
        self._is_paused = False
        self._read: int | None = None
        """How many seconds before the newest sample is read off."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(60)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Throughput of the last five minutes"))
        theme.changed.connect(self.update)

    @property
    def reading(self) -> str:
        """What is read off, in words; empty while nothing is."""
        sample = self._sample_read()
        if sample is None:
            return ""
        when = self._newest_at - (self._shown[-1].time - sample.time)
        values = tr("↓ {down}   ↑ {up}", down=rate(sample.down_bytes_s), up=rate(sample.up_bytes_s))
        return f"{clock_time(when)}   {values}"

    def set_empty_text(self, text: str) -> None:
        self._empty_text = text
        self.update()

    def set_paused(self, is_paused: bool) -> None:
        """While paused the seconds that come are kept, and shown when it goes on."""
        self._is_paused = is_paused
        self.refresh()

    def refresh(self) -> None:
        """The history has changed."""
        samples = self._history.samples
        if self._is_paused and samples:
            return
        self._shown = samples
        self._newest_at = self._clock()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._shown:
            painter.setPen(self._theme.colour("text_dim"))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self._empty_text)
            return
        top = scale_top(peak_of(self._shown))
        plot = self._plot()
        self._draw_grid(painter, plot, top)
        draw_samples(painter, plot, self._shown, top, self._theme)
        self._draw_reading(painter, plot, top)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(4.5, 0.5, -4.5, -0.5), 6, 6)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        plot = self._plot()
        share = (plot.right() - event.position().x()) / plot.width()
        self._read_off(round(share * (HISTORY_S - 1)))

    def leaveEvent(self, event: QEvent) -> None:
        self._read_off(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._read_off(None)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        now = self._read if self._read is not None else -1
        steps = {
            Qt.Key.Key_Left: now + 1,
            Qt.Key.Key_Right: now - 1,
            Qt.Key.Key_PageUp: now + _PAGE_S,
            Qt.Key.Key_PageDown: now - _PAGE_S,
            Qt.Key.Key_Home: HISTORY_S,
            Qt.Key.Key_End: 0,
        }
        if event.key() == Qt.Key.Key_Escape and self._read is not None:
            self._read_off(None)
        elif event.key() in steps:
            self._read_off(min(max(0, steps[Qt.Key(event.key())]), max(0, len(self._shown) - 1)))
            self.setAccessibleDescription(self.reading)
        else:
            super().keyPressEvent(event)

    def _read_off(self, seconds_ago: int | None) -> None:
        if seconds_ago is not None and not 0 <= seconds_ago < len(self._shown):
            seconds_ago = None
        if seconds_ago != self._read:
            self._read = seconds_ago
            self.update()

    def _sample_read(self) -> TrafficSample | None:
        if self._read is None or self._read >= len(self._shown):
            return None
        return self._shown[-1 - self._read]

    def _plot(self) -> QRectF:
        bottom = _MINUTES_HEIGHT + 4 if self.height() >= _LEAST_HEIGHT_WITH_MINUTES else 12
        return QRectF(self.rect()).adjusted(_SCALE_WIDTH, 10, -20, -bottom)

    def _draw_grid(self, painter: QPainter, plot: QRectF, top: float) -> None:
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for line in range(_GRID_LINES + 1):
            share = line / _GRID_LINES
            y = plot.bottom() - share * plot.height()
            painter.setPen(QPen(self._theme.colour("line"), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(self._theme.colour("text_dim"))
            label = QRectF(0, y - 9, _SCALE_WIDTH - 8, 18)
            painter.drawText(label, right, round_rate(top * share) if line else "0")
        if self.height() < _LEAST_HEIGHT_WITH_MINUTES:
            return
        painter.setPen(self._theme.colour("text_dim"))
        for minutes in range(HISTORY_S // 60 + 1):
            x = plot.right() - plot.width() * minutes * 60 / (HISTORY_S - 1)
            words = tr_count(minutes, "{count} min ago", "{count} min ago") if minutes else tr("now")
            place = QRectF(max(x - 40, plot.left()), plot.bottom() + 4, 80, _MINUTES_HEIGHT - 2)
            flags = Qt.AlignmentFlag.AlignHCenter if x - 40 >= plot.left() else Qt.AlignmentFlag.AlignLeft
            if minutes == 0:
                place = QRectF(plot.right() - 80, place.top(), 80, place.height())
                flags = Qt.AlignmentFlag.AlignRight
            painter.drawText(place, int(flags | Qt.AlignmentFlag.AlignVCenter), words)

    def _draw_reading(self, painter: QPainter, plot: QRectF, top: float) -> None:
        sample = self._sample_read()
        if sample is None or self._read is None:
            return
        x = plot.right() - plot.width() * self._read / (HISTORY_S - 1)
        painter.setPen(QPen(self._theme.colour("control"), 1))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        for value, token in ((sample.down_bytes_s, "accent"), (sample.up_bytes_s, "proxy")):
            painter.setPen(QPen(self._theme.colour("surface"), 1.5))
            painter.setBrush(self._theme.colour(token))
            painter.drawEllipse(QPointF(x, plot.bottom() - min(value / top, 1.0) * plot.height()), 4, 4)
        text = self.reading
        width = painter.fontMetrics().horizontalAdvance(text) + 20.0
        left = x + 10 if x + 10 + width <= plot.right() else x - 10 - width
        box = QRectF(max(left, plot.left()), plot.top() + 2, width, 26)
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.setBrush(self._theme.colour("raised"))
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
