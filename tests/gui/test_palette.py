from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QListView, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.shell.command_list import spoken
from app.ui.shell.commands import Command
from app.ui.shell.fuzzy import ranked, searchable
from app.ui.shell.palette import Palette
from app.ui.shell.shortcut_sheet import ShortcutSheet
from app.ui.shell.shortcuts import SHORTCUTS, Does, bind_shortcuts, elsewhere_lines, keys_text, sequences
from app.ui.theme import Theme
from tests.gui.test_tray import OFFSCREEN

pytestmark = pytest.mark.qt_log_ignore(OFFSCREEN)


def _best(query: str, *titles: str, recent: tuple[int, ...] = ()) -> list[str]:
    texts = [searchable(*title.split("|")) for title in titles]
    return [titles[place] for place in ranked(query, texts, 50, recent)]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("rev", ["reviews", "shop-reviews", "prev"]),
        ("REV", ["reviews", "shop-reviews", "prev"]),
        ("sr", ["shop-reviews"]),
        ("rvw", ["reviews", "shop-reviews"]),
        ("shop rev", ["shop-reviews"]),
        ("xyz", []),
        ("rrr", []),
    ],
)
def test_what_answers_a_query(query: str, best: list[str]) -> None:
    assert _best(query, "prev", "shop-reviews", "reviews") == best


def test_what_a_command_is_about_is_found_after_its_title() -> None:
    assert _best("shop", "reviews|Deployment · shop", "shop") == ["shop", "reviews|Deployment · shop"]


def test_recent_ones_come_first() -> None:
    assert _best("", "a", "b", "c", recent=(2, 1)) == ["c", "b", "a"]
    assert _best("re", "reviews", "redis", recent=(0,)) == ["reviews", "redis"]


def test_letters_by_chance_are_no_answer() -> None:
    assert _best("set", "some endless and very long title") == []


def test_thousands_are_searched_at_once() -> None:
    texts = [searchable(f"team-{n % 97}-service-{n}", f"Deployment · ns-{n % 50}") for n in range(6000)]
    took = []
    for _ in range(5):
        begun = time.thread_time()
        assert ranked("t9 srv", texts, 60)
        took.append(time.thread_time() - begun)
    assert min(took) < 0.05


class _Ran(list[str]):
    def command(self, name: str, *, why_not: str = "") -> Command:
        return Command(name, name.title(), lambda: self.append(name), "about it", "", not why_not, why_not)


@pytest.fixture
def ran() -> _Ran:
    return _Ran()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 600)
    column = QVBoxLayout(window)
    column.addWidget(QPushButton("One"))
    column.addStretch(1)
    window.show()
    window.activateWindow()
    return window


@pytest.fixture
def palette(theme: Theme, window: QWidget, ran: _Ran) -> Palette:
    palette = Palette(theme, window)
    names = ("disconnect", "settings", "reload")
    palette.show_commands((*map(ran.command, names), ran.command("mesh", why_not="Nothing is selected.")))
    return palette


def _search(palette: Palette) -> QLineEdit:
    found = palette.findChild(QLineEdit)
    assert isinstance(found, QLineEdit)
    return found


def test_typing_and_enter_run_it(palette: Palette, ran: _Ran, qtbot: QtBot) -> None:
    palette.open()
    QTest.keyClicks(_search(palette), "sett")
    assert [command.id for command in palette.shown] == ["settings"]
    with qtbot.waitSignal(palette.used) as used:
        QTest.keyClick(_search(palette), Qt.Key.Key_Return)
    assert (ran, used.args) == (["settings"], ["settings"])
    assert not palette.isVisible()


def test_arrows_go_round_and_pages_stop(palette: Palette) -> None:
    palette.open()
    keys = [Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp]
    seen = []
    for key in keys:
        QTest.keyClick(_search(palette), key)
        assert palette.current is not None
        seen.append(palette.current.id)
    assert seen == ["settings", "disconnect", "mesh", "disconnect", "mesh", "disconnect"]


def test_escape_gives_the_focus_back(palette: Palette, window: QWidget, qtbot: QtBot) -> None:
    button = window.findChild(QPushButton)
    assert isinstance(button, QPushButton)
    button.setFocus()
    palette.open()
    assert _search(palette).hasFocus()
    QTest.keyClick(_search(palette), Qt.Key.Key_Tab)
    assert _search(palette).hasFocus()
    with qtbot.waitSignal(palette.closed):
        QTest.keyClick(_search(palette), Qt.Key.Key_Escape)
    assert button.hasFocus()


def test_a_click_beside_it_closes_it(palette: Palette, window: QWidget, ran: _Ran) -> None:
    palette.open()
    QTest.mouseClick(window, Qt.MouseButton.LeftButton, pos=QPoint(5, 590))
    assert not palette.isVisible()
    palette.open()
    list_view = palette.findChild(QListView)
    assert isinstance(list_view, QListView)
    place = list_view.visualRect(list_view.model().index(2, 0)).center()
    QTest.mouseClick(list_view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert ran == ["reload"]


def test_what_cannot_be_done_says_why(palette: Palette, ran: _Ran) -> None:
    palette.open()
    QTest.keyClicks(_search(palette), "mesh")
    assert palette.isVisible()
    QTest.keyClick(_search(palette), Qt.Key.Key_Return)
    assert (ran, palette.isVisible()) == ([], True)
    assert "Not possible now: Nothing is selected." in [label.text() for label in palette.findChildren(QLabel)]
    assert palette.current is not None
    assert spoken(palette.current) == "Mesh, not possible now: Nothing is selected."


def test_nothing_found_is_said(palette: Palette) -> None:
    palette.open()
    QTest.keyClicks(_search(palette), "qqq")
    assert palette.shown == ()
    assert "Nothing here answers to “qqq”." in [label.text() for label in palette.findChildren(QLabel)]
    QTest.keyClick(_search(palette), Qt.Key.Key_Down)
    QTest.keyClick(_search(palette), Qt.Key.Key_Return)
    assert palette.isVisible()


def test_the_last_used_are_first_the_next_time(palette: Palette, ran: _Ran) -> None:
    commands = tuple(map(ran.command, ("disconnect", "settings", "reload")))
    palette.show_commands(commands, ("reload", "gone"))
    palette.open()
    assert [command.id for command in palette.shown] == ["reload", "disconnect", "settings"]
    QTest.keyClicks(_search(palette), "settings")
    QTest.keyClick(_search(palette), Qt.Key.Key_Return)
    palette.open()
    assert [command.id for command in palette.shown] == ["settings", "reload", "disconnect"]


def test_it_stays_in_a_window_that_shrinks(palette: Palette, window: QWidget) -> None:
    palette.open()
    assert palette.width() == 560
    window.resize(400, 500)
    assert palette.geometry().left() >= 0
    assert palette.geometry().right() <= 400


def test_every_key_is_for_one_thing() -> None:
    said = [sequence.toString() for keys in SHORTCUTS for sequence in sequences(keys)]
    assert len(set(said)) == len(said)
    assert {keys.does for keys in SHORTCUTS} == set(Does)


def test_the_sheet_lists_what_works(window: QWidget, qtbot: QtBot) -> None:
    heard: list[str] = []
    lines = bind_shortcuts(window, {Does.HELP: lambda: heard.append("help"), Does.QUIT: lambda: heard.append("quit")})
    assert [(line.title, line.keys) for line in lines] == [
        ("Keyboard shortcuts", ("F1", "?")),
        ("Quit", ("Ctrl+Q",)),
    ]
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert heard == ["help"]
    sheet = ShortcutSheet(lines, window)
    sheet.open()
    assert {"F1", "?", "Keyboard shortcuts"} <= {label.text() for label in sheet.findChildren(QLabel)}
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_keys_are_told_as_the_user_reads_them() -> None:
    assert keys_text(Does.PALETTE) == "Ctrl+K"
    assert keys_text(Does.SEARCH) == "Ctrl+F"


def test_keys_that_parts_bind_themselves_are_told_too() -> None:
    lines = elsewhere_lines()
    assert ("Filter the traffic", ("Ctrl+Shift+F",)) in [(line.title, line.keys) for line in lines]
    assert all(line.group for line in lines)
