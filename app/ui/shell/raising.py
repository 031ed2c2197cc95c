"""The window comes to the front when the user wants it, and goes when they click its icon again."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def raise_window(window: QWidget) -> None:
    window.show()
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
    window.activateWindow()


def toggle_window(window: QWidget) -> None:
    """Hides the window when it is in front, else brings it there."""
    is_in_front = window.isVisible() and window.isActiveWindow() and not window.isMinimized()
    if is_in_front:
        window.hide()
    else:
        raise_window(window)
