"""Runs the tour as a child and outlives it, so that everything can be taken away at any moment, whatever it is doing.

An exception out of a signal handler would hit the tour between any two lines: within a fork, a lock, somebody's
clearing away. So signals interrupt nothing here. They are waited for; when one comes the child and all that it has
started are killed, as in a crash, and what is left outside of processes is taken away by what was written down before
it was made. The same way is gone after a tour that went well.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from tests.lab import kernel

_ENDING = frozenset((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
_WATCHED = _ENDING | {signal.SIGCHLD}
_PR_SET_CHILD_SUBREAPER = 36
_GONE_S = 15.0
_AGAIN_S = 0.05


class Supervisor:
    """One in a process: it changes which signals are heard, and for how long orphans are ours."""

    def run(self, argv: Sequence[str]) -> int:
        """The child's exit code, or 128 + the signal that ended the tour. Signals do nothing more afterwards."""
        try:
            return self._run(argv)
        finally:
            # A mask would be inherited by the commands that clear away.
            ignore_interruptions()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)

    def _run(self, argv: Sequence[str]) -> int:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        worker = subprocess.Popen(list(argv), preexec_fn=_begin_worker)
        while True:
            number = signal.sigwait(_WATCHED)
            if number in _ENDING:
                kill_descendants()
                worker.returncode = -signal.SIGKILL  # reaped with the others
                return 128 + number
            code = _reap(worker.pid)
            if code is not None:
                worker.returncode = code
                return code if code >= 0 else 128 - code


def _begin_worker() -> None:
    """It hears signals as usual, and ends with its supervisor."""
    kernel.die_with_parent()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)


def ignore_interruptions() -> None:
    """In this process, not in its commands. For the worker: what a terminal sends to both is for the supervisor."""
    for number in _ENDING:
        signal.signal(number, lambda *_: None)


def _reap(pid: int) -> int | None:
    """Takes everybody who has ended; how that one has, if it has."""
    found: int | None = None
    while True:
        try:
            ended, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if ended == 0:
            return found
        if ended == pid:
            found = os.waitstatus_to_exitcode(status)


def kill_descendants() -> None:
    """Children, and what becomes a child because its parent was killed. Raises TimeoutError when one does not end."""
    end = time.monotonic() + _GONE_S
    while children := _children():
        for pid in children:
            os.kill(pid, signal.SIGKILL)  # a child that has ended is there until it is reaped
        _reap(0)
        if time.monotonic() > end:
            raise TimeoutError(f"processes {children} do not end")
        time.sleep(_AGAIN_S)


def _children() -> list[int]:
    me = os.getpid()
    return [int(pid) for pid in Path(f"/proc/{me}/task/{me}/children").read_text().split()]
