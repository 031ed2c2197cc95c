"""Names by which the style sheet knows widgets."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

W = TypeVar("W", bound=QWidget)


def styled(widget: W, name: str) -> W:
    """Returns `widget`, which the style sheets now dress as `name`.

    Labels show their text as it is: left to itself Qt takes a text that looks like HTML for HTML, and names, owners and
    errors come from clusters and colleagues. What is really marked up says so afterwards.
    """
    widget.setObjectName(name)
    if isinstance(widget, QLabel):
        widget.setTextFormat(Qt.TextFormat.PlainText)
    return widget


def restyle(widget: QWidget, name: str) -> None:
    """As `styled`, for one that may be shown already."""
    if widget.objectName() != name:
        widget.setObjectName(name)
        dress_anew(widget)


def dress_anew(widget: QWidget) -> None:
    """After a change of its name, or of a property that a style sheet asks for: Qt does not look by itself."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
