"""Starting with the desktop: a file in the autostart folder of the XDG Autostart Specification.

The file is the truth: the user, or the desktop's own settings, may change or remove it at any time.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

FILE_NAME = "kubeferry.desktop"
MINIMISED = "--minimised"

_TEMPLATE = """[Desktop Entry]
Type=Application
Name=Kubeferry
Comment=Puts this machine into a Kubernetes cluster's network
Comment[zh_CN]=让这台电脑接入 Kubernetes 集群的网络
Exec={command}
Icon=kubeferry
Terminal=false
X-GNOME-Autostart-enabled=true
"""


class Autostart:
    """Reads and writes one small file: `is_on` and `set_on` are quick. Raises OSError where the folder refuses."""

    def __init__(self, environ: Mapping[str, str], command: Sequence[str] | None = None) -> None:
        base = environ.get("XDG_CONFIG_HOME") or os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".config")
        self._path = Path(base) / "autostart" / FILE_NAME
        self._command = tuple(command) if command is not None else own_command()

    @property
    def path(self) -> Path:
        return self._path

    def is_on(self) -> bool:
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return False
        told = {
            key.strip(): value.strip().lower() for key, equals, value in (x.partition("=") for x in lines) if equals
        }
        return told.get("Hidden") != "true" and told.get("X-GNOME-Autostart-enabled", "true") == "true"

    def set_on(self, is_on: bool, *, minimised: bool = True) -> None:
        if not is_on:
            self._path.unlink(missing_ok=True)
            return
        command = (*self._command, MINIMISED) if minimised else self._command
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f".{FILE_NAME}.new")
        draft.write_text(_TEMPLATE.format(command=" ".join(map(_quoted, command))), encoding="utf-8")
        draft.replace(self._path)


def own_command() -> tuple[str, ...]:
    """How this program is started, by a path that does not depend on the desktop's PATH."""
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    beside = Path(sys.executable).with_name("kubeferry")
    if beside.exists():
        return (str(beside),)
    started = Path(sys.argv[0]).resolve()
    return (str(started),) if started.name == "kubeferry" else (sys.executable, "-m", "app")


def _quoted(argument: str) -> str:
    """As the Desktop Entry Specification wants it in Exec: quotes, and a per cent sign that is no field code."""
    plain = argument.replace("%", "%%")
    if shlex.quote(plain) == plain:
        return plain
    escaped = "".join("\\" + character if character in '"`$\\' else character for character in plain)
    return '"' + escaped.replace("\\", "\\\\") + '"'
