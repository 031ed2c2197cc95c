"""What anybody may read about this machine's network: interfaces, routes, resolvers. From files, with no program run.

Sources: proc(5), https://docs.kernel.org/networking/; where there is no /proc (macOS) it says so.
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path

_RESOLVERS = ("etc/resolv.conf", "run/systemd/resolve/resolv.conf")
_RTF_UP = 0x1
MAX_ROUTES = 2000


def network_text(root: Path = Path("/")) -> str:
    """`root`: where /proc, /sys and /etc are (tests)."""
    sections: tuple[tuple[str, Callable[[], str]], ...] = (
        ("interfaces", lambda: _interfaces(root)),
        ("own addresses, IPv4", lambda: _addresses4(root)),
        ("routes, IPv4", lambda: _routes4(root)),
        ("routes, IPv6", lambda: _routes6(root)),
        *((f"/{name}", partial(_text, root / name)) for name in _RESOLVERS),
        ("/etc/nsswitch.conf", lambda: _hosts_line(root)),
    )
    parts = []
    for title, read in sections:
        try:
            told = read()
        except (OSError, ValueError) as error:
            told = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        parts.append(f"== {title}\n{told.rstrip()}\n")
    return "\n".join(parts)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _hosts_line(root: Path) -> str:
    lines = _text(root / "etc/nsswitch.conf").splitlines()
    return "\n".join(line for line in lines if line.startswith("hosts:"))


def _interfaces(root: Path) -> str:
    """Names, state and size; addresses of hardware are left out: they identify a machine and explain nothing."""
    addresses = _addresses6(root)
    lines = []
    for folder in sorted((root / "sys/class/net").iterdir()):
        state, mtu = (_word(folder / name) for name in ("operstate", "mtu"))
        told = " ".join(addresses.get(folder.name, ()))
        lines.append(f"{folder.name} {state} mtu {mtu} {told}".rstrip())
    return "\n".join(lines)


def _word(path: Path) -> str:
    try:
        return _text(path).strip()
    except OSError:
        return "?"


def _addresses6(root: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        lines = _text(root / "proc/net/if_inet6").splitlines()
    except OSError:
        return found
    for line in lines:
        address, _, length, _, _, name = line.split()
        found.setdefault(name, []).append(f"{ipaddress.IPv6Address(int(address, 16))}/{int(length, 16)}")
    return found


def _addresses4(root: Path) -> str:
    """/proc/net/fib_trie: what is local; it does not say of which interface."""
    found: dict[str, None] = {}
    address = ""
    for line in _text(root / "proc/net/fib_trie").splitlines():
        words = line.split()
        if words[:1] == ["|--"]:
            address = words[1]
        elif words[:3] == ["/32", "host", "LOCAL"]:
            found[address] = None
    return "\n".join(found) or "none"


def _routes4(root: Path) -> str:
    """/proc/net/route: addresses are hexadecimal, in the byte order of the machine."""
    lines = []
    for line in _text(root / "proc/net/route").splitlines()[1 : MAX_ROUTES + 1]:
        name, target, gateway, flags, _, _, metric, mask, *_ = line.split()
        if int(flags, 16) & _RTF_UP:
            length = int(mask, 16).bit_count()
            via = _address4(gateway)
            lines.append(f"{_address4(target)}/{length} dev {name} metric {metric}{_via(str(via))}")
    return "\n".join(lines) or "none"


def _address4(text: str) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(struct.pack("=I", int(text, 16)))


def _routes6(root: Path) -> str:
    lines = []
    for line in _text(root / "proc/net/ipv6_route").splitlines()[:MAX_ROUTES]:
        target, length, _, _, gateway, metric, _, _, flags, name = line.split()
        if int(flags, 16) & _RTF_UP:
            via = ipaddress.IPv6Address(int(gateway, 16))
            network = f"{ipaddress.IPv6Address(int(target, 16))}/{int(length, 16)}"
            lines.append(f"{network} dev {name} metric {int(metric, 16)}{_via(str(via))}")
    return "\n".join(lines) or "none"


def _via(gateway: str) -> str:
    return "" if gateway in ("0.0.0.0", "::") else f" via {gateway}"  # noqa: S104  (no binding: "no gateway")
