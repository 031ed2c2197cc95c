"""Widgets without a screen. Any warning of Qt's that a test did not expect fails it (see pyproject.toml)."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.main import settle_garbage
from app.ui.theme import Theme, ThemeChoice
from tests.gui.loop_watchdog import LoopWatchdog


@pytest.fixture(autouse=True)
def _no_widgets_of_the_test_before(qapp: QApplication) -> None:
    """Windows that were closed wait for an event loop that a test may not have; a style sheet visits them all."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def theme(qapp: QApplication, qtbot: QtBot) -> Theme:
    return Theme(qapp, ThemeChoice.LIGHT)


@pytest.fixture
def loop_watchdog(qapp: QApplication) -> Iterator[LoopWatchdog]:
    """`with loop_watchdog.watching("what"): …` fails when the event loop was held up for more than 50 ms in it.

    As in the window some seconds after its start, the collector of garbage looks at what came later only.
    """
    settle_garbage()
    watchdog = LoopWatchdog()
    yield watchdog
    watchdog.stop()
    gc.unfreeze()
