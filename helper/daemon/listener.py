"""The helper's socket: made by us or handed over by systemd (sd_listen_fds(3)), and only one helper on it."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from pathlib import Path

_SYSTEMD_FIRST_FD = 3
_BACKLOG = 64
_LOCK_PATIENCE_S = 2.0
_LOCK_INTERVAL_S = 0.02


class AlreadyRunning(Exception):
    """Another helper holds the lock."""


def take_lock(run_dir: Path) -> int:
    """Returns the descriptor that holds it. Raises AlreadyRunning.

    A cleanup after a crash holds it for a moment, so it is tried for a while.
    """
    run_dir.mkdir(mode=0o755, parents=True, exist_ok=True)
    descriptor = os.open(run_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + _LOCK_PATIENCE_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                raise AlreadyRunning(str(run_dir)) from None
            time.sleep(_LOCK_INTERVAL_S)
        else:
            return descriptor


def listen(path: Path) -> socket.socket:
    """Everyone may connect: whoever is not allowed gets a clear answer. The caller holds the lock. Raises OSError."""
    inherited = _from_systemd()
    if inherited is not None:
        return inherited
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    listener.bind(str(path))
    path.chmod(0o666)
    listener.listen(_BACKLOG)
    return listener


def came_from_systemd(listener: socket.socket) -> bool:
    return listener.fileno() == _SYSTEMD_FIRST_FD


def notify_ready() -> None:
    """sd_notify(3), for Type=notify; nothing without systemd."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.connect("\0" + address[1:] if address.startswith("@") else address)
        sock.send(b"READY=1")


def _from_systemd() -> socket.socket | None:
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS", "0") == "0":
        return None
    listener = socket.socket(fileno=_SYSTEMD_FIRST_FD)
    listener.set_inheritable(False)
    listener.setblocking(False)
    return listener
