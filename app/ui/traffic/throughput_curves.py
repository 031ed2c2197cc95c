"""Throughput as a filled line for what comes down and a line for what goes up, and the scale that they are drawn to.

Drawn with QPainter: 300 points a second apart need no plotting library (pyqtgraph and numpy cost 0.7 s of start-up).
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPen

from app.ui.theme import Theme
from app.ui.traffic.traffic_history import HISTORY_S, Samples

_FLOOR_BYTES_S = 10_000.0
"""The scale never goes below it, so that a few keep-alive packets do not look like load."""
_HEADROOM = 1.03
_SCALE_STEPS = (1.0, 2.0, 4.0, 6.0, 8.0, 10.0)


def scale_top(peak: float) -> float:
    """The round number at the top of the scale, whose half is round as well."""
    wanted = max(peak * _HEADROOM, _FLOOR_BYTES_S)
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(step * power for step in _SCALE_STEPS if step * power >= wanted)


def draw_samples(
    painter: QPainter,
    plot: QRectF,
    samples: Samples,
    top: float,
    theme: Theme,
    *,
    span_s: int = HISTORY_S,
    up_line: bool = True,
) -> None:
    """Newest sample at the right edge, one second a step, `top` bytes per second at the upper edge."""
    if not samples:
        return
    step = plot.width() / (span_s - 1)
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
