"""Where the keyboard goes when the control that has it is hidden or switched off.

Qt goes on to the next control of the window, whatever that does: after the last one, the connection's switch, which a
space bar meant for another button would turn off.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtWidgets import QWidget


@runtime_checkable
class HasFocusHome(Protocol):
    """A part of the window that says where the keyboard goes when it has lost its place inside of it."""

    def focus_home(self) -> QWidget | None:
        """None, or one that cannot be used now: the part around it is asked."""
        ...


def has_lost_it(widget: QWidget | None) -> bool:
    return widget is not None and not can_have_it(widget)


def can_have_it(widget: QWidget) -> bool:
    """Also while the window is hidden: it comes back from the tray with the keyboard where it was."""
    return widget.isVisibleTo(widget.window()) and widget.isEnabled()


def home_of(lost: QWidget) -> QWidget | None:
    """The nearest place that can be used; None: there is none."""
    part: QWidget | None = lost
    while part is not None:
        home = part.focus_home() if isinstance(part, HasFocusHome) else None
        if home is not None and can_have_it(home):
            return home
        part = None if part.isWindow() else part.parentWidget()
    return None
