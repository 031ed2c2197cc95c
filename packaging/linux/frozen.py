"""PyInstaller's folders of app and helper, the same bytes for the same input."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from moment import source_date

_OURS_LACKS = re.compile(r"(?:missing|excluded) module named .+ - imported by (?:.+, )?(?:app|helper)[.\w]* \(")
SPECS = Path(__file__).resolve().parents[1] / "pyinstaller"


def freeze(target: Path, work: Path) -> None:
    """Makes `app` and `helper` below `target`. Raises SystemExit with PyInstaller's words when it fails."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.rmtree(work, ignore_errors=True)
    environ = {
        **os.environ,
        "SOURCE_DATE_EPOCH": str(source_date()),
        # PyInstaller writes sets of names; their order is Python's hashing of strings.
        "PYTHONHASHSEED": "1",
        "PYINSTALLER_CONFIG_DIR": str(work / "cache"),
        "QT_QPA_PLATFORM": "offscreen",
    }
    for spec in ("kubeferry-helper.spec", "kubeferry.spec"):
        command = [sys.executable, "-m", "PyInstaller", "-y", "--clean", "--log-level", "WARN"]
        command += ["--distpath", str(target), "--workpath", str(work / spec), str(SPECS / spec)]
        done = subprocess.run(command, env=environ, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"PyInstaller cannot build {spec}:\n{(done.stdout + done.stderr)[-4000:]}")
        _require_whole(work / spec)
    _strip(target)
    # Its notes about what it has left out, and compiled files with the times of this machine, are of no use elsewhere.
    for folder in target.rglob("__pycache__"):
        shutil.rmtree(folder)


def _require_whole(work: Path) -> None:
    """Raises SystemExit when a module of ours needs one that was left out: it would be told when a user gets there."""
    (notes,) = work.rglob("warn-*.txt")
    lost = [line for line in notes.read_text(encoding="utf-8").splitlines() if _OURS_LACKS.match(line)]
    if lost:
        raise SystemExit("\n".join(["PyInstaller has left out what our own modules import:", *lost]))


def _strip(target: Path) -> None:
    """Extension modules come with names for a debugger, uvloop's alone 12 MB. Qt's libraries stay as they were made."""
    for path in sorted(target.rglob("*.so")):
        if "cpython-" in path.name and "PySide6" not in path.parts and "shiboken6" not in path.parts:
            subprocess.run(["strip", "--strip-unneeded", str(path)], check=True)
