"""Who calls, from the kernel and never from a message, and whether they may."""

from __future__ import annotations

import errno
import grp
import logging
import os
import pwd
import select
import socket
import stat
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helper.daemon.process_times import process_started
from helper.net.plain_file import open_plain, read_all

ALLOWED_GROUP = "admin" if sys.platform == "darwin" else "kubeferry"
"""macOS makes no group for a helper in a bundle: who may approve it in the system settings may use it."""
CONFIG_FILE = Path("/etc/kubeferry/helper.toml")
_UCRED = struct.Struct("iII")
_INT = struct.Struct("i")
_SO_PEERPIDFD = 77  # asm-generic/socket.h, Linux 6.5

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Actor:
    """`pid` alone is for the log only: by the time it is read it may name another process. With `started` (clock ticks
    since boot) it names the caller for good; None when the caller had gone before that was known."""

    pid: int
    uid: int
    gid: int
    started: int | None = None


def actor_of(sock: socket.socket) -> Actor:
    """Raises OSError. See SO_PEERCRED in unix(7)."""
    if sys.platform == "darwin":
        from helper.daemon.darwin_processes import peer_of

        pid, uid, gid = peer_of(sock)
        return Actor(pid=pid, uid=uid, gid=gid)
    pid, uid, gid = _UCRED.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
    return Actor(pid=pid, uid=uid, gid=gid, started=_started(sock, pid, uid))


def _started(sock: socket.socket, pid: int, uid: int) -> int | None:
    """The kernel's descriptor of the caller says, after the reading, that it was the caller who was read about."""
    try:
        pidfd = _pidfd_of(sock, pid, uid)
    except OSError:
        return None
    try:
        started = process_started(pid)
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        return None if poll.poll(0) else started
    finally:
        os.close(pidfd)


def _pidfd_of(sock: socket.socket, pid: int, uid: int) -> int:
    """Raises OSError. Before Linux 6.5 there is only the number, so its owner has to be the caller's user at least."""
    try:
        raw = sock.getsockopt(socket.SOL_SOCKET, _SO_PEERPIDFD, _INT.size)
    except OSError as error:
        if error.errno != errno.ENOPROTOOPT:
            raise
    else:
        return int(_INT.unpack(raw)[0])
    pidfd = os.pidfd_open(pid)
    if _owner(pid) != uid:
        os.close(pidfd)
        raise ProcessLookupError(pid)
    return pidfd


def _owner(pid: int) -> int | None:
    """The real uid, of proc_pid_status(5): the folder itself may belong to root instead."""
    for line in Path(f"/proc/{pid}/status").read_bytes().splitlines():  # with the process's own name in it
        if line.startswith(b"Uid:"):
            return int(line.split()[1])
    return None


class Allowance:
    """root, the members of group `kubeferry`, and the users named in the configuration file.

    Asked anew for every caller, so that a change needs no restart. Blocking (a user database may be a network away).
    """

    def __init__(self, config: Path = CONFIG_FILE, group: str = ALLOWED_GROUP) -> None:
        self._config = config
        self._group = group

    def allows(self, actor: Actor) -> bool:
        if actor.uid == 0:
            return True
        try:
            user = pwd.getpwuid(actor.uid)
        except KeyError:
            user = None
        names = {user.pw_name, str(actor.uid)} if user is not None else {str(actor.uid)}
        return self._in_group(actor, user) or not names.isdisjoint(allowed_users(self._config))

    def _in_group(self, actor: Actor, user: pwd.struct_passwd | None) -> bool:
        try:
            group = grp.getgrnam(self._group)
        except KeyError:
            return False
        if group.gr_gid == actor.gid:
            return True
        return user is not None and group.gr_gid in os.getgrouplist(user.pw_name, user.pw_gid)


def allowed_users(config: Path) -> frozenset[str]:
    """Names and uids of `allow_users` in the file. A file that others than root can write does not count."""
    try:
        with open_plain(config) as file:
            status = os.fstat(file.fileno())
            if status.st_uid != 0 or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                _log.warning("%s is ignored: it must belong to root and be writable by root only.", config)
                return frozenset()
            text = read_all(file).decode()
    except FileNotFoundError:
        return frozenset()
    except (OSError, UnicodeDecodeError) as error:
        _log.warning("%s is ignored: %s", config, error)
        return frozenset()
    return _parse_users(config, text)


def _parse_users(config: Path, text: str) -> frozenset[str]:
    import tomllib  # not needed on most machines, and not small

    try:
        document: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _log.warning("%s is ignored: %s", config, error)
        return frozenset()
    users = document.get("allow_users", [])
    if not isinstance(users, list) or not all(isinstance(user, str | int) for user in users):
        _log.warning("%s is ignored: allow_users must be a list of names or uids.", config)
        return frozenset()
    return frozenset(str(user) for user in users)
