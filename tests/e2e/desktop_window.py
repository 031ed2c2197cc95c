"""The program's windows and its place in the tray, as somebody at the desktop uses them."""

from __future__ import annotations

import json
import re
import subprocess
import time
from typing import Any

from PySide6.QtGui import QImage

from tests.lab.accessibility_bus import AccessibilityBus, Place
from tests.lab.desktop import Desktop
from tests.lab.processes import PYTHON, wait_until
from tests.lab.screen import LEFT, RIGHT, Found, Screen, Words

APPLICATION = "kubeferry"
CONNECT_S = 20.0
INTERCEPT_S = 30.0
_END_S = 10.0
_PLAN_S = 15.0
_USED = {
    "push button",
    "toggle button",
    "check box",
    "radio button",
    "button menu",
    "text",
    "combo box",
    "table",
    "list",
}
_SWITCHES = {"push button", "toggle button", "check box", "switch"}
_TRAY_ICON = re.compile(r'"kubeferry"\)\s+(\d+)x(\d+)\+\d+\+\d+\s+\+(\d+)\+(\d+)$', re.MULTILINE)
_MOST_TRAY_PIXELS = 40
_SAME_IMAGES = 6
_DOUBLE_CLICK_S = 0.5
"""Longer than Qt's 400 ms."""
_PREFERENCES = ".local/state/kubeferry/window.json"
_HARMLESS = ("Failed to register with host portal", "Could not find accessible on path")
"""Said by Qt on a desktop without portals, and to a screen reader that asks for what is gone already."""


class DesktopWindow:
    """Started with these preferences and nothing else remembered."""

    def __init__(self, desktop: Desktop, bus: AccessibilityBus, **preferences: Any) -> None:
        self._tray_clicked = 0.0
        self.desktop, self.screen = desktop, Screen(desktop, bus, APPLICATION, self._ended)
        identity = desktop.identity
        # A record of a run in one language, one theme and one size can be compared with that of another run.
        chosen = {"theme": "light", "language": "en", "first_run_done": True} | preferences
        desktop.laptop.write_file(f"{identity.home}/{_PREFERENCES}", json.dumps(chosen), identity)
        desktop.log_path("window").unlink(missing_ok=True)
        self.process: subprocess.Popen[bytes] = desktop.popen([PYTHON, "-m", "app"], "window")

    @property
    def switch(self) -> Found:
        return self.screen.find(None, "Connection")

    def state(self) -> str:
        """As the state bar says it to a screen reader."""
        bars = self.screen.all("panel")
        return bars[0].name if bars else ""

    def wait_for_state(self, word: str, within_s: float = CONNECT_S) -> None:
        self.screen.wait_for(f"the state {word!r}", lambda: self.screen.all("label", word), within_s)

    def agree(self, verb: str, before: str = "") -> None:
        """In the dialog that says what would change: when it can be agreed to, it is. `before`: a picture's name."""
        dialog = self.screen.find("dialog", within_s=_PLAN_S)
        ready = self.screen.find("push button", verb, inside=dialog, within_s=_PLAN_S, where=lambda one: one.is_enabled)
        place = ready.place
        if before:
            self.screen.shot(before)
        self.screen.click(place.middle)
        self.screen.gone("dialog")

    def look_into(self, namespace: str) -> None:
        """In the list on the left."""
        self.screen.find("list item", re.compile(rf"^{re.escape(namespace)}\b"), within_s=15).click()

    def choose(self, workload: str) -> None:
        """Finds it by its name and clicks on its row."""
        self.screen.keys("slash")
        self.screen.type(workload)
        self.screen.find("cell", re.compile(rf"^{re.escape(workload)}\b"), within_s=15).click()

    def fill(self, field: Words, text: str) -> None:
        self.screen.find("text", field).fill(text)

    def flip(self, switch: str) -> None:
        """One of the inspector's, when it can be used."""
        self.screen.find(None, switch, where=lambda one: one.node.role in _SWITCHES and one.is_enabled).click()

    def tab(self, name: str) -> None:
        self.screen.find("page tab", re.compile(rf"^{name}\b")).click()

    def nameless(self) -> list[str]:
        """What can be used and has no name: a screen reader's user does not know what it is.

        Not what decorates a field: no key leads there.
        """
        shown = (one.node for one in self.screen.all())
        bad = [node for node in shown if node.role in _USED and not node.name]
        return [f"{node} in {node.parent}" for node in bad if node.parent is None or node.parent.role != "text"]

    def tray_place(self) -> Place | None:
        """Of the icon in the panel; None: there is none."""
        tree = self.desktop.run("xwininfo", "-root", "-tree").out
        for found in _TRAY_ICON.finditer(tree):
            width, height, x, y = map(int, found.groups())
            if 8 < width <= _MOST_TRAY_PIXELS and height <= _MOST_TRAY_PIXELS:
                return Place(x, y, width, height)
        return None

    def tray_image(self) -> QImage:
        place = self.tray_place()
        assert place is not None, "there is no icon in the tray"
        return self.screen.image().copy(place.x, place.y, place.width, place.height)

    def settled_tray_image(self) -> QImage:
        """Once it has looked at the panel, to be seen on it."""
        images: list[QImage] = []

        def same() -> bool:
            images.append(self.tray_image())
            return len(images) > _SAME_IMAGES and all(image == images[-1] for image in images[-_SAME_IMAGES:])

        self.screen.wait_for("the tray icon to stay as it is", same)
        return images[-1]

    def wait_for_other_tray_image(self, before: QImage) -> QImage:
        self.screen.wait_for("the tray icon to change", lambda: self.tray_image() != before)
        return self.settled_tray_image()

    def click_tray(self) -> None:
        """Not so soon after the last time that both were one double click."""
        over = self._tray_clicked + _DOUBLE_CLICK_S
        wait_until("the time of a double click to be over", lambda: time.monotonic() > over, _DOUBLE_CLICK_S + 1)
        self._click_tray(LEFT)
        self._tray_clicked = time.monotonic()

    def open_tray_menu(self) -> None:
        """What is in it is for `Screen.choose`."""
        self._click_tray(RIGHT)

    def wait_for_end(self) -> str:
        """What it said that it should not have. AssertionError: it does not end, or not well."""
        code = self.process.wait(_END_S)
        assert code == 0, f"the window ended with {code}:\n{self.desktop.laptop.log('window')}"
        return self.complaints()

    def complaints(self) -> str:
        lines = self.desktop.log_path("window").read_text(errors="replace").splitlines()
        return "\n".join(line for line in lines if line.strip() and not any(word in line for word in _HARMLESS))

    def end(self) -> None:
        """Whatever state it is in."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _ended(self) -> str:
        if self.process.poll() is None:
            return ""
        return f"the program ended with {self.process.returncode}:\n{self.desktop.laptop.log('window')}"

    def _click_tray(self, button: int) -> None:
        place = self.tray_place()
        assert place is not None, "there is no icon in the tray"
        self.screen.click(place.middle, button)
