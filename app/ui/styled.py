"""Names by which the style sheet knows widgets."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QWidget

W = TypeVar("W", bound=QWidget)


def styled(widget: W, name: str) -> W:
    """Returns `widget`, which window.qss now dresses as `name`."""
    widget.setObjectName(name)
    return widget
