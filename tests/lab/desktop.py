"""A desktop in a laptop: X server, session bus, window manager, a panel with a tray, and what a screen reader needs.

The X server draws into memory. Everything belongs to one user of the laptop, lives in the laptop's namespaces (its own
/tmp and network, so display :0 is always free) and ends with `stop`, at the latest with the laptop.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tests.lab.laptop import DEV, Finished, Laptop
from tests.lab.processes import Identity, open_log, wait_until

DISPLAY = ":0"
SIZE = (1440, 900)
_START_S = 15.0
_PANEL = """\
panel_items = TSC
panel_size = 100% 30
panel_position = bottom center horizontal
panel_background_id = 1
taskbar_mode = single_desktop
systray_padding = 4 4 4
systray_icon_size = 22
time1_format = %H:%M
rounded = 0
border_width = 0
background_color = #22262d 100
border_color = #22262d 100
"""
"""tint2's settings: names of windows, tray, clock. The clock's line is last, so that the tray is left of it."""


class Desktop:
    """A context: it runs within. `size`: of the screen, in pixels."""

    def __init__(self, laptop: Laptop, identity: Identity = DEV, *, size: tuple[int, int] = SIZE) -> None:
        self.laptop, self.identity, self.size = laptop, identity, size
        self.bus_path = f"/run/user/{identity.uid}/bus"
        """The session bus's socket, as seen in the laptop."""
        self._processes: list[tuple[str, subprocess.Popen[bytes]]] = []

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to be on this desktop, as one that a screen reader is used with."""
        return {
            "DISPLAY": DISPLAY,
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.bus_path}",
            "XDG_CURRENT_DESKTOP": "openbox",
            "XDG_SESSION_TYPE": "x11",
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }

    def start(self) -> None:
        """Returns when the panel is there. Raises TimeoutError or RuntimeError with what a program said."""
        width, height = self.size
        settings = f"{self.identity.home}/.config/tint2/tint2rc"
        self.laptop.write_file(settings, _PANEL, self.identity)
        sockets = self.laptop.path("/tmp/.X11-unix")
        sockets.mkdir(exist_ok=True)
        sockets.chmod(0o1777)
        self._begin("Xvfb", DISPLAY, "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp", "-noreset")
        self._wait("the X server", lambda: self.laptop.listens_on("/tmp/.X11-unix/X0"))
        address = f"--address=unix:path={self.bus_path}"
        self._begin("dbus-daemon", "--session", "--nofork", "--nopidfile", address)
        self._wait("the session bus", lambda: self.laptop.listens_on(self.bus_path))
        self._begin("openbox", "--sm-disable")
        self._wait("the window manager", lambda: "window id" in self._property("_NET_SUPPORTING_WM_CHECK"))
        self._begin("tint2", "-c", settings)
        self._wait("the panel", self._has_panel)

    def stop(self) -> None:
        """Ends what was started, last first."""
        for _, process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
        self._processes.clear()
        for left in (self.bus_path, "/tmp/.X11-unix/X0", "/tmp/.X0-lock"):
            with suppress(FileNotFoundError):
                self.laptop.path(left).unlink()

    def run(self, *argv: str, timeout_s: float = 20.0) -> Finished:
        """A program on this desktop, to its end."""
        return self.laptop.run(argv, identity=self.identity, env=self.environment, timeout_s=timeout_s)

    def popen(self, argv: Sequence[str], log: str, **env: str) -> subprocess.Popen[bytes]:
        """A program on this desktop. What it says goes to the laptop's log of this name."""
        with open_log(self.log_path(log)) as output:
            environment = self.environment | env
            return self.laptop.popen(argv, identity=self.identity, env=environment, stdout=output, stderr=output)

    def log_path(self, log: str) -> Path:
        return self.laptop.logs / f"{self.laptop.name}-{log}.log"

    def accessibility_socket(self) -> Path:
        """Of the bus that programs tell screen readers their windows by; the first question starts it."""
        ask = ("dbus-send", "--session", "--print-reply=literal", "--dest=org.a11y.Bus", "/org/a11y/bus")
        address = self.run(*ask, "org.a11y.Bus.GetAddress").checked().out.strip()
        path = address.partition(",")[0].removeprefix("unix:path=")
        if not path.startswith("/"):
            raise RuntimeError(f"the accessibility bus is not at a path: {address}")
        return self.laptop.path(path)

    def end_panel(self) -> None:
        """As if it had crashed: the tray is gone until `start_panel`."""
        for entry in [entry for entry in self._processes if entry[0] == "tint2"]:
            entry[1].terminate()
            entry[1].wait(5)
            self._processes.remove(entry)

    def start_panel(self) -> None:
        self._begin("tint2", "-c", f"{self.identity.home}/.config/tint2/tint2rc")
        self._wait("the panel", self._has_panel)

    def _begin(self, *argv: str) -> None:
        self._processes.append((argv[0], self.popen(argv, argv[0].lower())))

    def _wait(self, what: str, test: Callable[[], bool]) -> None:
        def look() -> bool:
            name, process = self._processes[-1]
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended with {process.returncode}:\n{self.laptop.log(name.lower())}")
            return test()

        wait_until(what, look, _START_S, every_s=0.05)

    def _property(self, name: str) -> str:
        return self.run("xprop", "-root", name).out

    def _has_panel(self) -> bool:
        return bool(self.run("xdotool", "search", "--onlyvisible", "--class", "tint2").out.strip())

    def __enter__(self) -> Desktop:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
