"""A tiny process that outlives the helper: when the helper is killed, it undoes what the helper could not.

Forked before the helper imports anything heavy, so that it weighs next to nothing. It waits on a pipe: a byte means
that the helper has ended in good order, the end of the pipe alone means that it was killed. Then it becomes
`--cleanup`, which takes the helper's lock first; if a new helper already has it, that one replays the journal itself.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

from helper.daemon.commands import own_command, own_environment

_IGNORED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
"""Sent to everybody in the control group or terminal when the helper is asked to end."""


class Guard:
    def __init__(self, pid: int, pipe: int) -> None:
        self._pid = pid
        self._pipe = pipe

    def dismiss(self) -> None:
        """The helper has undone everything itself."""
        try:
            os.write(self._pipe, b"1")
        except BrokenPipeError:
            return
        finally:
            os.close(self._pipe)
            os.waitpid(self._pid, 0)


def start_guard(arguments: list[str]) -> Guard:
    """`arguments` are the helper's own, for a cleanup in the same places."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(writer)
            _stand_guard(reader, arguments)
        finally:
            os._exit(1)
    os.close(reader)
    return Guard(pid, writer)


def _stand_guard(reader: int, arguments: list[str]) -> NoReturn:
    os.setsid()
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)
    os.chdir("/")
    os.dup2(reader, 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.closerange(3, os.sysconf("SC_OPEN_MAX") if os.sysconf("SC_OPEN_MAX") < 4096 else 4096)
    if os.read(0, 1):
        os._exit(0)
    command = own_command("helper.daemon", *arguments, "--cleanup")
    os.execve(command[0], command, {**own_environment(), **_kept_environment()})  # noqa: S606 - our own command
    sys.exit(1)


def _kept_environment() -> dict[str, str]:
    """Root's own choice of a system bus, for the lab."""
    return {name: value for name, value in os.environ.items() if name == "DBUS_SYSTEM_BUS_ADDRESS"}
