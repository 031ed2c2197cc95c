"""The worker process: born with the caller's uid, a control socket, and nothing else. Its TUN comes by the socket."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Protocol

from helper.daemon.actor import Actor
from helper.daemon.commands import own_command, own_environment
from helper.daemon.exit_watch import watch_exit

STOP_GRACE_S = 1.0
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAPBSET_DROP = 24
_HIGHEST_CAPABILITY = 63

_libc = ctypes.CDLL(None, use_errno=True)
_log = logging.getLogger(__name__)


class Worker(Protocol):
    pid: int

    @property
    def ended(self) -> bool:
        """Is it known to be gone? It may have gone a moment ago."""

    async def exited(self) -> int:
        """Waits for its end and returns its exit code, negative for a signal. Any number may wait."""

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL after STOP_GRACE_S. Returns when it is gone."""


SpawnWorker = Callable[[Actor, int], Worker]
"""Gets the worker's end of the control socket, which stays the caller's to close. Raises OSError."""


def spawn_worker(actor: Actor, control: int) -> Worker:
    return spawn_process(own_command("helper.tunnel", "--control-fd", str(control)), actor, (control,))


def spawn_process(command: list[str], actor: Actor, descriptors: tuple[int, ...]) -> ChildProcess:
    """Must be called in the main thread: the worker's parent-death signal fires when its *thread* of birth ends."""
    process = subprocess.Popen(  # noqa: S603 - the command is our own, see own_command
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=descriptors,
        cwd="/",
        env=own_environment(),
        start_new_session=True,
        user=actor.uid,
        group=actor.gid,
        extra_groups=[],
        umask=0o077,
        preexec_fn=_renounce,
    )
    return ChildProcess(process)


class ChildProcess:
    """Watched by the running loop."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.pid = process.pid
        self._process = process
        self._exit_code: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        watch_exit(process, self._exit_code.set_result)

    @property
    def ended(self) -> bool:
        return self._exit_code.done()

    async def exited(self) -> int:
        return await asyncio.shield(self._exit_code)

    async def stop(self) -> None:
        if self._exit_code.done():
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_GRACE_S):
                await self.exited()
        except TimeoutError:
            _log.warning("Worker %s does not end by itself and is killed", self.pid)
            self._process.kill()
            await self.exited()


def _renounce() -> None:
    """In the child, between fork and exec: dies with the helper, even if its user stops it before it can see to that
    itself; no privileges by exec, no capabilities even for uid 0, no core dumps.

    macOS has none but the last: there the worker is a process like any other of its user.
    """
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if os.getuid() == 0:
            for capability in range(_HIGHEST_CAPABILITY + 1):
                _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
