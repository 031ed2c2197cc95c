"""The traffic dock below the workloads: how high it is, and that folding it and opening it again changes nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from app.ui.traffic.traffic_dock import HEAD_HEIGHT, TrafficDock

_FIRST_HEIGHT = 236
_FOLDED_HEIGHT = HEAD_HEIGHT + 8
_LEAST_HEIGHT = HEAD_HEIGHT + 68
_UNLIMITED_HEIGHT = 16_777_215
"""QWIDGETSIZE_MAX, which PySide6 does not name."""


class DockSplitter(QSplitter):
    """What is above the dock gets the height that the window gains, and gives what it loses."""

    def __init__(self, above: QWidget, dock: TrafficDock) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._dock = dock
        self._height_when_open = _FIRST_HEIGHT
        self.addWidget(above)
        self.addWidget(dock)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 0)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        dock.folded.connect(self._folded)

    @property
    def height_when_open(self) -> int:
        if not self._dock.is_folded:
            self._height_when_open = self._dock.height()
        return self._height_when_open

    def open_first(self) -> None:
        """At the height that it has before the user has chosen one. The window must have its size."""
        self._give_dock(_FIRST_HEIGHT)

    def restore_dock(self, height: int, *, is_folded: bool) -> None:
        self._height_when_open = height
        self._give_dock(height)
        self._dock.set_folded(is_folded)

    def _folded(self, is_folded: bool) -> None:
        if is_folded:
            self._height_when_open = max(self._height_when_open, self._dock.height())
            self._dock.setFixedHeight(_FOLDED_HEIGHT)
            self.setSizes([self.window().height(), _FOLDED_HEIGHT])
            return
        self._dock.setMinimumHeight(_LEAST_HEIGHT)
        self._dock.setMaximumHeight(_UNLIMITED_HEIGHT)
        self._give_dock(self._height_when_open)

    def _give_dock(self, height: int) -> None:
        """The rest of the window's height is for what is above; Qt fits both to the room that there is."""
        self.setSizes([max(1, self.window().height() - height), height])
