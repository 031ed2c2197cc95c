"""Puts on another theme and waits until everything is painted in it: that takes some turns of the event loop."""

from __future__ import annotations

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.ui.theme import Theme, ThemeChoice

_PATIENCE_MS = 5_000
_LAST_TURNS_MS = 20
"""For painting, after the widgets were told: counted from when the loop has nothing else to do."""


def put_on(theme: Theme, choice: ThemeChoice) -> None:
    before = theme.scheme
    theme.choose(choice)
    if theme.scheme is before:
        return
    windows = [window for window in QApplication.topLevelWidgets() if window.isVisible()]
    loop = QEventLoop()
    theme.changed.connect(loop.quit)
    QTimer.singleShot(_PATIENCE_MS, loop, loop.quit)
    loop.exec()
    theme.changed.disconnect(loop.quit)
    for _ in windows:
        _let_it_run(loop, 0)
    _let_it_run(loop, _LAST_TURNS_MS)


def _let_it_run(loop: QEventLoop, time_ms: int) -> None:
    QTimer.singleShot(time_ms, loop, loop.quit)
    loop.exec()
