"""Quitting asks first when it ends what others may notice."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.ui.plans.plan_dialog import PlanDialog
from app.ui.shell.shortcuts import Does
from app.ui.theme import Theme
from tests.gui.test_tray import OFFSCREEN
from tests.gui.test_wiring import MINE, Bench, open_bench

pytestmark = [pytest.mark.qt_log_ignore(OFFSCREEN), pytest.mark.usefixtures("qapp")]


def _dialogs(bench: Bench) -> list[PlanDialog]:
    return [one for one in bench.window.findChildren(PlanDialog) if one.isVisible()]


async def test_quitting_asks_while_something_is_intercepted(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(theme, qtbot, tmp_path, monkeypatch) as bench:
        await bench.show()
        asked: list[bool] = []
        bench.shell.quit_asked.connect(asked.append)
        leave = bench.shell.actions[Does.QUIT]
        leave()
        assert asked == [False], "nothing is intercepted"
        asked.clear()

        await bench.connected(MINE)
        leave()
        leave()
        (dialog,) = _dialogs(bench)
        dialog.reject()
        assert asked == []

        bench.tray.quit_asked.emit()
        (dialog,) = _dialogs(bench)
        dialog.button.click()
        assert asked == [False]


async def test_quitting_does_not_ask_when_the_connection_stays(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(theme, qtbot, tmp_path, monkeypatch) as bench:
        await bench.show()
        await bench.connected(MINE)
        bench.store.change(keep_connected=True)
        asked: list[bool] = []
        bench.shell.quit_asked.connect(asked.append)
        bench.shell.actions[Does.QUIT]()
        assert asked == [False]
        assert _dialogs(bench) == []


async def test_the_switch_leads_to_the_first_run_page_when_there_is_no_cluster(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(theme, qtbot, tmp_path, monkeypatch) as bench:
        bench.window.show()
        bench.window.bar.switch.click()
        assert bench.window.shows_page
