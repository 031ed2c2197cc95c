"""System calls that CPython 3.11 has no name for: setns(2), mount(2), prctl(2)."""

from __future__ import annotations

import ctypes
import os
import signal
from pathlib import Path

CLONE_NEWPID = 0x20000000
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
_PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)


def _raise_errno(what: str) -> None:
    number = ctypes.get_errno()
    raise OSError(number, f"{what}: {os.strerror(number)}")


def setns(descriptor: int, kind: int = 0) -> None:
    if _libc.setns(descriptor, kind):
        _raise_errno("setns")


def mount(source: str | Path, target: str | Path, kind: str = "", flags: int = 0, options: str = "") -> None:
    arguments = [os.fsencode(source), os.fsencode(target), kind.encode() or None]
    if _libc.mount(*arguments, ctypes.c_ulong(flags), options.encode() or None):
        _raise_errno(f"mount {source} on {target}")


def die_with_parent() -> None:
    """SIGKILL for this process when the thread that made it ends (kept over execve)."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
