"""A timer that runs only while its widget is seen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget


class Ticking(QObject):
    """Signals:
    ticked: another period is over.
    """

    ticked = Signal()

    def __init__(self, widget: QWidget, period_ms: int) -> None:
        super().__init__(widget)
        self._timer = QTimer(self, interval=period_ms)
        self._timer.timeout.connect(self.ticked)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self._timer.start()
        elif event.type() == QEvent.Type.Hide:
            self._timer.stop()
        return False
