"""How a client gets a socket to the session: to the one that runs, or to one that is started for it."""

from __future__ import annotations

import contextlib
import socket
import time

from app.domain.errors import ErrorCode, KubeferryError
from app.platform.launch import start_lock, start_session
from app.platform.paths import session_socket

GONE_S = 2.0
GONE_STEP_S = 0.05


def connect_socket(*, start: bool) -> socket.socket | None:
    """Returns a connected socket to the session; None when none runs and none is to be started. Blocks briefly."""
    found = _try_connect()
    if found is not None or not start:
        return found
    with start_lock():
        found = _try_connect()
        if found is not None:
            return found
        start_session()
        found = _try_connect()
    if found is None:
        raise KubeferryError(ErrorCode.SESSION_FAILED, problem="it started, but does not listen")
    return found


def wait_until_gone(timeout_s: float = GONE_S) -> bool:
    """Waits for a session that gives way to another version: it takes its socket away. Returns whether it has."""
    deadline = time.monotonic() + timeout_s
    while session_socket().exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(GONE_STEP_S)
    return True


def ensure_started() -> None:
    """Starts a session if none runs. What fails is left to the next who needs one."""
    with contextlib.suppress(KubeferryError, OSError):
        sock = connect_socket(start=True)
        if sock is not None:
            sock.close()


def _try_connect() -> socket.socket | None:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.connect(str(session_socket()))
    except (FileNotFoundError, ConnectionRefusedError):
        sock.close()
        return None
    except OSError as error:
        sock.close()
        raise KubeferryError(ErrorCode.SESSION_FAILED, problem=error.strerror or "its socket fails") from error
    return sock
