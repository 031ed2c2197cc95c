"""Something that is part of the inspector, in a window as wide as that is."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollArea, QWidget
from pytestqt.qtbot import QtBot

WIDTH = 308
"""What the inspector's 340 px leave beside its margins."""


def shown_in_column(qtbot: QtBot, widget: QWidget, width: int = WIDTH, height: int = 900) -> QScrollArea:
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setWidgetResizable(True)
    area.setFrameStyle(0)
    area.setWidget(widget)
    area.resize(width, height)
    area.show()
    return area
