"""What flows in both directions right now, beside the dock's tabs. It gives way to them where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.controllers.views import TrafficSample
from app.ui.styled import styled
from app.ui.wording import rate

_LEAST_WIDTH = 92
"""Of one rate, in pixels: what is beside it does not move when a figure gets longer."""
_GAP = 4


class Rates(QWidget):
    """Both rates or, as half a figure would be a wrong one, none."""

    def __init__(self) -> None:
        super().__init__()
        self.down, self.up = styled(QLabel(), "rateDown"), styled(QLabel(), "rateUp")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        for label in (self.down, self.up):
            label.setMinimumWidth(_LEAST_WIDTH)
            row.addWidget(label)

    def show_sample(self, sample: TrafficSample | None) -> None:
        """None: nothing has been measured."""
        self.down.setText(f"↓ {rate(sample.down_bytes_s)}" if sample else "")
        self.up.setText(f"↑ {rate(sample.up_bytes_s)}" if sample else "")
        self._fit()

    def sizeHint(self) -> QSize:
        """Also while they are hidden: else they would never come back."""
        hints = [label.sizeHint() for label in (self.down, self.up)]
        return QSize(
            sum(max(hint.width(), _LEAST_WIDTH) for hint in hints) + _GAP, max(hint.height() for hint in hints)
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        has_room = self.width() >= self.sizeHint().width()
        for label in (self.down, self.up):
            label.setVisible(has_room)
