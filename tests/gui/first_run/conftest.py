"""The page, shown, and a controller."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.controllers.scope import Scope
from app.ui.first_run.first_run_page import FirstRunPage
from app.ui.theme import Theme
from tests.gui.first_run.bench import Bench


@pytest.fixture
def page(theme: Theme, qtbot: QtBot) -> FirstRunPage:
    page = FirstRunPage(theme)
    qtbot.addWidget(page)
    page.resize(1024, 700)
    page.show()
    return page


@pytest.fixture
async def bench(qapp: QApplication, tmp_path: Path) -> AsyncIterator[Bench]:
    bugs: list[Exception] = []
    async with Scope(bugs.append) as scope:
        yield Bench(scope, tmp_path)
    assert bugs == []
