"""Who calls, and when a process began, as XNU tells it. Imported on macOS, and by tests."""

from __future__ import annotations

import ctypes
import socket
import struct

SOL_LOCAL = 0  # sys/un.h, as are the two options
LOCAL_PEERCRED = 1
LOCAL_PEERPID = 2
_XUCRED = struct.Struct("=IIh2x16I")  # sys/ucred.h: version, uid, ngroups, groups[NGROUPS]
_XUCRED_VERSION = 0
_PID = struct.Struct("=i")
_KERN_PROC_PID = (1, 14, 1)  # sys/sysctl.h: CTL_KERN, KERN_PROC, KERN_PROC_PID
_START_TIME = struct.Struct("=qi4x")
"""struct timeval at the head of struct extern_proc (sys/proc.h), itself at the head of struct kinfo_proc."""

_KINFO_PROC_BYTES = 648


def parse_credentials(raw: bytes) -> tuple[int, int]:
    """(uid, gid). The first group is the effective one. Raises OSError for what is not of a known version."""
    if len(raw) != _XUCRED.size:
        raise OSError("the kernel's credentials have another size")
    version, uid, count, *groups = _XUCRED.unpack(raw)
    if version != _XUCRED_VERSION or count < 1:
        raise OSError("the kernel's credentials are of another version")
    return uid, groups[0]


def peer_of(sock: socket.socket) -> tuple[int, int, int]:
    """(pid, uid, gid) of who connected. Raises OSError. See unix(4)."""
    uid, gid = parse_credentials(sock.getsockopt(SOL_LOCAL, LOCAL_PEERCRED, _XUCRED.size))
    (pid,) = _PID.unpack(sock.getsockopt(SOL_LOCAL, LOCAL_PEERPID, _PID.size))
    return pid, uid, gid


def parse_started(raw: bytes) -> int | None:
    """Microseconds since 1970. None for an answer without a process."""
    if len(raw) < _START_TIME.size:
        return None
    seconds, microseconds = _START_TIME.unpack_from(raw)
    return int(seconds * 1_000_000 + microseconds)


def process_started(pid: int) -> int | None:
    """None when there is no such process. Needs no right over it."""
    libc = ctypes.CDLL(None, use_errno=True)
    name = (ctypes.c_int * 4)(*_KERN_PROC_PID, pid)
    buffer = ctypes.create_string_buffer(_KINFO_PROC_BYTES)
    size = ctypes.c_size_t(_KINFO_PROC_BYTES)
    if libc.sysctl(name, len(name), buffer, ctypes.byref(size), None, ctypes.c_size_t(0)):
        return None
    return parse_started(buffer.raw[: size.value])
