"""Ends a process by SIGKILL right before the Nth of its steps that change something outside of it.

The interpreter's own profiling hook tells of every call of a C function, in every thread: nothing in the product knows
of it. Killed before step N is killed after step N - 1, so all N together are all the places there are.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

CHANGES = {
    "posix": {"open", "write", "rename", "replace", "unlink", "symlink", "mkdir", "fchown", "fchmod", "chmod"},
    "fcntl": {"ioctl"},
    "_posixsubprocess": {"fork_exec"},
    "socket": {"bind", "listen", "sendto", "sendmsg"},
    "BufferedWriter": {"flush", "truncate"},
    "BufferedRandom": {"flush", "truncate"},
    "TextIOWrapper": {"write"},
}
"""By module or type of the function. A buffer's `write` changes nothing yet, and whether something is synced is
the same to a process that is killed. `open` also where it only reads: it costs a step and hides none."""

_READS_ONLY = {"_dump_once"}
"""Functions of the product whose calls ask the kernel and change nothing."""


class Killer:
    """`report`: a descriptor that gets the name of every step counted, one a line. Counts once it is armed."""

    def __init__(self, at: int, report: int) -> None:
        self._at = at
        self._report = report
        self._count = 0
        self.armed = False

    def watch(self) -> None:
        """This thread, and those that begin later."""
        threading.setprofile(self._saw)
        sys.setprofile(self._saw)

    def _saw(self, frame: FrameType, event: str, function: Any) -> None:
        if event != "c_call" or not self.armed or frame.f_code.co_name in _READS_ONLY:
            return
        owner = getattr(function, "__self__", None)
        if owner is sys.stderr:
            return
        group = getattr(owner, "__name__", None) if isinstance(owner, type(sys)) else type(owner).__name__
        if function.__name__ not in CHANGES.get(str(group), ()):
            return
        self._count += 1
        os.write(self._report, f"{group}.{function.__name__} in {frame.f_code.co_name}\n".encode())
        if self._count == self._at:
            os.kill(os.getpid(), signal.SIGKILL)
