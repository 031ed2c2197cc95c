"""What Qt's layouts do not do by themselves."""

from __future__ import annotations

from PySide6.QtWidgets import QLayout


def empty_layout(layout: QLayout) -> None:
    """Its widgets go at once for the eye and the keyboard, and for good with the next turn of the event loop: one of
    them may be what asked for this."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
