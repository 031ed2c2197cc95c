"""The tour's window: steps done for one or by hand, one after another, with real commands."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.theme import Theme, ThemeChoice
from tests.demo.guide import Guide
from tests.demo.place import Hands, HerePlace
from tests.demo.story import STEPS, Action, Step
from tests.demo.tour import places
from tests.demo.tour_window import TourWindow, pane_text

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
"""Said by the plug-in that needs no screen, when a layout changes under a window that is shown."""

READY = ("sh", "-c", "echo ready; exec sleep 60")
truth: dict[str, str] = {}
FIRST = Step("a", "First", "It is said.", "Say it.", (Action(("echo", "hello")),), lambda _: truth["a"], 0, "Said.")
KEPT = Step("b", "Kept", "It goes on.", "Go on.", (Action(READY, keep="k"),), lambda _: "", 0, "Kept.")
ENDED = Step("c", "Ended", "It ends.", "End it.", (Action(end="k"),), lambda _: "", 0, "Ended.")
BOTH = Step("d", "Both", "Two.", "", (Action(("echo", "one")), Action(("echo", "two"))), lambda _: "", 0, "Seen.", True)


@pytest.fixture
def hands() -> Iterator[Hands]:
    truth["a"] = ""
    with Hands(HerePlace()) as made:
        yield made


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot, hands: Hands) -> TourWindow:
    made = TourWindow(Theme(qapp, ThemeChoice.LIGHT), Guide((FIRST, KEPT, ENDED, BOTH), hands), url="http://x/")
    qtbot.addWidget(made)
    made.show()
    made._guide.begin()
    return made


def settle(qtbot: QtBot, window: TourWindow) -> None:
    qtbot.waitUntil(lambda: not window._guide.is_busy, timeout=10_000)


def test_through_the_whole_tour_with_enter(qtbot: QtBot, window: TourWindow, hands: Hands) -> None:
    assert (window.do.text(), window.next.isEnabled()) == ("Do it for me", False)
    QTest.keyClick(window, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert window.transcript.toPlainText() == "$ echo hello\nhello\n"
    assert window.verdict.text() == "✓ Said."
    QTest.keyClick(window, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert hands.runs("k"), "what is needed for doing it by hand is there"
    for _ in range(4):
        QTest.keyClick(window, Qt.Key.Key_Return)
        settle(qtbot, window)
    assert not hands.runs("k")
    assert (window.do.text(), window.look.isVisible()) == ("Look", False)
    QTest.keyClick(window, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert (window.usual.toPlainText(), window.mine.toPlainText()) == ("\none", "\ntwo")
    assert window.next.text() == "Finish"
    with qtbot.waitSignal(window.closed):
        window.next.click()
    assert window._guide.done == {0, 1, 2, 3}


def test_a_page_in_a_narrow_column_begins_with_who_has_answered() -> None:
    page = "Title   NEW\n───\n       text\n───\nproductpage  answered by p\nreviews      answered by r"
    assert pane_text(page) == "reviews answered by r\n\nTitle NEW\n\ntext\n\nproductpage answered by p"


def test_by_hand_the_truth_decides(qtbot: QtBot, window: TourWindow) -> None:
    truth["a"] = "It is not said."
    window.look.click()
    settle(qtbot, window)
    assert window.verdict.text() == "✗ It is not said."
    assert not window.next.isEnabled()
    assert window.rows._labels[0].accessibleName() == "First: not done"
    truth["a"] = ""
    window.look.click()
    settle(qtbot, window)
    assert window.next.isEnabled()
    assert window.rows._labels[0].accessibleName() == "First: done"


def test_ending_by_hand_ends_the_program(qtbot: QtBot, window: TourWindow, hands: Hands) -> None:
    window.look.click()
    settle(qtbot, window)
    window.next.click()
    settle(qtbot, window)
    window.look.click()
    settle(qtbot, window)
    window.next.click()
    settle(qtbot, window)
    assert hands.runs("k")
    window.look.click()
    settle(qtbot, window)
    assert not hands.runs("k")


def test_a_command_that_fails_keeps_the_step_open(qtbot: QtBot, qapp: QApplication, hands: Hands) -> None:
    broken = replace(FIRST, actions=(Action(("false",)),))
    window = TourWindow(Theme(qapp, ThemeChoice.DARK), Guide((broken,), hands))
    qtbot.addWidget(window)
    window._guide.begin()
    window.do.click()
    settle(qtbot, window)
    assert window.verdict.text() == "✗ The command ended with 1."
    assert not window.next.isEnabled()
    assert not window.browser.isVisibleTo(window)


def test_the_real_story_fits(qtbot: QtBot, qapp: QApplication, hands: Hands) -> None:
    window = TourWindow(Theme(qapp, ThemeChoice.LIGHT), Guide(STEPS, hands))
    qtbot.addWidget(window)
    window.show()
    for number in range(len(STEPS)):
        window._guide.number = number
        window._show_step()
        window._settle("")
        assert window.minimumSizeHint().width() <= window.width()
        assert window.height() <= 860


@pytest.mark.parametrize("size", [(1440, 900), (1024, 700), (2560, 1400)])
def test_windows_are_side_by_side_where_there_is_room(size: tuple[int, int]) -> None:
    screen = QRect(0, 0, *size)
    program, tour = places(screen)
    assert screen.contains(program)
    assert screen.contains(tour)
    assert program.width() >= 900
    assert program.intersects(tour) == (size[0] < 1400)
