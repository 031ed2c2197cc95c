"""Resident memory of each of our processes, and what further laptops cost the manager."""

from __future__ import annotations

import subprocess
import time
from typing import Any

import msgspec

from helper.cluster.api import MANAGER_PORT
from tests.bench import pods, proc, published
from tests.bench.figures import KUBEVPN, Report, Target, at_most
from tests.bench.settings import Settings
from tests.bench.stage import Stage
from tests.lab.laptop import DEV
from tests.lab.processes import PYTHON

_TARGETS: dict[str, Target] = {"worker": at_most(60), "helper": at_most(40), "manager": at_most(60)}
_SETTLE_S = 1.0


def pids(stage: Stage) -> dict[str, int]:
    """Of the connection that stays. The helper's guard is a process beside it."""
    found: dict[str, int] = {}
    helpers = sorted(stage.laptop.pids("helper"))
    for name, candidates in (
        ("worker", stage.laptop.pids("worker")),
        ("helper", helpers[:1]),
        ("helper's guard", helpers[1:]),
        ("session", stage.laptop.pids("session")),
        ("manager", pods.manager_pids(stage.cluster)),
    ):
        if candidates:
            found[name] = candidates[0]
    return found


def measure(stage: Stage, report: Report, when: str) -> None:
    report.group(f"Resident memory, {when}")
    if stage.failure:
        for name, target in _TARGETS.items():
            report.missing(f"{name}, resident, {when}", "MiB", stage.failure, target)
        return
    found = pids(stage)
    beside = {"worker": published.LAPTOP_MB, "manager": published.MANAGER_MB}
    for name, pid in found.items():
        more = {"Pss": proc.proportional_mib(pid), KUBEVPN: beside.get(name)}
        more = {key: value for key, value in more.items() if value is not None}
        report.add(f"{name}, resident, {when}", "MiB", proc.resident_mib(pid), _TARGETS.get(name), beside=more)
    laptop = [proc.proportional_mib(pid) for name, pid in found.items() if name != "manager"]
    report.add(f"all of the laptop's processes, {when}", "MiB Pss", sum(laptop), beside={KUBEVPN: published.LAPTOP_MB})


def measure_growth(stage: Stage, report: Report, settings: Settings) -> None:
    report.group(f"The manager's growth with {settings.further_laptops} further laptops, idle")
    name = "manager, growth per further laptop"
    if stage.failure:
        report.missing(name, "MiB", stage.failure)
        return
    manager = pids(stage)["manager"]
    before = (proc.resident_mib(manager), proc.proportional_mib(manager))
    manager_pod = stage.status()["facts"]["manager_pod"]
    endpoint = msgspec.structs.replace(stage.endpoint, pod=manager_pod, port=MANAGER_PORT)
    argv = [PYTHON, "-m", "tests.bench.further_laptops", str(settings.further_laptops)]
    streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
    with stage.second.popen(argv, identity=DEV, **streams) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("further_laptops has no pipes")
        process.stdin.write(msgspec.json.encode(endpoint) + b"\n")
        process.stdin.flush()
        ready = process.stdout.readline()
        time.sleep(_SETTLE_S)
        after = (proc.resident_mib(manager), proc.proportional_mib(manager))
        process.stdin.close()
        process.wait(20)
    if not ready:
        report.missing(name, "MiB", "the further laptops did not all get a lane")
        return
    each = [(last - first) / settings.further_laptops for first, last in zip(before, after, strict=True)]
    report.add(name, "MiB", each[0], beside={"Pss": each[1], "with all of them": after[0], "before": before[0]})
