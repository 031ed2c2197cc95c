"""Starts the session process: detached from the terminal, told about at once when it is ready or has failed."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import app
from app.domain.errors import ErrorCode, KubeferryError
from app.platform.paths import runtime_dir, session_log

SESSION_COMMAND = "session-process"
READY_FD_VARIABLE = "KUBEFERRY_READY_FD"
START_S = 5.0
_READY = b"1"

_started: list[subprocess.Popen[bytes]] = []
"""Sessions that this process started: asked at the next start whether they ended, so that no zombies gather."""


@contextmanager
def start_lock() -> Iterator[None]:
    """Held by a client that looks whether a session runs and starts one: two clients start one session."""
    descriptor = os.open(runtime_dir() / "start.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def start_session() -> None:
    """Returns when the new session listens. Raises KubeferryError (SESSION_FAILED) when it does not get there."""
    reader, writer = os.pipe()
    log = os.open(session_log(), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    _started[:] = [process for process in _started if process.poll() is None]
    try:
        process = subprocess.Popen(  # noqa: S603  (our own program)
            _command(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={**os.environ, READY_FD_VARIABLE: str(writer)},
            pass_fds=(writer,),
            start_new_session=True,
        )
    except OSError as error:
        os.close(reader)
        raise KubeferryError(ErrorCode.SESSION_FAILED, problem=f"it cannot be started: {error.strerror}") from error
    finally:
        os.close(log)
        os.close(writer)
    _started.append(process)
    with os.fdopen(reader, "rb", buffering=0) as ready:
        if ready.read(1) != _READY:
            process.wait(START_S)
            raise KubeferryError(ErrorCode.SESSION_FAILED, problem="it ended while starting")


def tell_ready() -> None:
    """Called by the session when it listens; does nothing when nobody waits, or does not wait any more."""
    inherited = os.environ.pop(READY_FD_VARIABLE, "")
    if inherited.isdecimal():
        with suppress(BrokenPipeError), os.fdopen(int(inherited), "wb", buffering=0) as ready:
            ready.write(_READY)


def _command() -> list[str]:
    """Not `-m app`: that would take a package named `app` from the directory the user happens to be in."""
    if getattr(sys, "frozen", False):
        return [sys.executable, SESSION_COMMAND]
    root = str(Path(app.__file__).resolve().parent.parent)
    code = f"import sys; sys.path.insert(0, {root!r}); from app.__main__ import main; sys.exit(main())"
    return [sys.executable, "-P", "-c", code, SESSION_COMMAND]
