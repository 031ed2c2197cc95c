"""Many laptops, many workloads: how soon a change of rules is in force everywhere, and what it costs in memory.

Laptops and most sidecars are simulated; one workload has a real sidecar with a real Envoy, which has to follow too.
"""

from __future__ import annotations

import json
import secrets
import subprocess
from typing import IO, Any

import msgspec

from helper.cluster.api import MANAGER_PORT
from helper.protocol.intercepts import Workload
from tests.bench import pods, proc
from tests.bench.figures import Report, at_most, median
from tests.bench.intercepted import NAME, Intercepted, injection_id, intercepted
from tests.bench.many_laptops import Task
from tests.bench.pods import NAMESPACE
from tests.bench.settings import Settings
from tests.bench.stage import Stage
from tests.lab.laptop import DEV
from tests.lab.processes import PYTHON, ROOT, spawn

_LIVE = at_most(1.0)
_SIDECAR = at_most(45)


def measure(stage: Stage, report: Report, settings: Settings) -> None:
    counts = f"{settings.owners} laptops, {settings.owned_workloads + 1} workloads"
    report.group(f"Many owners: {counts}, a rule of each on each")
    name = f"{counts}: a laptop's rules changed, in force everywhere"
    if stage.failure:
        report.missing(name, "s", stage.failure, _LIVE)
        return
    with intercepted(stage) as found:
        manager_pid = pods.manager_pids(stage.cluster)[0]
        before = proc.resident_mib(manager_pid)
        took, first = _changes(stage, settings, found, report, (manager_pid, before, counts))
    beside = {"worst": max(took, default=None), "the first time, after all had joined": first}
    report.add(name, "s", median(took), _LIVE, beside=beside)


def _changes(
    stage: Stage, settings: Settings, found: Intercepted, report: Report, manager: tuple[int, float, str]
) -> tuple[list[float], float]:
    real = (Workload("Deployment", NAMESPACE, NAME), injection_id(stage))
    simulated = [
        (Workload("Deployment", NAMESPACE, f"simulated-{number}"), secrets.token_hex(8))
        for number in range(settings.owned_workloads)
    ]
    facts = stage.status()["facts"]
    endpoint = msgspec.structs.replace(stage.endpoint, pod=facts["manager_pod"], port=MANAGER_PORT)
    streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
    argv = [PYTHON, "-m", "tests.bench.many_laptops", str(settings.owners)]
    laptops = stage.second.popen(argv, identity=DEV, **streams)
    argv = [PYTHON, "-m", "tests.bench.many_sidecars", _manager_address(stage, facts["manager_pod"])]
    sidecars = spawn(argv, stage.client.entered, cwd=str(ROOT), dies_with_parent=True, **streams)
    try:
        told = _ask(laptops, msgspec.json.encode(Task(endpoint, [*simulated, real])))
        tickets = [one for one in told["tickets"] if one[0]["name"] != NAME]
        _write(sidecars, json.dumps(tickets).encode())
        if not _output(sidecars).readline():
            raise RuntimeError("the simulated sidecars did not all join")
        first = float(_ask(laptops, b"settle")["took_s"])
        took = [float(_ask(laptops, b"change")["took_s"]) for _ in range(settings.rule_changes)]
        _memory(report, found, manager)
    finally:
        for process in (laptops, sidecars):
            if process.stdin is not None:
                process.stdin.close()
            process.kill()
            process.wait()
    return took, first


def _memory(report: Report, found: Intercepted, manager: tuple[int, float, str]) -> None:
    pid, before, counts = manager
    report.add(f"manager, resident, {counts}", "MiB", proc.resident_mib(pid), beside={"before": before})
    ours = [proc.resident_mib(one) for one in found.processes("helper.cluster.sidecar")]
    report.add(f"sidecar without Envoy, resident, {counts}", "MiB", sum(ours) or None, _SIDECAR)
    envoy = [proc.resident_mib(one) for one in found.processes("envoy")]
    report.add(f"Envoy, resident, {counts}", "MiB", sum(envoy) or None)


def _manager_address(stage: Stage, pod: str) -> str:
    return str(stage.cluster.get("pod", pod, "-n", NAMESPACE)["status"]["podIP"])


def _output(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdout is None:
        raise RuntimeError("it has no pipes")
    return process.stdout


def _write(process: subprocess.Popen[bytes], line: bytes) -> None:
    if process.stdin is None:
        raise RuntimeError("it has no pipes")
    process.stdin.write(line + b"\n")
    process.stdin.flush()


def _ask(process: subprocess.Popen[bytes], line: bytes) -> dict[str, Any]:
    _write(process, line)
    answer = _output(process).readline()
    if not answer:
        raise RuntimeError(f"the simulated laptops ended: {process.wait(10)}")
    told: dict[str, Any] = json.loads(answer)
    return told
