"""Starting with the login on macOS: a property list in the user's LaunchAgents folder (launchd.plist(5)).

The file is the truth, as on other systems: the user may remove it, and the system settings list it.
"""

from __future__ import annotations

import os
import plistlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.parsers.expat import ExpatError

from app.platform.autostart import MINIMISED, Autostart

LABEL = "io.kubeferry.app"
FILE_NAME = f"{LABEL}.plist"


class LaunchAgent(Autostart):
    """`is_on` and `set_on` are quick. Raises OSError where the folder refuses."""

    def __init__(self, environ: Mapping[str, str], command: Sequence[str] | None = None) -> None:
        super().__init__(environ, command)
        self._path = Path(environ.get("HOME") or os.path.expanduser("~")) / "Library/LaunchAgents" / FILE_NAME

    def is_on(self) -> bool:
        try:
            told = plistlib.loads(self._path.read_bytes())
        except (OSError, ValueError, ExpatError, plistlib.InvalidFileException):
            return False
        return isinstance(told, dict) and told.get("RunAtLoad") is True and told.get("Disabled") is not True

    def set_on(self, is_on: bool, *, minimised: bool = True) -> None:
        if not is_on:
            self._path.unlink(missing_ok=True)
            return
        command = (*self._command, MINIMISED) if minimised else self._command
        told = {
            "Label": LABEL,
            "ProgramArguments": list(command),
            "RunAtLoad": True,
            "ProcessType": "Interactive",
            "LimitLoadToSessionType": "Aqua",
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f".{FILE_NAME}.new")
        draft.write_bytes(plistlib.dumps(told))
        draft.replace(self._path)
