"""iperf3 over a way, with a server of its own for each measurement."""

from __future__ import annotations

import itertools
import json
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.bench.pods import Pod
from tests.bench.ways import Way

_ports = itertools.count(5201)
_PATIENCE_S = 15.0


@dataclass(frozen=True)
class Transfer:
    """`whole`: iperf3 ended in good order; without that the rate is the mean of the seconds it did report."""

    mbit_s: float
    bytes: float
    lost_percent: float | None
    whole: bool
    packets: int = 0
    """Datagrams sent; of UDP only."""


@contextmanager
def server(pod: Pod) -> Iterator[int]:
    port = next(_ports)
    with pod.serving(["iperf3", "-s", "-1", "-p", str(port)], port):
        yield port


def transfer(
    way: Way, pod: Pod, seconds: float, *, down: bool, flows: int = 1, udp_mbit_s: int | None = None
) -> Transfer | None:
    """None when nothing went through."""
    with server(pod) as port, way.reach(port) as (address, reached_port):
        argv = [
            "iperf3",
            "-J",
            "-c",
            address,
            "-p",
            str(reached_port),
            "-t",
            f"{seconds:g}",
            "-P",
            str(flows),
            "-i",
            "0.5",
        ]
        argv += ["-R"] if down else []
        argv += ["-u", "-b", f"{udp_mbit_s}M"] if udp_mbit_s else []
        _, output = way.run(argv, seconds + _PATIENCE_S)
    return parse(output)


def parse(output: str) -> Transfer | None:
    try:
        told: dict[str, Any] = json.loads(output)
    except json.JSONDecodeError:
        return None
    end = told.get("end") or {}
    # UDP has one sum of both sides in this version, with the receiver's losses; TCP has the receiver's own.
    total = end.get("sum") or end.get("sum_received")
    if total and "error" not in told:
        rate = total["bits_per_second"]
        lost = total.get("lost_percent")
        if lost is not None:
            rate *= 1 - lost / 100
        return Transfer(rate / 1e6, total["bytes"], lost, True, total.get("packets", 0))
    seconds = [interval["sum"] for interval in told.get("intervals") or []]
    if not seconds:
        return None
    rate = statistics.fmean(second["bits_per_second"] for second in seconds)
    return Transfer(rate / 1e6, sum(second["bytes"] for second in seconds), None, False)
