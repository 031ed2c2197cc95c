"""What a screen reader finds, and what the keyboard reaches, in the window and in every dialog.

A dialog joins by a function in DIALOGS that makes it, filled, for a parent.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.shell.commands import Command
from app.ui.shell.no_tray_note import NoTrayNote
from app.ui.shell.palette import Palette
from app.ui.shell.shortcut_sheet import ShortcutSheet
from app.ui.shell.shortcuts import Does, bind_shortcuts
from app.ui.theme import Theme
from app.ui.window import Window
from tests.gui.accessible import Role, accessible_tree, focus_order, nameless, out_of_order
from tests.gui.picture import _VIEWS, filled_window
from tests.gui.test_tray import OFFSCREEN

pytestmark = pytest.mark.qt_log_ignore(OFFSCREEN)

_MOST_TABS = 200


def _palette(theme: Theme, parent: QWidget) -> QWidget:
    palette = Palette(theme, parent)
    palette.show_commands((Command("a", "Disconnect", lambda: None), Command("b", "Mesh", lambda: None, enabled=False)))
    palette.open()
    return palette


def _sheet(theme: Theme, parent: QWidget) -> QWidget:
    return ShortcutSheet(bind_shortcuts(parent, {does: lambda: None for does in Does}), parent)


def _note(theme: Theme, parent: QWidget) -> QWidget:
    note = NoTrayNote(theme, parent)
    note.tell(keeps_connected=True)
    return note


DIALOGS: dict[str, Callable[[Theme, QWidget], QWidget]] = {
    "palette": _palette,
    "shortcut sheet": _sheet,
    "no-tray note": _note,
}


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(900, 700)
    parent.show()
    return parent


@pytest.fixture(params=sorted(_VIEWS))
def window(request: pytest.FixtureRequest, theme: Theme, qtbot: QtBot) -> Window:
    window = filled_window(theme, request.param)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    return window


def _tabbed(window: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier) -> list[QWidget]:
    """What pressing Tab really gives the focus to, until it comes round."""
    reached: list[QWidget] = []
    for _ in range(_MOST_TABS):
        focused = QApplication.focusWidget()
        if focused is None or focused in reached:
            break
        reached.append(focused)
        QTest.keyClick(focused, key, modifier)
    return reached


def test_everything_in_the_window_says_what_it_is(window: Window) -> None:
    assert nameless(window) == []


def test_the_window_has_a_name(window: Window) -> None:
    assert accessible_tree(window)[0].name == "Kubeferry"


def test_tab_goes_as_one_reads(window: Window) -> None:
    assert out_of_order(window, (window.bar, window.problem, window.sidebar, window.workloads, window.dock)) == []


@pytest.mark.parametrize("backwards", [False, True])
def test_tab_is_caught_nowhere(window: Window, backwards: bool) -> None:
    wanted = focus_order(window)
    wanted[0].setFocus(Qt.FocusReason.TabFocusReason)
    modifier = Qt.KeyboardModifier.ShiftModifier if backwards else Qt.KeyboardModifier.NoModifier
    reached = _tabbed(window, Qt.Key.Key_Backtab if backwards else Qt.Key.Key_Tab, modifier)
    missing = {one.accessibleName() or type(one).__name__ for one in wanted} - {
        one.accessibleName() or type(one).__name__ for one in reached
    }
    assert not missing


@pytest.mark.parametrize("name", sorted(DIALOGS))
def test_everything_in_a_dialog_says_what_it_is(theme: Theme, parent: QWidget, name: str) -> None:
    dialog = DIALOGS[name](theme, parent)
    dialog.show()
    assert nameless(dialog) == []
    found = accessible_tree(dialog)[0]
    assert found.name or found.role not in (Role.Dialog, Role.Window), "a dialog has a title"


@pytest.mark.parametrize("name", sorted(DIALOGS))
def test_a_dialog_can_be_operated_by_keys(theme: Theme, parent: QWidget, name: str) -> None:
    dialog = DIALOGS[name](theme, parent)
    dialog.show()
    inside = [widget for widget in focus_order(dialog.window()) if dialog is widget or dialog.isAncestorOf(widget)]
    assert inside


def test_what_is_wrong_is_found(qtbot: QtBot) -> None:
    """The walk itself: it finds a button without a name, and an order that jumps."""
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    first, second, third = QWidget(), QWidget(), QWidget()
    for part in (first, second, third):
        column.addWidget(part)
        QVBoxLayout(part).addWidget(QPushButton(""))
    window.show()
    assert len(nameless(window)) == 3
    assert out_of_order(window, (first, second, third)) == []
    assert len(out_of_order(window, (third, second, first))) == 2
