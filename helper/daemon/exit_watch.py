"""Tells an event loop that a child process has ended: by a pidfd where the system has them, else by a thread."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable

Told = Callable[[int], None]
"""Gets the exit code, negative for a signal, in the loop's thread."""


def watch_exit(process: subprocess.Popen[bytes], told: Told) -> None:
    if sys.platform == "linux":
        watch_by_pidfd(process, told)
    else:
        watch_by_thread(process, told)


if sys.platform == "linux":

    def watch_by_pidfd(process: subprocess.Popen[bytes], told: Told) -> None:
        loop = asyncio.get_running_loop()
        pidfd = os.pidfd_open(process.pid)

        def reap() -> None:
            loop.remove_reader(pidfd)
            os.close(pidfd)
            told(process.wait())

        loop.add_reader(pidfd, reap)


def watch_by_thread(process: subprocess.Popen[bytes], told: Told) -> None:
    """macOS: one thread a worker, which sleeps in waitpid(2). It does not keep the program from ending."""
    loop = asyncio.get_running_loop()

    def wait() -> None:
        code = process.wait()
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody asks any more
            loop.call_soon_threadsafe(told, code)

    threading.Thread(target=wait, name=f"worker-{process.pid}", daemon=True).start()
