"""Widgets without a screen. Any warning of Qt's that a test did not expect fails it (see pyproject.toml)."""

from __future__ import annotations

import os

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.theme import Theme, ThemeChoice


@pytest.fixture(autouse=True)
def _no_widgets_of_the_test_before(qapp: QApplication) -> None:
    """Windows that were closed wait for an event loop that a test may not have; a style sheet visits them all."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def theme(qapp: QApplication, qtbot: QtBot) -> Theme:
    return Theme(qapp, ThemeChoice.LIGHT)
