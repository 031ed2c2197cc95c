"""Mesh: what a sidecar costs requests that are nobody's, and how long those take that come to the laptop."""

from __future__ import annotations

import json
import re
from collections import defaultdict

from tests.bench import proc
from tests.bench.figures import Report, at_most, median
from tests.bench.intercepted import HEADER, Intercepted, intercepted
from tests.bench.pods import HTTP_PORT, Pod
from tests.bench.settings import Settings
from tests.bench.stage import Stage
from tests.lab.processes import PYTHON

WITHOUT = "without a sidecar"
CONNECTED = "laptop to pod, connected"
_RATE, _CONNECTIONS = 500, 8
"""A moderate load for two cores that client, server and Envoy share."""
_ADDED = at_most(1.0)
_SIDECAR = at_most(45)
_REQUESTS_S = re.compile(r"Requests/sec:\s+([0-9.]+)")


def measure(stage: Stage, report: Report, settings: Settings) -> None:
    report.group("Mesh")
    if stage.failure:
        report.missing("mesh, not matched, p99 added", "ms", stage.failure, _ADDED)
        return
    with intercepted(stage) as found:
        _not_matched(stage, found, report, settings)
        _matched(stage, found, report, settings)
        _memory(found, report)


def _not_matched(stage: Stage, found: Intercepted, report: Report, settings: Settings) -> None:
    """Client and both servers are on one node; in turns, as the machine's other load changes."""
    times: dict[str, list[float]] = defaultdict(list)
    rates: dict[str, list[float]] = defaultdict(list)
    for _ in range(settings.repetitions):
        for name, server in (("with", found.pod), (WITHOUT, stage.server)):
            told = paced(stage.client, server.address, settings.seconds)
            for key in ("p50_ms", "p99_ms"):
                if key in told:
                    times[f"{name} {key}"].append(told[key])
            rates[name] += _wrk(stage.client, server.address, settings.pod_seconds)
    for key in ("p50_ms", "p99_ms"):
        ours, bare = median(times[f"with {key}"]), median(times[f"{WITHOUT} {key}"])
        word = key.removesuffix("_ms")
        report.add(f"mesh, not matched, {_RATE} requests/s, {word}", "ms", ours, beside={WITHOUT: bare})
        added = None if ours is None or bare is None else ours - bare
        report.add(f"mesh, not matched, {word} added", "ms", added, _ADDED if key == "p99_ms" else None)
    beside = {WITHOUT: median(rates[WITHOUT])}
    report.add("mesh, not matched, wrk, 16 connections", "req/s", median(rates["with"]), beside=beside)


def _matched(stage: Stage, found: Intercepted, report: Report, settings: Settings) -> None:
    """Pod to laptop, beside laptop to pod: the same tunnel the other way, without a sidecar."""
    times: dict[str, list[float]] = defaultdict(list)
    for _ in range(settings.repetitions):
        told = paced(stage.client, found.pod.address, settings.seconds, HEADER)
        argv = [PYTHON, "-m", "tests.bench.paced_client", stage.server.address, str(HTTP_PORT)]
        argv += [str(_RATE), str(settings.seconds), str(_CONNECTIONS)]
        done = stage.laptop.run(argv, timeout_s=settings.seconds + 30)
        connected: dict[str, float] = json.loads(done.out) if done.code == 0 else {}
        for key in ("p50_ms", "p99_ms"):
            for name, found_ms in (("matched", told), (CONNECTED, connected)):
                if key in found_ms:
                    times[f"{name} {key}"].append(found_ms[key])
    for key in ("p50_ms", "p99_ms"):
        beside = {CONNECTED: median(times[f"{CONNECTED} {key}"])}
        name = f"mesh, matched, pod to laptop, {key.removesuffix('_ms')}"
        report.add(name, "ms", median(times[f"matched {key}"]), beside=beside)


def paced(client: Pod, address: str, seconds: float, header: str = "") -> dict[str, float]:
    """From a pod. Nothing when it failed."""
    argv = [PYTHON, "-m", "tests.bench.paced_client", address, str(HTTP_PORT), str(_RATE), str(seconds)]
    code, output = client.run([*argv, str(_CONNECTIONS), header], seconds + 30)
    told: dict[str, float] = json.loads(output) if code == 0 else {}
    return told


def _wrk(client: Pod, address: str, seconds: float) -> list[float]:
    _, output = client.run(["wrk", "-t2", "-c16", f"-d{seconds:g}s", f"http://{address}:{HTTP_PORT}/"], seconds + 20)
    return [float(text) for text in _REQUESTS_S.findall(output)]


def _memory(found: Intercepted, report: Report) -> None:
    """After the load above."""
    ours = [proc.resident_mib(pid) for pid in found.processes("helper.cluster.sidecar")]
    report.add("sidecar without Envoy, resident", "MiB", sum(ours) or None, _SIDECAR)
    envoy = [proc.resident_mib(pid) for pid in found.processes("envoy")]
    report.add("Envoy, resident", "MiB", sum(envoy) or None)
