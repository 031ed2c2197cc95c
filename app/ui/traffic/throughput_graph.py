"""Live throughput as a filled line for what comes down and a line for what goes up.

Drawn with QPainter: 120 points a second apart need no plotting library (pyqtgraph and numpy cost 0.7 s of start-up).
"""

from __future__ import annotations

import math
from collections import deque

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.controllers.views import TrafficSample
from app.ui.theme import Theme
from app.ui.wording import round_rate

HISTORY_S = 120
_FLOOR_BYTES_S = 10_000.0
"""The scale never goes below it, so that a few keep-alive packets do not look like load."""
_HEADROOM = 1.03
_SCALE_STEPS = (1.0, 2.0, 4.0, 6.0, 8.0, 10.0)
_GRID_LINES = 2
_SCALE_WIDTH = 76


def scale_top(peak: float) -> float:
    """The round number at the top of the scale, whose half is round as well."""
    wanted = max(peak * _HEADROOM, _FLOOR_BYTES_S)
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(step * power for step in _SCALE_STEPS if step * power >= wanted)


class TrafficHistory:
    """The last two minutes, shared by everything that draws them."""

    def __init__(self) -> None:
        self._samples: deque[TrafficSample] = deque(maxlen=HISTORY_S)

    @property
    def samples(self) -> tuple[TrafficSample, ...]:
        return tuple(self._samples)

    @property
    def peak(self) -> float:
        return max((max(sample.up_bytes_s, sample.down_bytes_s) for sample in self._samples), default=0.0)

    def add(self, sample: TrafficSample) -> None:
        self._samples.append(sample)

    def clear(self) -> None:
        self._samples.clear()


class ThroughputGraph(QWidget):
    """The dock's graph, with a scale. `empty_text` is told in it while there is nothing to draw."""

    def __init__(self, theme: Theme, history: TrafficHistory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._history = history
        self._empty_text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(60)
        self.setAccessibleName("Throughput of the last two minutes")
        theme.changed.connect(self.update)

    def set_empty_text(self, text: str) -> None:
        self._empty_text = text
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._history.samples:
            painter.setPen(self._theme.colour("text_dim"))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self._empty_text)
            return
        top = scale_top(self._history.peak)
        plot = QRectF(self.rect()).adjusted(_SCALE_WIDTH, 8, -16, -12)
        self._draw_grid(painter, plot, top)
        draw_history(painter, plot, self._history, top, self._theme)

    def _draw_grid(self, painter: QPainter, plot: QRectF, top: float) -> None:
        for line in range(_GRID_LINES + 1):
            share = line / _GRID_LINES
            y = plot.bottom() - share * plot.height()
            painter.setPen(QPen(self._theme.colour("line"), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(self._theme.colour("text_dim"))
            label = QRectF(0, y - 9, _SCALE_WIDTH - 8, 18)
            painter.drawText(
                label,
                int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                round_rate(top * share) if line else "0",
            )


class Sparkline(QWidget):
    """The same history at the size of a word, for the state bar."""

    def __init__(self, theme: Theme, history: TrafficHistory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._history = history
        self.setFixedSize(QSize(96, 24))
        self.setAccessibleName("Throughput")
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = QRectF(self.rect()).adjusted(0, 2, 0, -2)
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        draw_history(painter, plot, self._history, scale_top(self._history.peak), self._theme, up_line=False)


def draw_history(
    painter: QPainter, plot: QRectF, history: TrafficHistory, top: float, theme: Theme, *, up_line: bool = True
) -> None:
    """Newest sample at the right edge, one second a step, `top` bytes per second at the upper edge."""
    samples = history.samples
    if not samples:
        return
    step = plot.width() / (HISTORY_S - 1)
    first = plot.right() - step * (len(samples) - 1)

    def points(values: list[float]) -> list[QPointF]:
        return [
            QPointF(first + index * step, plot.bottom() - min(value / top, 1.0) * plot.height())
            for index, value in enumerate(values)
        ]

    down = points([sample.down_bytes_s for sample in samples])
    _fill(painter, plot, down, theme.colour("accent"))
    _stroke(painter, down, theme.colour("accent"))
    if up_line:
        _stroke(painter, points([sample.up_bytes_s for sample in samples]), theme.colour("proxy"))


def _path(points: list[QPointF]) -> QPainterPath:
    path = QPainterPath(points[0])
    for point in points[1:]:
        path.lineTo(point)
    return path


def _stroke(painter: QPainter, points: list[QPointF], colour: QColor) -> None:
    if len(points) < 2:
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPath(_path(points))


def _fill(painter: QPainter, plot: QRectF, points: list[QPointF], colour: QColor) -> None:
    if len(points) < 2:
        return
    path = _path(points)
    path.lineTo(points[-1].x(), plot.bottom())
    path.lineTo(points[0].x(), plot.bottom())
    path.closeSubpath()
    strong, faint = QColor(colour), QColor(colour)
    strong.setAlphaF(0.28)
    faint.setAlphaF(0.03)
    gradient = QLinearGradient(plot.topLeft(), plot.bottomLeft())
    gradient.setColorAt(0, strong)
    gradient.setColorAt(1, faint)
    painter.fillPath(path, gradient)
