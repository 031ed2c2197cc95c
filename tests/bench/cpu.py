"""CPU seconds per gigabyte, of each process that a way keeps busy and of the whole machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.bench import iperf, memory, proc, published
from tests.bench.figures import KUBECTL, KUBEVPN, RAW, Report
from tests.bench.settings import Settings
from tests.bench.stage import Stage, raw_lane
from tests.bench.ways import PortForward, Tunnel

_DAEMONS = ("kube-apiserver", "kubelet", "containerd")
_MACHINE = "whole machine"
_GIGABYTE = 1e9
_PUBLISHED = {
    "worker": published.CPU_LAPTOP,
    "manager": published.CPU_MANAGER,
    _MACHINE: published.CPU_MACHINE,
}

Costs = dict[str, float]
"""Seconds per gigabyte by process."""


def measure(stage: Stage, report: Report, settings: Settings) -> None:
    report.group("CPU seconds per gigabyte, one flow")
    for direction in ("up", "down"):
        ours = _ours(stage, settings, direction)
        raw = _raw(stage, settings, direction)
        kubectl = _kubectl(stage, settings, direction)
        names = list(ours or raw)
        for name in names:
            beside: dict[str, float | str | None] = {RAW: raw.get(name), KUBECTL: kubectl.get(name)}
            if name in _PUBLISHED:
                beside[KUBEVPN] = _PUBLISHED[name][direction]
            value = ours.get(name) if ours else None
            report.add(f"CPU {direction}, {name}", "s/GB", value, beside=beside, why=stage.failure)


def _ours(stage: Stage, settings: Settings, direction: str) -> Costs:
    if stage.failure:
        return {}
    found = {
        name: pid for name, pid in memory.pids(stage).items() if name in ("worker", "manager", "session", "helper")
    }

    def go() -> float:
        way = Tunnel(stage.laptop, stage.server)
        done = iperf.transfer(way, stage.server, settings.seconds, down=direction == "down")
        return done.bytes if done else 0.0

    return _costs(stage, found, go)


def _raw(stage: Stage, settings: Settings, direction: str) -> Costs:
    return _costs(
        stage,
        {},
        lambda: raw_lane(stage, stage.laptop, settings.seconds, direction, rounds=0)[f"{direction}_bytes"],
    )


def _kubectl(stage: Stage, settings: Settings, direction: str) -> Costs:
    """kubectl itself ends with each transfer: its own part is not told, but that of all others is."""

    def go() -> float:
        way = PortForward(stage, stage.laptop)
        done = iperf.transfer(way, stage.server, settings.seconds, down=direction == "down")
        return done.bytes if done else 0.0

    return _costs(stage, {}, go)


def _costs(stage: Stage, processes: dict[str, int], go: Callable[[], float]) -> Costs:
    watched = processes | daemons(stage)

    def taken() -> Costs:
        return {name: proc.cpu_s(pid) for name, pid in watched.items()} | {_MACHINE: proc.machine_cpu_s()}

    before = taken()
    moved = go()
    after = taken()
    if not moved:
        return {}
    return {name: (after[name] - before[name]) * _GIGABYTE / moved for name in before}


def daemons(stage: Stage) -> dict[str, int]:
    """Of the first node, by name."""
    found: dict[str, int] = {}
    if stage.cluster.node is not None:
        for pid, argv in proc.in_network_namespace(stage.cluster.node.path):
            name = Path(argv[0]).name
            if name in _DAEMONS:
                found.setdefault(name, pid)
    return {name: found[name] for name in _DAEMONS if name in found}
