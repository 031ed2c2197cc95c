"""Names by which the style sheet knows widgets."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QWidget

W = TypeVar("W", bound=QWidget)


def styled(widget: W, name: str) -> W:
    """Returns `widget`, which the style sheets now dress as `name`."""
    widget.setObjectName(name)
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
