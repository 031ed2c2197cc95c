"""TCP throughput with 20 ms of round trip added in front of the API server, on the second laptop."""

from __future__ import annotations

from collections import defaultdict

from tests.bench import iperf
from tests.bench.figures import KUBECTL, RAW, Report, at_least, median
from tests.bench.pods import NAMESPACE, stop
from tests.bench.proc import listens
from tests.bench.settings import Settings
from tests.bench.stage import Stage, raw_lane
from tests.bench.ways import OURS, PortForward, Tunnel, Way
from tests.e2e.driver import Kubeferry
from tests.lab.processes import PYTHON, wait_until
from tests.lab.router import RELAY_PORT

_ADDED_MS = 20.0
_TARGET = at_least(700.0)


def measure(stage: Stage, report: Report, settings: Settings) -> None:
    report.group(f"TCP throughput, one flow, {_ADDED_MS:g} ms of round trip added in front of the API server")
    target = f"{stage.cluster.api_address}:{stage.cluster.api_port}"
    argv = [PYTHON, "-m", "tests.lab.delay_relay", "--listen", f"0.0.0.0:{RELAY_PORT}", "--to", target]
    relay = stage.lab.start_process([*argv, "--delay-ms", str(_ADDED_MS / 2)], stage.lab.router.namespace, "delay")
    try:
        wait_until("the delay relay", lambda: listens(relay.pid, RELAY_PORT), 10)
        with stage.lab.router.relayed(stage.cluster.api_address):
            _through_relay(stage, report, settings)
    finally:
        stop(relay)


def _through_relay(stage: Stage, report: Report, settings: Settings) -> None:
    kubeferry = Kubeferry(stage.second)
    # kubectl stands last, and is measured once: nothing is asked of it here.
    ways: list[Way] = [PortForward(stage, stage.second)]
    failure = stage.failure
    if not failure:
        try:
            kubeferry.connect(namespace=NAMESPACE)
            ways.insert(0, Tunnel(stage.second, stage.server))
        except AssertionError as error:
            failure = str(error)[:500]
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    try:
        for number in range(settings.repetitions):
            for way in ways if number == 0 else ways[:-1]:
                for direction in ("up", "down"):
                    done = iperf.transfer(way, stage.server, settings.seconds, down=direction == "down")
                    if done is not None:
                        rates[way.name, direction].append(done.mbit_s)
            raw = raw_lane(stage, stage.second, settings.seconds, rounds=50)
            for key in ("up", "down", "p50_ms"):
                rates[RAW, key].append(raw[key])
    finally:
        kubeferry.run("disconnect")
    for direction in ("up", "down"):
        name = f"TCP {direction}, {_ADDED_MS:g} ms added"
        beside = {way: median(rates[way, direction]) for way in (RAW, KUBECTL)}
        report.add(name, "Mbit/s", median(rates[OURS, direction]), _TARGET, beside=beside, why=failure)
    report.note(f"round trip of the raw lane: {median(rates[RAW, 'p50_ms']):.1f} ms")
