"""Nothing that the window does holds up the event loop for more than 50 ms."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.controllers.views import ContextRow, WorkloadRow, WorkloadsView
from app.ui.shell.commands import Command
from app.ui.shell.palette import Palette
from app.ui.shell.tray import Tray
from app.ui.theme import Theme, ThemeChoice
from tests.gui import sample_data
from tests.gui.dressing import put_on
from tests.gui.loop_watchdog import LIMIT_S, LoopWatchdog
from tests.gui.picture import _VIEWS, filled_window
from tests.gui.surfaces import SURFACES

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

_MANY = 6_000
_TRIES = 8
_IN_ONE_GO_S = 0.1
"""Qt puts a style sheet on in one go, and a dialog is made in one. On a quiet core that takes 24 to 48 ms, for 360 to
600 widgets; on one that is shared with others that is too near to the limit of all others to be told from it."""
_WHOLE_WINDOW_S = 1.0
"""The whole window is made once, at the start, within the time that a start may take."""
_LIMITS_S = {"window": _WHOLE_WINDOW_S, "settings": _IN_ONE_GO_S, "diagnostics": _IN_ONE_GO_S}


def _nothing() -> None:
    pass


def _again(action: Callable[[], object], undo: Callable[[], object]) -> Iterator[Callable[[], object]]:
    """For `best_of`, after which it is done once more than it was undone."""
    yield action
    for _ in range(_TRIES - 1):
        undo()
        yield action


def test_the_watchdog_sees_work(loop_watchdog: LoopWatchdog) -> None:
    def busy() -> None:
        end = time.thread_time() + 0.3  # long enough for the sampler to come by on a busy machine
        while time.thread_time() < end:
            pass

    with pytest.raises(AssertionError, match="busy"), loop_watchdog.watching("something"):
        busy()


def test_the_watchdog_sees_sleep(loop_watchdog: LoopWatchdog) -> None:
    with pytest.raises(AssertionError, match="held up"), loop_watchdog.watching("something"):
        time.sleep(0.2)


def test_the_watchdog_lets_a_loop_wait(loop_watchdog: LoopWatchdog, qtbot: QtBot) -> None:
    with loop_watchdog.watching("waiting"):
        qtbot.wait(150)


def test_the_palette_answers_each_key(theme: Theme, qtbot: QtBot, loop_watchdog: LoopWatchdog) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1180, 760)
    palette = Palette(theme, window)
    commands = tuple(
        Command(
            f"workload/{number}", f"team-{number % 97}-service-{number}", _nothing, f"Deployment · ns-{number % 50}"
        )
        for number in range(_MANY)
    )
    palette.show_commands(commands)
    window.show()
    loop_watchdog.best_of("opening the palette", _again(palette.open, palette.dismiss))
    (search,) = palette.findChildren(QLineEdit)
    for letter in "team-9 srv 42":
        loop_watchdog.best_of(f"typing {letter!r}", _again(partial(QTest.keyClicks, search, letter), search.backspace))
    assert palette.shown
    loop_watchdog.best_of("closing the palette", _again(palette.dismiss, palette.open))


def test_the_tray_takes_hundreds_of_contexts(theme: Theme, qtbot: QtBot, loop_watchdog: LoopWatchdog) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    tray = Tray(theme, window)
    contexts = tuple(ContextRow(f"context-{number}", "c", "default", is_current=False) for number in range(300))
    show = tray.show_contexts
    loop_watchdog.best_of("contexts in the tray", _again(partial(show, contexts, "context-7"), partial(show, (), "")))
    connect = partial(tray.show_view, sample_data.CONNECTED)
    loop_watchdog.best_of("a new state in the tray", _again(connect, partial(tray.show_view, _VIEWS["disconnected"])))
    slower = partial(tray.show_view, replace(sample_data.CONNECTED, rtt_s=0.3))
    loop_watchdog.best_of("a round trip in the tray", _again(slower, connect), limit_s=0.01)


def _rows(count: int) -> tuple[WorkloadRow, ...]:
    template = sample_data.WORKLOADS
    return tuple(
        replace(template[number % len(template)], name=f"service-{number}", namespace=f"ns-{number % 50}")
        for number in range(count)
    )


def test_the_window_takes_thousands_of_workloads(theme: Theme, qtbot: QtBot, loop_watchdog: LoopWatchdog) -> None:
    window = filled_window(theme, "connected")
    qtbot.addWidget(window)
    window.show()
    many = _rows(5_000)
    views = [WorkloadsView((*many[:-1], replace(many[-1], ready=number))) for number in range(3)]

    def show(view: WorkloadsView) -> Callable[[], object]:
        return lambda: window.workloads.show_workloads(view)

    def refills() -> Iterator[Callable[[], object]]:
        for _ in range(3):
            window.workloads.show_workloads(WorkloadsView(()))
            yield show(WorkloadsView(many))

    loop_watchdog.best_of("5,000 workloads", refills())
    loop_watchdog.best_of("one of 5,000 workloads that changes", map(show, views))

    def search(text: str) -> Callable[[], object]:
        def type_it() -> None:
            window.workloads.focus_search()
            field = QApplication.focusWidget()
            assert field is not None
            QTest.keyClicks(field, text)

        return type_it

    loop_watchdog.best_of("the search in 5,000 workloads", map(search, ("s", "e", "r")))


def test_another_place_with_thousands_of_workloads(theme: Theme, qtbot: QtBot, loop_watchdog: LoopWatchdog) -> None:
    window = filled_window(theme, "connected")
    qtbot.addWidget(window)
    window.show()
    here, there = WorkloadsView(_rows(5_000)), WorkloadsView(tuple(reversed(_rows(4_990))))

    def go(context: str, namespace: str, view: WorkloadsView) -> None:
        window.show_context(context)
        window.show_namespace(namespace)
        window.workloads.show_workloads(view)

    contexts = [row.name for row in sample_data.CONTEXTS]
    go(contexts[0], "shop", here)
    context = _again(partial(go, contexts[1], "default", there), partial(go, contexts[0], "shop", here))
    loop_watchdog.best_of("another context", context)
    namespace = _again(partial(go, contexts[0], "default", there), partial(go, contexts[0], "shop", here))
    loop_watchdog.best_of("another namespace", namespace)


@pytest.mark.parametrize("state", ["connected", "connecting", "degraded", "failed", "disconnected"])
def test_a_new_state_is_shown_at_once(theme: Theme, qtbot: QtBot, loop_watchdog: LoopWatchdog, state: str) -> None:
    window = filled_window(theme, "disconnected")
    qtbot.addWidget(window)
    window.show()
    before = "connected" if state == "disconnected" else "disconnected"
    show = window.show_connection
    loop_watchdog.best_of(state, _again(partial(show, _VIEWS[state]), partial(show, _VIEWS[before])))


@pytest.mark.parametrize(
    "companions",
    [(), ("settings, page 0",), ("settings, page 5", "plan", "tray menu")],
    ids=["alone", "with settings", "all open"],
)
def test_another_theme_is_put_on(
    theme: Theme, qtbot: QtBot, loop_watchdog: LoopWatchdog, companions: tuple[str, ...]
) -> None:
    window = filled_window(theme, "connected")
    window.workloads.show_workloads(WorkloadsView(_rows(5_000)))
    for shown in (window, *(SURFACES[name](theme) for name in companions)):
        qtbot.addWidget(shown)
        shown.show()
    dark, light = partial(put_on, theme, ThemeChoice.DARK), partial(put_on, theme, ThemeChoice.LIGHT)
    loop_watchdog.best_of("the other theme", _again(dark, light), _IN_ONE_GO_S)


@pytest.mark.parametrize("name", SURFACES)
def test_it_is_opened_at_once(theme: Theme, qtbot: QtBot, loop_watchdog: LoopWatchdog, name: str) -> None:
    """For the first time: made, filled, dressed and painted."""
    limit_s = _LIMITS_S.get(name.partition(",")[0], LIMIT_S)

    def open_it() -> None:
        widget = SURFACES[name](theme)
        qtbot.addWidget(widget)
        widget.show()

    loop_watchdog.best_of(f"opening: {name}", [open_it] * _TRIES, limit_s)
