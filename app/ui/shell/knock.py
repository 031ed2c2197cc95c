"""The second start of the window: it asks the first one to come to the front, before anything large is read.

One file lock says who is first: the kernel lets go of it however a process ends, so nothing can be left stale.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from pathlib import Path
from typing import Any

from app.platform.paths import runtime_dir
from app.platform.peer import peer_uid

MESSAGE_MAX = 4096
"""Bytes of a request, as one line of JSON."""
ANSWER = b"ok\n"
_WAIT_S = 2.0
"""The first one may be just starting, or busy for a moment."""
_RETRY_S = 0.02
_TOKENS = ("XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID")


def window_socket() -> Path:
    return runtime_dir() / "window.sock"


def take_lock(path: Path) -> int | None:
    """Returns the descriptor of the lock beside `path`, held while it is open; None: another process has it."""
    descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def request_bytes(context: str | None) -> bytes:
    token = next((os.environ[name] for name in _TOKENS if os.environ.get(name)), "")
    return json.dumps({"connect": context, "token": token[:512]}).encode() + b"\n"


def knock(path: Path, context: str | None = None, wait_s: float = _WAIT_S) -> bool:
    """Asks the window that runs to come up, and to connect to `context` if there is one.

    Returns whether it has answered. It waits for one that is just starting.
    """
    deadline = time.monotonic() + wait_s
    while True:
        left = deadline - time.monotonic()
        try:
            return _ask(path, request_bytes(context), max(left, _RETRY_S))
        except (FileNotFoundError, ConnectionError):
            if left <= 0:
                return False
        except OSError:
            return False
        time.sleep(_RETRY_S)


def _ask(path: Path, request: bytes, timeout_s: float) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout_s)
        connection.connect(str(path))
        if peer_uid(connection) != os.getuid():
            return False
        connection.sendall(request)
        return connection.recv(len(ANSWER)) == ANSWER


def parse_request(line: bytes) -> tuple[str | None, str]:
    """Returns the context to connect to, if any, and the token for coming to the front. Raises ValueError."""
    try:
        said: Any = json.loads(line)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(said, dict):
        raise ValueError("not an object")
    context, token = said.get("connect"), said.get("token", "")
    if not (context is None or isinstance(context, str)) or not isinstance(token, str):
        raise ValueError("not text")
    return context, token
