"""Who listens on which port of a Linux machine, with the names of the user's own processes (proc(5), proc_pid_net(5)).

Other users' processes are not this user's to look into: their ports are known, their names are not.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from app.platform.listeners import Listener

_TABLES = (("tcp", "TCP", "0A"), ("tcp6", "TCP", "0A"), ("udp", "UDP", "07"), ("udp6", "UDP", "07"))
"""File, protocol, and the state of a socket that waits: see app.platform.listening."""

MAX_LINKS = 1000
"""File descriptors that one round looks at, some 12 ms. What is left is looked at in the next rounds."""

SEARCH_AGAIN = 30
"""Rounds until sockets whose process was not found are searched for again."""


class _Socket(NamedTuple):
    port: int
    protocol: str
    address: str
    is_loopback: bool
    uid: int
    inode: int


class _Holder(NamedTuple):
    """`link` is the descriptor by which `pid` holds the socket."""

    pid: int
    name: str
    link: str


@dataclass
class LinuxListeners:
    """A `ListenerSource` that remembers: a process is searched for once a socket, not once a round."""

    proc: Path = Path("/proc")
    max_links: int = MAX_LINKS
    _holders: dict[int, _Holder] = field(default_factory=dict)
    _search: Iterator[None] | None = None
    _missing: frozenset[int] = frozenset()
    _rounds: int = 0

    def read(self) -> tuple[Listener, ...] | None:
        sockets = self._sockets()
        if sockets is None:
            return None
        self._find_holders({one.inode for one in sockets if one.uid == os.getuid()})
        return _merged(sockets, self._holders)

    def _sockets(self) -> list[_Socket] | None:
        found: list[_Socket] = []
        read = 0
        for name, protocol, state in _TABLES:
            try:
                text = (self.proc / "net" / name).read_text(encoding="ascii", errors="replace")
            except OSError:
                continue
            read += 1
            # The state is looked for first: there may be thousands of connections.
            lines = (line for line in text.splitlines()[1:] if f" {state} " in line)
            found += (one for line in lines if (one := _parse(line, protocol, state)) is not None)
        return found if read else None

    def _find_holders(self, wanted: set[int]) -> None:
        self._holders = {inode: one for inode, one in self._holders.items() if inode in wanted and _holds(one, inode)}
        unknown = wanted - self._holders.keys()
        self._rounds += 1
        if self._rounds % SEARCH_AGAIN == 0:
            self._missing = frozenset()
        if unknown - self._missing and self._search is None:
            self._search = self._searching()
        if self._search is not None:
            for looked, _ in enumerate(self._search, start=1):
                if looked >= self.max_links or not unknown - self._holders.keys():
                    break
            else:
                self._search = None
                self._missing = frozenset(unknown - self._holders.keys())
            if not unknown - self._holders.keys():
                self._search = None

    def _searching(self) -> Iterator[None]:
        """Looks at one descriptor at a time; the newest processes first, for one of them it mostly is."""
        own = os.getuid()
        try:
            pids = sorted((int(name) for name in os.listdir(self.proc) if name.isdigit()), reverse=True)
        except OSError:
            return
        for pid in pids:
            folder = f"{self.proc}/{pid}/fd"
            try:
                if os.stat(folder).st_uid != own:
                    yield
                    continue
                names = os.listdir(folder)
            except OSError:
                yield
                continue
            for name in names:
                yield
                link = f"{folder}/{name}"
                inode = _socket_inode(link)
                if inode is not None and inode not in self._holders:
                    self._holders[inode] = _Holder(pid, _name_of(self.proc / str(pid)), link)


def _parse(line: str, protocol: str, state: str) -> _Socket | None:
    fields = line.split()
    if len(fields) < 10 or fields[3] != state:
        return None
    digits, _, port = fields[1].rpartition(":")
    # Words of 32 bits, each in the machine's own order.
    words = (int(digits[at : at + 8], 16).to_bytes(4, sys.byteorder) for at in range(0, len(digits), 8))
    address = ipaddress.ip_address(b"".join(words))
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return _Socket(int(port, 16), protocol, str(address), address.is_loopback, int(fields[7]), int(fields[9]))


def _holds(holder: _Holder, inode: int) -> bool:
    return _socket_inode(holder.link) == inode


def _socket_inode(link: str) -> int | None:
    try:
        target = os.readlink(link)
    except OSError:
        return None
    return int(target[8:-1]) if target.startswith("socket:[") else None


def _name_of(folder: Path) -> str:
    try:
        return (folder / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _merged(sockets: list[_Socket], holders: dict[int, _Holder]) -> tuple[Listener, ...]:
    """One for each port and process: most listen on IPv4 and IPv6."""
    found: dict[tuple[int, str, int], Listener] = {}
    for one in sorted(sockets):
        holder = holders.get(one.inode)
        pid, name = (holder.pid, holder.name) if holder is not None else (0, "")
        key = one.port, one.protocol, pid
        before = found.get(key)
        loopback = one.is_loopback and (before is None or before.is_loopback_only)
        address = one.address if before is None or not before.is_reached else before.address
        found[key] = Listener(one.port, one.protocol, name, pid, address, loopback)
    return tuple(sorted(found.values()))
