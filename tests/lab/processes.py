"""Starting processes inside namespaces, and knowing them again: a pid with its start time is unique."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from tests.lab import kernel

ROOT = Path(__file__).resolve().parents[2]
PYTHON = str(ROOT / ".venv" / "bin" / "python")

_pid_namespace_lock = threading.Lock()


@dataclasses.dataclass(frozen=True)
class Identity:
    """Who a process runs as. `groups` are the supplementary ones."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    home: str


ROOT_USER = Identity("root", 0, 0, (), "/root")


@dataclasses.dataclass(frozen=True)
class Namespaces:
    """Files of namespaces to enter (None: stay), as /run/netns/NAME or /proc/PID/ns/KIND."""

    net: str | None = None
    mount: str | None = None
    pid: str | None = None


def spawn(
    argv: Sequence[str],
    namespaces: Namespaces,
    *,
    identity: Identity = ROOT_USER,
    env: Mapping[str, str] | None = None,
    cwd: str = "/",
    dies_with_parent: bool = False,
    **streams: Any,
) -> subprocess.Popen[bytes]:
    """Popen inside the namespaces, a session of its own. Its pid is the real process's, so signals reach it."""
    with ExitStack() as stack:

        def opened(path: str | None) -> int | None:
            if path is None:
                return None
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            stack.callback(os.close, descriptor)
            return descriptor

        net, mounts, pids = opened(namespaces.net), opened(namespaces.mount), opened(namespaces.pid)

        def in_child() -> None:
            if dies_with_parent:
                kernel.die_with_parent()
            for descriptor in (net, mounts):
                if descriptor is not None:
                    kernel.setns(descriptor)
            os.chdir(cwd)
            if identity.uid:
                os.setgroups(identity.groups)
                os.setresgid(identity.gid, identity.gid, identity.gid)
                os.setresuid(identity.uid, identity.uid, identity.uid)

        def popen() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                list(argv),
                env=dict(env) if env is not None else None,
                preexec_fn=in_child,
                start_new_session=True,
                **streams,
            )

        if pids is None:
            return popen()
        # A pid namespace is entered by children only: set for this thread while it forks.
        with _pid_namespace_lock:
            own = stack.enter_context(open("/proc/thread-self/ns/pid", "rb"))
            kernel.setns(pids, kernel.CLONE_NEWPID)
            try:
                return popen()
            finally:
                kernel.setns(own.fileno(), kernel.CLONE_NEWPID)


def check(argv: Sequence[str], *, stdin: str | None = None, namespaces: Namespaces | None = None) -> str:
    """Runs a command to its end and returns what it printed; its output is in the error when it fails."""
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    streams["stdin"] = subprocess.PIPE if stdin is not None else subprocess.DEVNULL
    with spawn(argv, namespaces or Namespaces(), **streams) as process:
        output, _ = process.communicate(stdin.encode() if stdin is not None else None)
    text = output.decode(errors="replace")
    if process.returncode:
        raise RuntimeError(f"{' '.join(argv)} ended with {process.returncode}:\n{text}")
    return text


def wait_until(what: str, test: Callable[[], Any], timeout_s: float, every_s: float = 0.02) -> Any:
    """Returns the first true answer of `test`. Raises TimeoutError that says what was waited for."""
    end = time.monotonic() + timeout_s
    while True:
        answer = test()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"gave up waiting for {what} after {timeout_s:g} s")
        time.sleep(every_s)


def start_time(pid: int) -> int | None:
    """In clock ticks since the machine's start; None when there is no such process, or only its zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rsplit(")", 1)[1].split()
    return None if fields[0] == "Z" else int(fields[19])


def kill(pid: int, started: int, number: signal.Signals = signal.SIGKILL) -> None:
    if start_time(pid) == started:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return


def wait_for_end(pid: int, started: int, timeout_s: float = 10.0) -> None:
    wait_until(f"process {pid} to end", lambda: start_time(pid) != started, timeout_s)


def open_log(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("ab", buffering=0)
