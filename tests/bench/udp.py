"""UDP at a fixed rate: what is lost. And the round trip of ping."""

from __future__ import annotations

import re
from collections import defaultdict

from tests.bench import iperf, proc, published
from tests.bench.figures import KUBEVPN, POD, Report, at_most, median
from tests.bench.settings import Settings
from tests.bench.stage import Stage
from tests.bench.ways import OURS, PodToPod, Tunnel, Way
from tests.lab.laptop import Laptop
from tests.lab.processes import ROOT_USER

_OFFERED_MBIT_S = 200
_TARGET = at_most(0.5)
_TIME = re.compile(r"time=([0-9.]+) ms")


def measure(stage: Stage, report: Report, settings: Settings) -> None:
    report.group(f"UDP, {_OFFERED_MBIT_S} Mbit/s offered; ping")
    ways: list[Way] = [] if stage.failure else [Tunnel(stage.laptop, stage.server)]
    ways.append(PodToPod(stage.client, stage.server))
    lost: dict[tuple[str, str], list[float]] = defaultdict(list)
    unread: dict[str, list[float]] = defaultdict(list)
    for _ in range(settings.repetitions):
        for way in ways:
            seconds = settings.pod_seconds if way.name == POD else settings.seconds
            for direction in ("up", "down"):
                receiver = stage.server.netns_pid if direction == "up" else stage.laptop.init_pid
                before = proc.udp_receive_buffer_errors(receiver)
                done = iperf.transfer(way, stage.server, seconds, down=direction == "down", udp_mbit_s=_OFFERED_MBIT_S)
                if done is not None and done.lost_percent is not None:
                    lost[way.name, direction].append(done.lost_percent)
                    if way.name == OURS and done.packets:
                        errors = proc.udp_receive_buffer_errors(receiver) - before
                        unread[direction].append(100 * errors / done.packets)
    for direction in ("up", "down"):
        name = f"UDP {direction}, lost"
        if stage.failure:
            report.missing(name, "%", stage.failure, _TARGET)
            continue
        values = lost[OURS, direction]
        beside = {
            POD: median(lost[POD, direction]),
            KUBEVPN: published.UDP_LOST_PERCENT,
            "worst": max(values, default=None),
            "of it came, but found the receiving socket full": median(unread[direction]),
        }
        report.add(name, "%", median(values), _TARGET, beside=beside)
    if not stage.failure:
        count = ["-c", str(settings.pings), "-i", "0.02"]
        _, direct = stage.client.run(["ping", *count, stage.server.address], 30)
        ours = _round_trips(_ping(stage.laptop, [*count, stage.server.address]))
        beside = {POD: median(_round_trips(direct)), "worst": max(ours, default=None)}
        report.add("ping round trip, median", "ms", median(ours), beside=beside)


def _ping(laptop: Laptop, arguments: list[str]) -> str:
    return laptop.run(["ping", *arguments], identity=ROOT_USER).out


def _round_trips(output: str) -> list[float]:
    return [float(text) for text in _TIME.findall(output)]
