"""Keeps a list that is ordered by its traffic in order, calmly: rates change every second, and rows that move every
second, or under somebody's pointer, cannot be read or hit."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from app.ui.browser.workload_model import WorkloadModel
from app.ui.browser.workload_view import WorkloadView

CALM_S = 2.0
"""At most so often rows change places because of traffic; and so long after a key nothing moves."""


class CalmOrder(QObject):
    """`clock`: seconds, only goes forward."""

    def __init__(self, view: WorkloadView, model: WorkloadModel, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._clock = clock
        self._quiet_until = 0.0
        self._is_due = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)
        view.key_typed.connect(self.touch)

    def touch(self) -> None:
        """A key was typed: in the list, or in its search."""
        self._quiet_until = max(self._quiet_until, self._clock() + CALM_S)

    def rates_changed(self) -> None:
        if self._model.is_by_traffic:
            self._is_due = True
            self.look()

    def look(self) -> None:
        """Puts rows in order now, or when it is the time for it."""
        if not self._is_due or self._timer.isActive():
            return
        wait_s = self._quiet_until - self._clock()
        if wait_s <= 0 and self._view.viewport().underMouse():
            wait_s = CALM_S
        if wait_s > 0:
            self._timer.start(round(wait_s * 1000) + 1)
            return
        self._is_due = False
        self._quiet_until = self._clock() + CALM_S
        self._model.order_by_traffic()
