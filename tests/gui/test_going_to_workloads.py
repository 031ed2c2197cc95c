"""From the tray and from notifications to a workload, whatever is looked into at the moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.controllers.notices import Action
from app.controllers.views import WorkloadsView
from app.ui.theme import Theme
from tests.gui.test_tray import OFFSCREEN
from tests.gui.test_wiring import KEY, MINE, ROW, open_bench

pytestmark = [pytest.mark.qt_log_ignore(OFFSCREEN), pytest.mark.usefixtures("qapp")]


async def test_an_intercept_in_another_namespace_is_gone_to(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(theme, qtbot, tmp_path, monkeypatch) as bench:
        await bench.show()
        await bench.connected(MINE)
        (mine,) = bench.parts.connection.view.intercepts
        pressed = bench.notifier.action_asked
        asks: tuple[Callable[[], object], ...] = (
            partial(bench.tray.intercept_asked.emit, KEY),
            partial(pressed.emit, Action.OPEN.value, KEY),
            partial(pressed.emit, Action.START_AGAIN.value, mine),
        )
        for ask in asks:
            bench.parts.browser.choose_namespace("payments")
            assert bench.window.workloads.row_of(KEY) is None
            ask()
            assert bench.parts.browser.namespace == "shop"
            bench.cluster.workloads.put_nowait(WorkloadsView((ROW,)))
            await bench.until(lambda: bench.window.workloads.selected == (KEY,))
            assert bench.window.inspector.key == KEY


async def test_a_namespace_of_the_tray_brings_the_window_up(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(theme, qtbot, tmp_path, monkeypatch) as bench:
        await bench.show()
        bench.window.hide()
        bench.tray.namespace_asked.emit("staging", "payments")
        assert bench.window.isVisible()
        assert bench.parts.browser.namespace == "payments"
