"""What a screen reader is told of widgets: Qt's accessibility tree, as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QWidget

_MOST_CHILDREN = 400
"""Of one parent: cells of a long table are all alike."""
Role = QAccessible.Role
OPERABLE = frozenset(
    {
        Role.Button,
        Role.ButtonMenu,
        Role.CheckBox,
        Role.RadioButton,
        Role.ComboBox,
        Role.EditableText,
        Role.List,
        Role.Table,
        Role.Tree,
        Role.Slider,
        Role.SpinBox,
        Role.PageTab,
        Role.PageTabList,
        Role.Link,
    }
)
"""Roles of what can be operated: all of them need a name."""
_ROLES_OF_NOTHING = frozenset({Role.NoRole, Role.Client, Role.Window, Role.Pane})


@dataclass(frozen=True)
class Accessible:
    """`place`: for people who look for it, as object names from the window down."""

    role: QAccessible.Role
    name: str
    focusable: bool
    place: str


def accessible_tree(widget: QWidget) -> list[Accessible]:
    """Everything that is to be seen of `widget`, in reading order of the tree."""
    root = QAccessible.queryAccessibleInterface(widget)
    return list(_below(root, type(widget).__name__))


def _below(interface: QAccessibleInterface, place: str) -> Iterator[Accessible]:
    state = interface.state()
    if state.invisible or not interface.isValid():
        return
    name = interface.text(QAccessible.Text.Name)
    yield Accessible(interface.role(), name, bool(state.focusable), place)
    for number in range(min(interface.childCount(), _MOST_CHILDREN)):
        child: QAccessibleInterface | None = interface.child(number)
        if child is not None:
            yield from _below(child, f"{place}/{_called(child)}")


def _called(interface: QAccessibleInterface) -> str:
    thing: QObject | None = interface.object()
    if thing is None:
        return interface.role().name
    return f"{type(thing).__name__}#{thing.objectName()}" if thing.objectName() else type(thing).__name__


def nameless(widget: QWidget) -> list[str]:
    """Whatever can be operated or focused, and says nothing, or not what it is."""
    wrong = []
    for one in accessible_tree(widget):
        if one.role in OPERABLE and not one.name:
            wrong.append(f"{one.place}: {one.role.name} without a name")
        elif one.focusable and one.role in _ROLES_OF_NOTHING and one.place.count("/") and not one.name:
            wrong.append(f"{one.place}: can have the focus, but is {one.role.name} and has no name")
    return wrong


def focus_order(window: QWidget) -> list[QWidget]:
    """What Tab reaches, from the first one on."""
    reached: list[QWidget] = []
    widget = window.nextInFocusChain()
    while widget is not None and widget is not window:
        if _takes_tab(widget, window):
            reached.append(widget)
        widget = widget.nextInFocusChain()
    return reached


def _takes_tab(widget: QWidget, window: QWidget) -> bool:
    takes = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.isEnabled()
    return takes and widget.isVisibleTo(window) and widget.window() is window and widget.focusProxy() is None


def out_of_order(window: QWidget, parts: tuple[QWidget, ...]) -> list[str]:
    """`parts` in reading order: once Tab has left one for a later one, it does not come back to it."""
    wrong = []
    furthest, last = 0, ""
    for widget in focus_order(window):
        at = next((number for number, part in enumerate(parts) if part is widget or part.isAncestorOf(widget)), None)
        if at is None:
            continue
        name = widget.accessibleName() or widget.objectName() or type(widget).__name__
        if at < furthest:
            wrong.append(f"{name} comes after {last}")
        furthest, last = max(furthest, at), name
    return wrong
