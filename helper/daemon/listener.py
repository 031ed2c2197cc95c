"""The helper's socket: made by us or handed over by systemd (sd_listen_fds(3)), and only one helper on it."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path

_SYSTEMD_FIRST_FD = 3
_BACKLOG = 64
_LOCK_PATIENCE_S = 2.0
_LOCK_INTERVAL_S = 0.02


class AlreadyRunning(Exception):
    """Another helper holds the lock."""


class WrongSocket(Exception):
    """What systemd hands over is not the helper's socket: a unit file was changed. The text is for its log."""


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


@dataclass(frozen=True)
class Listener:
    """`path`: what we made, and take away again; None when systemd owns it and keeps it while we are restarted."""

    socket: socket.socket
    path: Path | None

    def close(self) -> None:
        self.socket.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def listen(path: Path) -> Listener:
    """Everyone may connect: whoever is not allowed gets a clear answer. The caller holds the lock.

    Raises OSError, and WrongSocket when systemd hands over something else than one socket to accept from.
    """
    inherited = _from_systemd()
    if inherited is not None:
        return Listener(inherited, None)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.setblocking(False)
        listener.bind(str(path))
        path.chmod(0o666)
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return Listener(listener, path)


def notify_ready() -> None:
    """sd_notify(3), for Type=notify; nothing without systemd."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.connect("\0" + address[1:] if address.startswith("@") else address)
        sock.send(b"READY=1")


def _from_systemd() -> socket.socket | None:
    """sd_listen_fds(3). The variables are taken away: they are for this process, not for those that it starts."""
    told = {name: os.environ.pop(name, "") for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")}
    if told["LISTEN_PID"] != str(os.getpid()) or told["LISTEN_FDS"] in ("", "0"):
        return None
    if told["LISTEN_FDS"] != "1":
        raise WrongSocket(f"systemd hands over {told['LISTEN_FDS']} sockets; kubeferry-helper.socket must name one.")
    listener = socket.socket(fileno=_SYSTEMD_FIRST_FD)
    accepts = listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    if (listener.family, listener.type, accepts) != (socket.AF_UNIX, socket.SOCK_STREAM, 1):
        raise WrongSocket("systemd hands over the wrong kind of socket; kubeferry-helper.socket needs ListenStream=.")
    listener.set_inheritable(False)
    listener.setblocking(False)
    return listener
