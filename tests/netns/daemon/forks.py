"""Children of a process that has imported everything already: each is killed before the step that it is told."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from tests.netns.daemon.killer import Killer

Work = Callable[[Killer], int]
"""Arms the killer when it likes. Returns the exit code."""


@dataclass(frozen=True)
class Child:
    pid: int
    report: int

    def steps(self) -> list[str]:
        """Those it came to. Waits until it, and whoever has inherited its report, has ended."""
        with os.fdopen(self.report, "r") as report:
            return report.read().splitlines()


def fork(work: Work, kill_at: int = 0) -> Child:
    """`kill_at` 0: it is not killed."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _work(work, Killer(kill_at, writer))
    os.close(writer)
    return Child(pid, reader)


def wait(child: Child) -> bool:
    """Returns whether it was killed; anything but that and 0 is a fault of the run."""
    _, status = os.waitpid(child.pid, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"ended with {os.waitstatus_to_exitcode(status)}")
    return os.WIFSIGNALED(status)


def has_ended(child: Child) -> bool:
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _work(work: Work, killer: Killer) -> NoReturn:
    code = 70
    try:
        killer.watch()
        code = work(killer)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        raise
    finally:
        sys.setprofile(None)
        sys.stderr.flush()
        os._exit(code)
