"""When a process began: with its number, a name for it that is not used twice."""

from __future__ import annotations

import sys
from pathlib import Path


def process_started(pid: int) -> int | None:
    """In clock ticks since boot: proc_pid_stat(5), field 22; on macOS in microseconds since 1970.

    None when there is no such process.
    """
    if sys.platform == "darwin":
        from helper.daemon import darwin_processes

        return darwin_processes.process_started(pid)
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()  # a process may have given itself a name that is no text
    except OSError:
        return None
    return int(stat.rpartition(b")")[2].split()[19])
