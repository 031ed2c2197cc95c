"""Windows that keep picture and size while what is in them changes in several turns of the event loop."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid


class StillPicture:
    """Nothing is painted from `hold` to the last `release`; keys and clicks arrive as ever."""

    def __init__(self) -> None:
        self._held: list[QWidget] = []
        self._grown: list[tuple[QWidget, QSize, QSize]] = []

    def hold(self, work: Callable[[], None]) -> None:
        """Does `work`, the first turn, with the picture of all windows, menus and dialogs that are shown.

        Some layouts are done again as soon as a widget in them is dressed, among others that are not yet: a window may
        have become some pixels larger by that, and does not become smaller by itself. Whoever paints nothing already
        has their reasons.
        """
        shown = [(window, window.size()) for window in QApplication.topLevelWidgets() if window.isVisible()]
        held = [window for window, _ in shown if window.updatesEnabled()]
        for window in held:
            window.setUpdatesEnabled(False)
        self._held += held
        work()
        self._grown += [(window, size, window.size()) for window, size in shown if window.size() != size]

    def release(self) -> bool:
        """The next window is painted anew. Returns whether others still wait: each may have a turn of its own.

        Windows may have been destroyed meanwhile, or resized by the user.
        """
        grown, self._grown = self._grown, []
        for window, before, after in reversed(grown):
            if isValid(window) and window.size() == after:
                window.resize(before)
        if self._held:
            window = self._held.pop(0)
            if isValid(window):
                window.setUpdatesEnabled(True)
        return bool(self._held)
