"""How this program starts itself again: as a worker, or to clean up. Never anything that a caller named."""

from __future__ import annotations

import os
import sys


def own_command(module: str, *arguments: str) -> list[str]:
    """A frozen program (PyInstaller) takes `module` as its first argument and dispatches on it."""
    if getattr(sys, "frozen", False):
        return [sys.executable, module, *arguments]
    return [sys.executable, "-s", "-P", "-m", module, *arguments]


def own_environment() -> dict[str, str]:
    """Nothing of ours is inherited but the place of the code, which need not be where Python looks by itself."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": root}
