"""TCP throughput over a direct lane: two namespaces, a veth between them, a TUN and a pump at each end."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from tests.bench import iperf
from tests.bench.direct import PORT
from tests.bench.figures import Report, at_least, median
from tests.bench.pods import Pod, stop
from tests.bench.proc import listens
from tests.bench.settings import Settings
from tests.bench.ways import PodToPod
from tests.lab.network import NetworkNamespace, join
from tests.lab.processes import PYTHON, ROOT, spawn, wait_until

_TARGET = at_least(5000.0)
_VETH = ("10.99.7.1", "10.99.7.2")
_VIRTUAL = ("198.18.7.1", "198.18.7.2")


def measure(report: Report, settings: Settings) -> None:
    report.group("TCP throughput, one flow, over a direct TCP lane between two namespaces (no API server)")
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    with _pair() as (near, far):
        for _ in range(settings.repetitions):
            for what, address in (("tunnel", _VIRTUAL[1]), ("veth itself", _VETH[1])):
                way = PodToPod(near, Pod("far", address, "", far.netns_pid))
                seconds = settings.direct_seconds if what == "tunnel" else settings.pod_seconds
                for direction in ("up", "down"):
                    done = iperf.transfer(way, far, seconds, down=direction == "down")
                    if done is not None:
                        rates[what, direction].append(done.mbit_s)
    for direction in ("up", "down"):
        beside = {"veth itself": median(rates["veth itself", direction])}
        report.add(f"direct lane {direction}", "Mbit/s", median(rates["tunnel", direction]), _TARGET, beside=beside)


@contextmanager
def _pair() -> Iterator[tuple[Pod, Pod]]:
    """The two ends, each as if it were a pod."""
    near, far = (NetworkNamespace(f"bench-direct-{which}") for which in ("near", "far"))
    with ExitStack() as stack:
        for namespace in (near, far):
            namespace.delete()
            stack.callback(namespace.delete)
            namespace.create()
        join(near, "veth", f"{_VETH[0]}/24", far, "veth", f"{_VETH[1]}/24")
        listening = _start(stack, far, "listen", _VETH[0], *reversed(_VIRTUAL))
        wait_until("the far end", lambda: listens(listening.pid, PORT), 10)
        dialling = _start(stack, near, "dial", _VETH[1], *_VIRTUAL)
        for process in (listening, dialling):
            if process.stdout is None or not process.stdout.readline():
                raise RuntimeError("an end of the direct lane did not start")
        yield Pod("near", _VETH[0], "", dialling.pid), Pod("far", _VETH[1], "", listening.pid)


def _start(stack: ExitStack, namespace: NetworkNamespace, *arguments: str) -> subprocess.Popen[bytes]:
    argv = [PYTHON, "-m", "tests.bench.direct", *arguments]
    streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
    process = spawn(argv, namespace.entered, cwd=str(ROOT), dies_with_parent=True, **streams)
    stack.callback(stop, process)
    return process
