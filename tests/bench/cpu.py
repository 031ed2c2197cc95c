"""CPU seconds per gigabyte, of each process that a way keeps busy and of the whole machine.

Where the machine is busy to the last, these are what limits throughput: cores divided by seconds per gigabyte.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.bench import iperf, memory, proc, published
from tests.bench.figures import KUBECTL, KUBEVPN, RAW, Report
from tests.bench.settings import Settings
from tests.bench.stage import Stage, raw_lane
from tests.bench.ways import PortForward, Tunnel, Way

_CLIENT = "worker"
"""The other ways' clients stand beside ours: kubectl, and the program that uses the raw lane."""
_DAEMONS = ("kube-apiserver", "kubelet", "containerd")
_MACHINE, _BUSY = "whole machine", "whole machine, busy"
_GIGABYTE = 1e9
_PUBLISHED = {_CLIENT: published.CPU_LAPTOP, "manager": published.CPU_MANAGER, _MACHINE: published.CPU_MACHINE}

Costs = dict[str, float]
"""Seconds per gigabyte by process."""
Spent = tuple[float, float]
"""Bytes that came through, and seconds of CPU of a client that is known only afterwards."""


def measure(stage: Stage, report: Report, settings: Settings) -> None:
    report.group("CPU seconds per gigabyte, one flow")
    for direction in ("up", "down"):
        ours = _ours(stage, settings, direction)
        raw = _costs(stage, {}, partial(_over_raw, stage, settings, direction))
        kubectl = _kubectl(stage, settings, direction)
        for name in ours or raw:
            beside: dict[str, float | str | None] = {RAW: raw.get(name), KUBECTL: kubectl.get(name)}
            if name in _PUBLISHED:
                beside[KUBEVPN] = _PUBLISHED[name][direction]
            unit = "%" if name == _BUSY else "s/GB"
            report.add(f"CPU {direction}, {name}", unit, ours.get(name), beside=beside, why=stage.failure)


def _ours(stage: Stage, settings: Settings, direction: str) -> Costs:
    if stage.failure:
        return {}
    names = (_CLIENT, "manager", "session", "helper")
    found = {name: pid for name, pid in memory.pids(stage).items() if name in names}
    way = Tunnel(stage.laptop, stage.server)
    return _costs(stage, found, lambda: (_over(stage, way, settings, direction), 0.0))


def _kubectl(stage: Stage, settings: Settings, direction: str) -> Costs:
    way = PortForward(stage, stage.laptop)

    def go() -> Spent:
        moved = _over(stage, way, settings, direction)
        return moved, way.cpu_s

    return _costs(stage, {}, go)


def _over(stage: Stage, way: Way, settings: Settings, direction: str) -> float:
    done = iperf.transfer(way, stage.server, settings.seconds, down=direction == "down")
    return done.bytes if done else 0.0


def _over_raw(stage: Stage, settings: Settings, direction: str) -> Spent:
    told = raw_lane(stage, stage.laptop, settings.seconds, direction, rounds=0)
    return told[f"{direction}_bytes"], told[f"{direction}_cpu_s"]


def _costs(stage: Stage, processes: dict[str, int], go: Callable[[], Spent]) -> Costs:
    watched = processes | daemons(stage)

    def taken() -> Costs:
        return {name: proc.cpu_s(pid) for name, pid in watched.items()} | {_MACHINE: proc.machine_cpu_s()}

    began, before = time.monotonic(), taken()
    moved, client_s = go()
    after, took_s = taken(), time.monotonic() - began
    if not moved:
        return {}
    spent = {name: after[name] - before[name] for name in before}
    if client_s:
        spent[_CLIENT] = client_s
    busy = 100 * spent[_MACHINE] / (took_s * (os.cpu_count() or 1))
    return {name: seconds * _GIGABYTE / moved for name, seconds in spent.items()} | {_BUSY: busy}


def daemons(stage: Stage) -> dict[str, int]:
    """Of the first node, by name."""
    found: dict[str, int] = {}
    if stage.cluster.node is not None:
        for pid, argv in proc.in_network_namespace(stage.cluster.node.path):
            name = Path(argv[0]).name
            if name in _DAEMONS:
                found.setdefault(name, pid)
    return {name: found[name] for name in _DAEMONS if name in found}
