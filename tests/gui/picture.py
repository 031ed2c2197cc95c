"""Draws the window in one state: python -m tests.gui.picture FILE.png [light|dark] [WIDTHxHEIGHT] [state].

States: connected, connecting, degraded, failed, disconnected. Without a screen: QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from app.controllers.views import ConnectionView, Phase, WorkloadsView
from app.ui.theme import Theme, ThemeChoice
from app.ui.window import Window
from tests.gui import sample_data

_VIEWS = {
    "connected": sample_data.CONNECTED,
    "connecting": sample_data.CONNECTING,
    "degraded": sample_data.DEGRADED,
    "failed": sample_data.FAILED,
    "disconnected": ConnectionView(Phase.DISCONNECTED),
}


def filled_window(theme: Theme, state: str) -> Window:
    window = Window(theme, clock=lambda: sample_data.NOW)
    window.show_contexts(sample_data.CONTEXTS)
    window.show_context("staging-eu")
    window.show_namespace("shop")
    window.show_namespaces(sample_data.NAMESPACES, "")
    window.workloads.show_workloads(WorkloadsView(sample_data.WORKLOADS))
    window.show_connection(_VIEWS[state])
    if _VIEWS[state].phase.holds_connection and state != "connecting":
        for sample in sample_data.traffic():
            window.show_sample(sample)
    return window


def main(path: str, scheme: str = "light", size: str = "1180x760", state: str = "connected") -> None:
    app = QApplication([])
    app.setStyle("Fusion")
    theme = Theme(app, ThemeChoice(scheme))
    window = filled_window(theme, state)
    width, height = size.split("x")
    window.resize(QSize(int(width), int(height)))
    window.show()
    app.processEvents()
    if not window.grab().save(path):
        raise SystemExit(f"{path} cannot be written")


if __name__ == "__main__":
    main(*sys.argv[1:])
