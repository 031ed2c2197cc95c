"""A desktop without a cluster: the first start, the tray of a real panel, and a panel that comes and goes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.desktop_window import DesktopWindow
from tests.lab.accessibility_bus import AccessibilityBus
from tests.lab.desktop import Desktop
from tests.lab.laptop import LINK, Laptop
from tests.lab.network import NetworkNamespace
from tests.lab.processes import ROOT

PANEL_BACK_S = 12.0
"""The program looks for a panel every five seconds."""


@pytest.fixture(scope="module")
def lone_desktop(shots: Path) -> Iterator[Desktop]:
    """On a laptop whose link leads nowhere. No kubeconfig, no helper."""
    if os.geteuid():
        pytest.skip("a laptop is made of namespaces: run this as root")
    namespace = NetworkNamespace(f"{os.environ.get('KUBEFERRY_LAB', 'kfe2e')}-alone")
    namespace.delete()
    namespace.create()
    try:
        namespace.ip("link", "add", LINK, "type", "veth", "peer", "name", "nowhere")
        laptop = Laptop.start(
            namespace, ROOT / "build" / "lab" / namespace.name / "logs", resolved=False, dies_with_parent=True
        )
        try:
            with Desktop(laptop) as desktop:
                yield desktop
        finally:
            laptop.stop()
    finally:
        namespace.delete()


@pytest.fixture(scope="module")
def lone_bus(lone_desktop: Desktop) -> Iterator[AccessibilityBus]:
    with AccessibilityBus(lone_desktop.accessibility_socket()) as bus:
        yield bus


@pytest.fixture
def window(lone_desktop: Desktop, lone_bus: AccessibilityBus) -> Iterator[DesktopWindow]:
    opened = DesktopWindow(lone_desktop, lone_bus, first_run_done=False)
    try:
        yield opened
    finally:
        opened.end()


def test_the_first_start_and_the_tray(window: DesktopWindow) -> None:
    screen = window.screen
    screen.wait_for("the icon in the tray", window.tray_place)
    screen.find("push button", re.compile("^(Skip for now|Look again)$"))
    screen.shot("10-first-start")
    icon = window.settled_tray_image()

    window.desktop.end_panel()
    screen.wait_for("the icon to be gone with the panel", lambda: window.tray_place() is None)
    screen.find("push button", re.compile("^(Skip for now|Look again)$"))
    window.desktop.start_panel()
    screen.wait_for("the icon to be back", window.tray_place, PANEL_BACK_S)
    assert window.settled_tray_image() == icon

    window.click_tray()
    screen.wait_for("the window to go, for it was in front", lambda: not screen.windows("Kubeferry"))
    window.click_tray()
    screen.wait_for("the window to come back", lambda: screen.windows("Kubeferry"))
    window.open_tray_menu()
    screen.shot("11-tray-menu")
    screen.choose(re.compile("^Quit"))
    assert not window.wait_for_end()
    assert window.tray_place() is None
