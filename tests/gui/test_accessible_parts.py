"""Every part of the program that the guide shows, as a screen reader finds it: dialogs, pages, the window at work."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.ui.theme import Theme
from tests.gui.accessible import focus_order, nameless
from tests.gui.test_tray import OFFSCREEN
from tests.guide.pictures import PICTURES

pytestmark = pytest.mark.qt_log_ignore(OFFSCREEN)


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_everything_says_what_it_is_and_can_be_reached(theme: Theme, qtbot: QtBot, name: str) -> None:
    part = PICTURES[name](theme)
    qtbot.addWidget(part)
    part.show()
    assert nameless(part) == []
    assert focus_order(part)
