"""HTTP: latencies on one connection and on new ones, and requests a second with sixteen connections at once."""

from __future__ import annotations

import json
import re
from collections import defaultdict

from tests.bench import published
from tests.bench.figures import KUBECTL, KUBEVPN, POD, RAW, Report, Target, at_least, at_most, median
from tests.bench.pods import HTTP_PORT
from tests.bench.settings import Settings
from tests.bench.stage import Stage, raw_lane
from tests.bench.ways import OURS, Way, all_ways
from tests.lab.processes import PYTHON

_RATE = re.compile(r"Requests/sec:\s+([0-9.]+)")
_FAILED = re.compile(r"Socket errors: .*")
_WORDS = {"keepalive": "keep-alive", "new": "new connection"}
_PUBLISHED = {
    ("keepalive", "p50_ms"): published.HTTP_KEEPALIVE_P50_MS,
    ("keepalive", "p99_ms"): published.HTTP_KEEPALIVE_P99_MS,
    ("new", "p50_ms"): published.HTTP_NEW_P50_MS,
    ("new", "p99_ms"): published.HTTP_NEW_P99_MS,
}
_TARGETS: dict[tuple[str, str], Target] = {("keepalive", "p50_ms"): at_most(0.8), ("new", "p50_ms"): at_most(1.5)}
_WRK = at_least(9000)


def measure(stage: Stage, report: Report, settings: Settings) -> None:
    report.group("HTTP")
    times: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    rates: dict[str, list[float]] = defaultdict(list)
    for _ in range(settings.repetitions):
        for way in all_ways(stage):
            for kind in ("keepalive", "new"):
                for key, value in _latencies(way, kind, settings.requests).items():
                    times[way.name, kind, key].append(value)
            rates[way.name] += _wrk(report, way, settings.pod_seconds if way.name == POD else settings.seconds)
        raw = raw_lane(stage, stage.laptop, 0.1, rounds=settings.requests)
        for key in ("p50_ms", "p99_ms"):
            times[RAW, "keepalive", key].append(raw[key])
    for kind in ("keepalive", "new"):
        for key in ("p50_ms", "p99_ms"):
            values = {name: median(times[name, kind, key]) for name in (OURS, RAW, KUBECTL, POD)}
            beside = {KUBEVPN: _PUBLISHED[kind, key]} | values
            ours = beside.pop(OURS)
            name = f"HTTP GET, {_WORDS[kind]}, {key.removesuffix('_ms')}"
            report.add(name, "ms", ours, _TARGETS.get((kind, key)), beside=beside, why=stage.failure)
    beside = {KUBECTL: median(rates[KUBECTL]), POD: median(rates[POD]), KUBEVPN: published.WRK_REQUESTS_S}
    report.add("HTTP, wrk, 16 connections", "req/s", median(rates[OURS]), _WRK, beside=beside, why=stage.failure)


def _latencies(way: Way, kind: str, count: int) -> dict[str, float]:
    count = count if kind == "keepalive" else count // 2
    with way.reach(HTTP_PORT) as (address, port):
        argv = [PYTHON, "-m", "tests.bench.http_client", address, str(port), kind, str(count)]
        code, output = way.run(argv, 60)
    found: dict[str, float] = json.loads(output) if code == 0 else {}
    return found


def _wrk(report: Report, way: Way, seconds: float) -> list[float]:
    with way.reach(HTTP_PORT) as (address, port):
        argv = ["wrk", "-t2", "-c16", f"-d{seconds:g}s", f"http://{address}:{port}/"]
        _, output = way.run(argv, seconds + 20)
    for line in _FAILED.findall(output):
        report.note(f"{way.name}: {line}")
    return [float(text) for text in _RATE.findall(output)]
