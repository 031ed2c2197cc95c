"""Which ports of this machine somebody listens on: Linux tells in /proc/net (proc_pid_net(5))."""

from __future__ import annotations

import sys
from pathlib import Path

_TCP_LISTEN = "0A"
_UDP_UNCONNECTED = "07"
"""TCP_LISTEN and TCP_CLOSE of the kernel's net/tcp_states.h; a UDP socket that is bound and not connected has the
latter."""


def listening_ports(*, udp: bool = False, folder: Path = Path("/proc/net")) -> frozenset[int] | None:
    """Of TCP, and with `udp` of both. Returns None where it cannot be found out."""
    if sys.platform == "darwin":
        from app.platform import lsof_listeners

        return lsof_listeners.listening_ports(udp=udp)
    tables = [("tcp", _TCP_LISTEN), ("tcp6", _TCP_LISTEN)]
    if udp:
        tables += [("udp", _UDP_UNCONNECTED), ("udp6", _UDP_UNCONNECTED)]
    found: set[int] = set()
    read = 0
    for name, state in tables:
        try:
            lines = (folder / name).read_text(encoding="ascii", errors="replace").splitlines()[1:]
        except OSError:
            continue
        read += 1
        for line in lines:
            fields = line.split()
            if len(fields) > 3 and fields[3] == state:
                found.add(int(fields[1].rpartition(":")[2], 16))
    return frozenset(found) if read else None
