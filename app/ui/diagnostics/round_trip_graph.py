"""The round trips of the last five minutes as a line; where nothing was measured, there is a gap."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.controllers.diagnosis_views import RoundTripSample
from app.domain.round_trips import summarise
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.wording import round_trip

WINDOW_S = 300.0
_GAP_S = 3.5
"""Longer without a sample: nothing was measured, and nothing is drawn."""
_LEAST_TOP_S = 0.010
_STEPS = (1.0, 2.0, 5.0, 10.0)
_SCALE_WIDTH = 56


def scale_top_s(most_s: float) -> float:
    """The round number at the top of the scale."""
    wanted = max(most_s * 1.1, _LEAST_TOP_S)
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(step * power for step in _STEPS if step * power >= wanted * 0.999)


class RoundTripGraph(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._samples: tuple[RoundTripSample, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(96)
        self.setAccessibleName(tr("Round trips of the last five minutes"))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(480, 96)

    def show_samples(self, samples: tuple[RoundTripSample, ...]) -> None:
        self._samples = samples
        self.setAccessibleDescription(summary_line(samples))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        found = summarise(sample.rtt_s for sample in self._samples)
        if found is None:
            painter.setPen(self._theme.colour("text_dim"))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), tr("Nothing has been measured yet."))
            return
        plot = QRectF(self.rect()).adjusted(_SCALE_WIDTH, 8, -8, -20)
        top_s = scale_top_s(found.most_s)
        self._draw_scale(painter, plot, top_s)
        self._draw_level(painter, plot, found.median_s / top_s)
        self._draw_line(painter, plot, top_s)

    def _draw_scale(self, painter: QPainter, plot: QRectF, top_s: float) -> None:
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for share, label in ((0.0, "0"), (1.0, round_trip(top_s))):
            y = plot.bottom() - share * plot.height()
            painter.setPen(QPen(self._theme.colour("line"), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(self._theme.colour("text_dim"))
            painter.drawText(QRectF(0, y - 9, _SCALE_WIDTH - 8, 18), int(right), label)
        below = QRectF(plot.left(), plot.bottom() + 2, plot.width(), 18)
        painter.drawText(below, int(Qt.AlignmentFlag.AlignLeft), tr("5 min ago"))
        painter.drawText(below, int(Qt.AlignmentFlag.AlignRight), tr("now"))

    def _draw_level(self, painter: QPainter, plot: QRectF, share: float) -> None:
        """The median, dashed."""
        y = plot.bottom() - share * plot.height()
        painter.setPen(QPen(self._theme.colour("text_dim"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))

    def _draw_line(self, painter: QPainter, plot: QRectF, top_s: float) -> None:
        path, last_at = QPainterPath(), None
        newest = self._samples[-1].at
        for sample in self._samples:
            if sample.rtt_s is None or newest - sample.at > WINDOW_S:
                continue
            x = plot.right() - (newest - sample.at) / WINDOW_S * plot.width()
            point = QPointF(x, plot.bottom() - min(sample.rtt_s / top_s, 1.0) * plot.height())
            if last_at is None or sample.at - last_at > _GAP_S:
                # A point that stands alone is still seen: a line of no length has round ends.
                path.moveTo(point)
            path.lineTo(point)
            last_at = sample.at
        pen = QPen(self._theme.colour("accent"), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)


def summary_line(samples: tuple[RoundTripSample, ...]) -> str:
    """Least, median and most, in one line; empty when nothing was measured."""
    found = summarise(sample.rtt_s for sample in samples)
    if found is None:
        return ""
    return tr(
        "least {least} · median {median} · most {most}",
        least=round_trip(found.least_s),
        median=round_trip(found.median_s),
        most=round_trip(found.most_s),
    )
