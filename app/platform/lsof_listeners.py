"""Who listens on which port of a Mac, as lsof(8) tells: the user's own processes; those of others it does not see."""

from __future__ import annotations

import ipaddress
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from app.platform.listeners import Listener

LSOF = "/usr/sbin/lsof"
COMMAND = (LSOF, "-nP", "-iTCP", "-sTCP:LISTEN", "-iUDP", "-FpcPn")
"""Numbers instead of names; fields p (process), c (its name), P (protocol) and n (address), each on a line."""

ANSWER_S = 5.0
_ANY = {"*": "0.0.0.0"}  # noqa: S104 - compared, not bound


def ask_lsof() -> str | None:
    """None where it cannot be run. Its exit code is 1 as well where nothing was found."""
    try:
        told = subprocess.run(  # noqa: S603 - fixed words
            COMMAND, stdin=subprocess.DEVNULL, capture_output=True, timeout=ANSWER_S, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return told.stdout.decode(errors="replace") if told.returncode in (0, 1) else None


@dataclass
class LsofListeners:
    """A `ListenerSource`. One round takes lsof some 50 ms: it looks at every descriptor of the user's."""

    ask: Callable[[], str | None] = ask_lsof

    def read(self) -> tuple[Listener, ...] | None:
        text = self.ask()
        return None if text is None else _merged(parse(text))


def listening_ports(*, udp: bool, ask: Callable[[], str | None] = ask_lsof) -> frozenset[int] | None:
    """Of TCP, and with `udp` of both. None where it cannot be found out."""
    text = ask()
    if text is None:
        return None
    return frozenset(one.port for one in parse(text) if udp or one.protocol == "TCP")


def parse(text: str) -> Iterator[Listener]:
    """Sockets that wait. A UDP socket with a far end waits for that one alone, and is left out."""
    pid, name, protocol = 0, "", ""
    for line in text.splitlines():
        field, value = line[:1], line[1:]
        if field == "p":
            pid, name, protocol = int(value) if value.isdecimal() else 0, "", ""
        elif field == "c":
            name = value
        elif field == "P":
            protocol = value
        elif field == "n" and protocol in ("TCP", "UDP") and "->" not in value:
            found = _listener(value, protocol, name, pid)
            if found is not None:
                yield found


def _listener(told: str, protocol: str, name: str, pid: int) -> Listener | None:
    host, _, port = told.rpartition(":")
    if not port.isdecimal():
        return None
    text = _ANY.get(host, host.strip("[]"))
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return Listener(int(port), protocol, name, pid, str(address), address.is_loopback)


def _merged(found: Iterator[Listener]) -> tuple[Listener, ...]:
    """One for each port and process: most listen on IPv4 and IPv6, and share a socket with their children."""
    merged: dict[tuple[int, str, int], Listener] = {}
    for one in sorted(found):
        key = one.port, one.protocol, one.pid
        before = merged.get(key)
        if before is None:
            merged[key] = one
            continue
        address = before.address if before.is_reached else one.address
        loopback = before.is_loopback_only and one.is_loopback_only
        merged[key] = replace(before, address=address, is_loopback_only=loopback)
    return tuple(sorted(merged.values()))
