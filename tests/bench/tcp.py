"""TCP throughput of every way, in turns, so that what else the machine does falls on all of them alike."""

from __future__ import annotations

from collections import defaultdict

from tests.bench import iperf, published
from tests.bench.figures import KUBEVPN, POD, RAW, Report, Target, at_least, median, share
from tests.bench.settings import Settings
from tests.bench.stage import Stage, raw_lane
from tests.bench.ways import OURS, all_ways

_MANY = 8
_SHARE_OF_RAW_PERCENT = 85.0
_LEAST_MBIT = {"up": 1200.0, "down": 1100.0}
_NOISE = 0.97
"""Eight flows are as fast as one if the medians differ by no more than they do from run to run."""
_PUBLISHED = {
    ("up", 1): published.TCP_UP_MBIT,
    ("down", 1): published.TCP_DOWN_MBIT,
    ("up", _MANY): published.TCP_UP_8_MBIT,
    ("down", _MANY): published.TCP_DOWN_8_MBIT,
}

Rates = dict[tuple[str, str, int], list[float]]
"""By way, direction, flows."""


def measure(stage: Stage, report: Report, settings: Settings) -> None:
    report.group("TCP throughput")
    rates: Rates = defaultdict(list)
    broken: dict[str, int] = defaultdict(int)
    for _ in range(settings.repetitions):
        _one_round(stage, settings, rates, broken)
    medians = {key: median(values) for key, values in rates.items()}
    for flows in (1, _MANY):
        for direction in ("up", "down"):
            _tell(report, stage, medians, direction, flows)
    for direction in ("up", "down"):
        ours, raw = medians.get((OURS, direction, 1)), medians.get((RAW, direction, 1))
        target = at_least(_SHARE_OF_RAW_PERCENT)
        report.add(
            f"TCP {direction}, one flow, share of raw WebSocket", "%", share(ours, raw), target, why=stage.failure
        )
        gain = ours / _PUBLISHED[direction, 1] if ours else None
        target = at_least(published.SMALLEST_GAIN)
        report.add(f"TCP {direction}, one flow, times KubeVPN's", "times", gain, target, why=stage.failure)
    for name, count in broken.items():
        report.note(f"{name}: {count} transfers did not end in good order")


def _one_round(stage: Stage, settings: Settings, rates: Rates, broken: dict[str, int]) -> None:
    for way in all_ways(stage):
        seconds = settings.pod_seconds if way.name == POD else settings.seconds
        for flows in (1, _MANY):
            for direction in ("up", "down"):
                done = iperf.transfer(way, stage.server, seconds, down=direction == "down", flows=flows)
                if done is None or not done.whole:
                    broken[way.name] += 1
                if done is not None:
                    rates[way.name, direction, flows].append(done.mbit_s)
    raw = raw_lane(stage, stage.laptop, settings.seconds)
    for direction in ("up", "down"):
        rates[RAW, direction, 1].append(raw[direction])


def _tell(
    report: Report, stage: Stage, medians: dict[tuple[str, str, int], float | None], direction: str, flows: int
) -> None:
    ours = medians.get((OURS, direction, flows))
    name = f"TCP {direction}, {'one flow' if flows == 1 else f'{flows} flows'}"
    single = medians.get((OURS, direction, 1))
    target: Target | None = at_least(_LEAST_MBIT[direction])
    if flows > 1:
        target = at_least(single * _NOISE, "one flow, less 3 % for noise") if single else None
    others = {way: value for (way, to, count), value in medians.items() if (to, count) == (direction, flows)}
    others.pop(OURS, None)
    beside = {**others, KUBEVPN: _PUBLISHED[direction, flows]}
    report.add(name, "Mbit/s", ours, target, beside=beside, why=stage.failure)
