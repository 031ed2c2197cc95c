"""Who is at the other end of a unix socket: told by the kernel, never by a message."""

from __future__ import annotations

import socket
import struct
import sys

_LINUX_UCRED = struct.Struct("iII")  # unix(7): pid, uid, gid
_MACOS_XUCRED = struct.Struct("IIh2x16I")  # sys/ucred.h: version, uid, ngroups, groups
_MACOS_SOL_LOCAL = 0
_MACOS_LOCAL_PEERCRED = 1


def peer_uid(sock: socket.socket) -> int:
    """Returns the uid that connected (or listens) at the other end."""
    if sys.platform == "darwin":
        raw = sock.getsockopt(_MACOS_SOL_LOCAL, _MACOS_LOCAL_PEERCRED, _MACOS_XUCRED.size)
        return int(_MACOS_XUCRED.unpack(raw)[1])
    raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _LINUX_UCRED.size)
    return int(_LINUX_UCRED.unpack(raw)[1])
