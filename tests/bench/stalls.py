"""Transfers in a row, none of which may stall; and one connection that lies idle for as long as the bench runs."""

from __future__ import annotations

import time

from tests.bench import iperf, published
from tests.bench.figures import Report, at_least, at_most, median
from tests.bench.pods import ECHO_PORT
from tests.bench.settings import Settings
from tests.bench.stage import Stage
from tests.bench.ways import Tunnel
from tests.e2e.driver import HeldConnection

_LEAST_PERCENT_OF_MEDIAN = 70.0


def measure(stage: Stage, report: Report, settings: Settings) -> None:
    report.group(f"Stalls: {settings.stalls} transfers of {settings.seconds:g} s in a row, each way")
    way = Tunnel(stage.laptop, stage.server)
    for direction in ("up", "down"):
        name = f"slowest of {settings.stalls} {direction}loads, share of their median"
        target = at_least(_LEAST_PERCENT_OF_MEDIAN)
        if stage.failure:
            report.missing(name, "%", stage.failure, target)
            continue
        rates = []
        for _ in range(settings.stalls):
            done = iperf.transfer(way, stage.server, settings.seconds, down=direction == "down")
            rates.append(done.mbit_s if done is not None else 0.0)
        middle = median(rates) or 0.0
        slowest = 100 * min(rates) / middle if middle else None
        beside = {"median Mbit/s": middle, "slowest Mbit/s": min(rates), "fastest Mbit/s": max(rates)}
        report.add(name, "%", slowest, target, beside=beside)
    report.note(f"KubeVPN's downloads, published: {published.STALLED_DOWNLOADS}")


class IdleConnection:
    """Opened at the beginning; `finish` asks it at the end. Nothing is sent in between."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._began = time.monotonic()
        self._reconnects = stage.status()["reconnects"]
        self._held = HeldConnection(stage.kubeferry, stage.server.address, ECHO_PORT)
        self._held.echo("first")

    def finish(self, report: Report, settings: Settings) -> None:
        report.group("An idle connection")
        left_s = self._began + settings.idle_s - time.monotonic()
        if left_s > 0:
            report.note(f"waiting {left_s:.0f} s more for it")
            time.sleep(left_s)
        idle_s = time.monotonic() - self._began
        try:
            self._held.echo("last")
            answered = idle_s
        except AssertionError as error:
            report.note(f"it is not the same any more: {error}")
            answered = 0.0
        finally:
            self._held.close()
        report.add("idle TCP connection still the same after", "s", answered, at_least(600))
        report.note(f"KubeVPN's, published: {published.IDLE_CONNECTION}")
        reconnects = self._stage.status()["reconnects"] - self._reconnects
        report.add("tunnel reconnects meanwhile", "times", reconnects, at_most(0))
