"""Throughput at the size of a word, for the state bar."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.theme import Theme
from app.ui.traffic.throughput_curves import draw_samples, scale_top
from app.ui.traffic.traffic_history import TrafficHistory, peak_of
from app.ui.translation import tr

SPARKLINE_S = 120


class Sparkline(QWidget):
    """The last two minutes of what the dock's graph shows in full."""

    def __init__(self, theme: Theme, history: TrafficHistory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._history = history
        self.setFixedSize(QSize(96, 24))
        self.setAccessibleName(tr("Throughput"))
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = QRectF(self.rect()).adjusted(0, 2, 0, -2)
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        samples = self._history.samples[-SPARKLINE_S:]
        top = scale_top(peak_of(samples))
        draw_samples(painter, plot, samples, top, self._theme, span_s=SPARKLINE_S, up_line=False)
