"""The last minute of a workload's traffic, as a small filled curve."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

_LINE_WIDTH = 1.25
_FILL_ALPHA = 46


def draw_sparkline(painter: QPainter, rect: QRectF, values: Sequence[float], colour: QColor) -> None:
    """Each row has its own scale: the shape tells when there is traffic, the tool tip how much."""
    most = max(values)
    if most <= 0 or len(values) < 2:
        return
    step = rect.width() / (len(values) - 1)
    bottom, height = rect.bottom(), rect.height() - _LINE_WIDTH
    line = [
        QPointF(rect.left() + place * step, bottom - _LINE_WIDTH / 2 - value / most * height)
        for place, value in enumerate(values)
    ]
    fill = QColor(colour)
    fill.setAlpha(_FILL_ALPHA)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawPolygon(QPolygonF([QPointF(rect.left(), bottom), *line, QPointF(rect.right(), bottom)]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, _LINE_WIDTH))
    painter.drawPolyline(QPolygonF(line))
