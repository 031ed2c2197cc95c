"""How this copy came onto the machine, and what brings a newer one: told to the user, never run.

Kubeferry changes no program files, neither its own nor a package manager's.
"""

from __future__ import annotations

import enum
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

QUESTION_TIMEOUT_S = 5.0
_FLATPAK_INFO = Path("/.flatpak-info")

Ask = Callable[[Sequence[str]], str]
"""Runs a command; its output, or an empty text when it fails or is not there."""


class Origin(enum.Enum):
    """`FILES`: an archive that somebody unpacked, or a source tree; no package manager knows of it."""

    DEBIAN = "debian"
    RPM = "rpm"
    ARCH = "arch"
    FLATPAK = "flatpak"
    SNAP = "snap"
    HOMEBREW = "homebrew"
    PIPX = "pipx"
    PIP = "pip"
    FILES = "files"


@dataclass(frozen=True)
class Installation:
    """`command` empty: there is none, a newer copy is fetched from the release's page."""

    origin: Origin
    command: str


def installation(
    program: Path | None = None, environ: Mapping[str, str] | None = None, ask: Ask | None = None
) -> Installation:
    """Asks package managers, so it takes up to some tenths of a second: not in the event loop."""
    environ = os.environ if environ is None else environ
    ask = ask or _answer
    path = (program or _own_file()).resolve()
    sealed = _sealed(environ)
    if sealed is not None:
        return sealed
    by_path = _by_path(path)
    return by_path or _by_package_manager(path, ask) or _by_pip() or Installation(Origin.FILES, "")


def _own_file() -> Path:
    """The program when frozen, else a module: package managers own either."""
    return Path(sys.executable) if getattr(sys, "frozen", False) else Path(__file__)


def _sealed(environ: Mapping[str, str]) -> Installation | None:
    if _FLATPAK_INFO.exists():
        return Installation(Origin.FLATPAK, f"flatpak update {environ.get('FLATPAK_ID', 'kubeferry')}")
    if environ.get("SNAP"):
        return Installation(Origin.SNAP, f"sudo snap refresh {environ.get('SNAP_NAME', 'kubeferry')}")
    return None


def _by_path(path: Path) -> Installation | None:
    parts = path.parts
    if "Cellar" in parts or "Caskroom" in parts:
        return Installation(Origin.HOMEBREW, "brew upgrade kubeferry")
    if "pipx" in parts and "venvs" in parts:
        return Installation(Origin.PIPX, "pipx upgrade kubeferry")
    return None


def _by_package_manager(path: Path, ask: Ask) -> Installation | None:
    # `kubeferry: /usr/lib/kubeferry/…`; several packages may share a folder, but not a file.
    package = ask(("dpkg-query", "-S", str(path))).partition(":")[0].strip()
    if package:
        command = f"sudo apt update && sudo apt install --only-upgrade {package}"
        return Installation(Origin.DEBIAN, command)
    package = ask(("rpm", "-qf", "--qf", "%{NAME}", str(path))).strip()
    if package:
        return Installation(Origin.RPM, f"sudo dnf upgrade {package}")
    package = ask(("pacman", "-Qoq", str(path))).strip()
    if package:
        return Installation(Origin.ARCH, "sudo pacman -Syu")
    return None


def _by_pip() -> Installation | None:
    """Not an editable one: that is a source tree, which its owner updates."""
    from importlib import metadata

    try:
        found = metadata.distribution("kubeferry")
    except metadata.PackageNotFoundError:
        return None
    if not (found.read_text("INSTALLER") or "").strip() or found.read_text("direct_url.json"):
        return None
    return Installation(Origin.PIP, f"{sys.executable} -m pip install --upgrade kubeferry")


def _answer(argv: Sequence[str]) -> str:
    program = shutil.which(argv[0])
    if program is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words and a path of our own
            [program, *argv[1:]], capture_output=True, text=True, timeout=QUESTION_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
