"""Fixtures of the tests at a desktop. `conftest` takes them from here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.desktop_window import DesktopWindow
from tests.e2e.driver import Kubeferry
from tests.lab.accessibility_bus import AccessibilityBus
from tests.lab.desktop import Desktop
from tests.lab.laptop import Laptop
from tests.lab.screen import SHOTS


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where this run's pictures of the screen go; those of runs before are gone."""
    for old in SHOTS.glob("*.png"):
        old.unlink()
    return SHOTS


@pytest.fixture(scope="session")
def desktop(laptop: Laptop, shots: Path) -> Iterator[Desktop]:
    with Desktop(laptop) as started:
        yield started


@pytest.fixture(scope="session")
def accessibility(desktop: Desktop) -> Iterator[AccessibilityBus]:
    with AccessibilityBus(desktop.accessibility_socket()) as bus:
        yield bus


@pytest.fixture
def window(kubeferry: Kubeferry, desktop: Desktop, accessibility: AccessibilityBus) -> Iterator[DesktopWindow]:
    """The window of a laptop that is not connected; afterwards the laptop must be exactly as before."""
    opened = DesktopWindow(desktop, accessibility)
    try:
        yield opened
    finally:
        opened.end()
