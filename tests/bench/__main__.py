"""python -m tests.bench [--quick] [--only tcp,http]: measures, prints as it goes, writes build/bench.json.

A target that is not met is no error: exit code 1 means that something could not be measured.
Needs root, the cluster kit and build/image/manager.tar (`make image`); `make bench` sees to all of it. A full run takes
about 12 minutes: an idle connection has to lie for 10 of them.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import connect, cpu, delay, direct_lane, http, many_owners, memory, mesh, proxy, stalls, tcp, udp
from tests.bench.figures import Report
from tests.bench.settings import QUICK, Settings
from tests.bench.stage import Stage
from tests.lab.processes import ROOT

GROUPS = (
    "direct",
    "tcp",
    "delay",
    "stalls",
    "udp",
    "http",
    "memory",
    "cpu",
    "mesh",
    "proxy",
    "owners",
    "connect",
    "idle",
)
_JSON = ROOT / "build" / "bench.json"


_FAILURES = (AssertionError, RuntimeError, TimeoutError, OSError, ValueError, KeyError)
"""What a group may end with when something under it breaks: the others are measured all the same."""


def measure(report: Report, settings: Settings, chosen: set[str], *, load_image: bool) -> bool:
    """Returns whether every chosen group could be measured."""
    whole = True

    def attempt(name: str, part: Callable[[], None]) -> None:
        nonlocal whole
        if name not in chosen:
            return
        try:
            part()
        except _FAILURES as error:
            whole = False
            text = " ".join(str(error).split())[:500]
            report.missing(f"group {name}, the rest of it", "", f"{type(error).__name__}: {text}")

    attempt("direct", lambda: direct_lane.measure(report, settings))
    if chosen == {"direct"}:
        return whole
    with Stage(load_image=load_image) as stage:
        stage.up()
        if stage.failure:
            print(f"\nThere is no connection, only the other ways are measured: {stage.failure}")
        idle = stalls.IdleConnection(stage) if "idle" in chosen and not stage.failure else None
        attempt("memory", lambda: memory.measure(stage, report, "fresh"))
        attempt("tcp", lambda: tcp.measure(stage, report, settings))
        attempt("delay", lambda: delay.measure(stage, report, settings))
        attempt("stalls", lambda: stalls.measure(stage, report, settings))
        attempt("udp", lambda: udp.measure(stage, report, settings))
        attempt("http", lambda: http.measure(stage, report, settings))
        attempt("cpu", lambda: cpu.measure(stage, report, settings))
        attempt("memory", lambda: memory.measure(stage, report, "after load"))
        attempt("memory", lambda: memory.measure_growth(stage, report, settings))
        attempt("mesh", lambda: mesh.measure(stage, report, settings))
        attempt("proxy", lambda: proxy.measure(stage, report, settings))
        attempt("owners", lambda: many_owners.measure(stage, report, settings))
        attempt("connect", lambda: connect.measure(stage, report, settings))
        if idle is not None:
            attempt("idle", lambda: idle.finish(report, settings))
    return whole


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench")
    parser.add_argument("--quick", action="store_true", help="one short measurement of each: to try the bench itself")
    parser.add_argument("--only", metavar="GROUPS", default=",".join(GROUPS), help=f"of {','.join(GROUPS)}")
    parser.add_argument("--keep-image", action="store_true", help="do not load the manager's image into the cluster")
    parser.add_argument("-o", "--output", type=Path, default=_JSON)
    arguments = parser.parse_args()
    chosen = set(arguments.only.split(","))
    if unknown := chosen - set(GROUPS):
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    if os.geteuid():
        parser.error("it makes network namespaces: run it as root")
    began = time.monotonic()
    report = Report()
    print(f"{os.cpu_count()} cores, Linux {platform.release()}, load {os.getloadavg()[0]:.2f} before")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        whole = measure(report, QUICK if arguments.quick else Settings(), chosen, load_image=not arguments.keep_image)
    finally:
        report.write(arguments.output)
    print(f"\n{report.summary()}\n{(time.monotonic() - began) / 60:.1f} minutes; {arguments.output}")
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
