"""What /proc tells of processes: proc(5)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_TICKS_S = os.sysconf("SC_CLK_TCK")
_LISTEN = "0A"


def cpu_s(pid: int) -> float:
    """Seconds of CPU, user and system, of all its threads; 0 when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    fields = stat.rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_S


def machine_cpu_s() -> float:
    """Of everything on this machine but idling and waiting for disks."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / _TICKS_S


def resident_mib(pid: int) -> float:
    """VmRSS: with every page that it shares with others."""
    return _field_mib(Path(f"/proc/{pid}/status"), "VmRSS:")


def proportional_mib(pid: int) -> float:
    """Pss: shared pages are divided among those who share them."""
    return _field_mib(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")


def listens(pid: int, port: int) -> bool:
    """Does anything listen on this TCP port in the network namespace of that process?"""
    wanted = f":{port:04X}"
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTEN and fields[1].endswith(wanted):
                return True
    return False


def udp_receive_buffer_errors(pid: int) -> int:
    """Datagrams that came, and found the receiver's socket full: RcvbufErrors in the process's network namespace."""
    names, values = [
        line.split() for line in Path(f"/proc/{pid}/net/snmp").read_text().splitlines() if line.startswith("Udp:")
    ]
    return int(values[names.index("RcvbufErrors")])


def command_lines() -> Iterator[tuple[int, list[str]]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                argv = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
            except OSError:
                continue
            if argv:
                yield int(entry.name), argv


def in_pod(uid: str) -> list[tuple[int, list[str]]]:
    """Processes of the pod with this uid, known by their cgroup (kubelet names it "pod" and the uid)."""
    names = (f"pod{uid}", f"pod{uid.replace('-', '_')}")
    found = []
    for pid, argv in command_lines():
        try:
            groups = Path(f"/proc/{pid}/cgroup").read_text()
        except OSError:
            continue
        if any(name in groups for name in names):
            found.append((pid, argv))
    return found


def in_network_namespace(path: str) -> list[tuple[int, list[str]]]:
    """`path`: as /run/netns/NAME."""
    wanted = os.stat(path).st_ino
    found = []
    for pid, argv in command_lines():
        try:
            if os.stat(f"/proc/{pid}/ns/net").st_ino == wanted:
                found.append((pid, argv))
        except OSError:
            continue
    return found


def _field_mib(path: Path, name: str) -> float:
    for line in path.read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    raise ValueError(f"{path} has no {name}")
