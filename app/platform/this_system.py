"""What fits the system that this runs on. macOS's modules are imported there only."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from app.platform.autostart import Autostart
from app.platform.linux_listeners import LinuxListeners
from app.platform.listeners import ListenerSource


def autostart(environ: Mapping[str, str]) -> Autostart:
    if sys.platform == "darwin":
        from app.platform.launch_agent import LaunchAgent

        return LaunchAgent(environ)
    return Autostart(environ)


def listener_source() -> ListenerSource | None:
    """None: there is none for this system yet."""
    if sys.platform == "darwin":
        from app.platform.lsof_listeners import LsofListeners

        return LsofListeners()
    return LinuxListeners() if sys.platform.startswith("linux") else None
