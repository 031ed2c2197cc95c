"""What was dressed in one theme and then in the other looks as if it had never worn the first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.ui.theme import Theme, ThemeChoice
from tests.gui.dressing import put_on
from tests.gui.picture import filled_window
from tests.gui.surfaces import SURFACES

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

_OTHER = {ThemeChoice.LIGHT: ThemeChoice.DARK, ThemeChoice.DARK: ThemeChoice.LIGHT}


@pytest.fixture(autouse=True)
def _no_blinking(qapp: QApplication) -> Iterator[None]:
    before = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(0)
    yield
    qapp.setCursorFlashTime(before)


def _shown(widget: QWidget, qtbot: QtBot) -> None:
    qtbot.addWidget(widget)
    widget.show()
    for _ in range(3):
        QApplication.processEvents()


def _picture(widget: QWidget) -> QImage:
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


@pytest.mark.parametrize("choice", [ThemeChoice.DARK, ThemeChoice.LIGHT])
@pytest.mark.parametrize("name", SURFACES)
def test_it_looks_as_if_made_in_it(theme: Theme, qtbot: QtBot, name: str, choice: ThemeChoice) -> None:
    make = SURFACES[name]
    put_on(theme, _OTHER[choice])
    switched = make(theme)
    _shown(switched, qtbot)
    before = _picture(switched)
    put_on(theme, choice)
    after = _picture(switched)
    switched.hide()
    fresh = make(theme)
    _shown(fresh, qtbot)
    assert before != after
    assert after == _picture(fresh)


def test_what_is_typed_meanwhile_arrives(theme: Theme, qtbot: QtBot) -> None:
    field = QLineEdit()
    _shown(field, qtbot)
    theme.choose(ThemeChoice.DARK)
    assert not field.updatesEnabled(), "the old picture stays until all is ready"
    QTest.keyClicks(field, "abc")
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    qtbot.waitUntil(field.updatesEnabled)
    assert field.text() == "ab"


def test_there_and_back_before_anything_was_painted(theme: Theme, qtbot: QtBot) -> None:
    window = filled_window(theme, "connected")
    _shown(window, qtbot)
    before = _picture(window)
    theme.choose(ThemeChoice.DARK)
    put_on(theme, ThemeChoice.LIGHT)
    assert window.updatesEnabled()
    assert _picture(window) == before


def test_a_window_that_dies_meanwhile(theme: Theme, qtbot: QtBot) -> None:
    survivor, dying = QWidget(), QWidget()
    _shown(survivor, qtbot)
    dying.show()
    theme.choose(ThemeChoice.DARK)
    dying.deleteLater()
    del dying
    qtbot.waitUntil(survivor.updatesEnabled)


def test_windows_keep_their_size(theme: Theme, qtbot: QtBot) -> None:
    """Sheets are shown and dressed again and again: in which order Qt visits widgets is left to chance."""
    sheets = [SURFACES["shortcuts"](theme) for _ in range(8)]
    for sheet in sheets:
        _shown(sheet, qtbot)
    before = [sheet.size() for sheet in sheets]
    for choice in (ThemeChoice.DARK, ThemeChoice.LIGHT):
        put_on(theme, choice)
        assert [sheet.size() for sheet in sheets] == before


def test_who_paints_nothing_has_reasons(theme: Theme, qtbot: QtBot) -> None:
    quiet = QWidget()
    _shown(quiet, qtbot)
    quiet.setUpdatesEnabled(False)
    put_on(theme, ThemeChoice.DARK)
    assert not quiet.updatesEnabled()
