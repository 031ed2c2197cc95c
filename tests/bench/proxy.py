"""Proxy: bulk transfer from a pod to the laptop, beside the connect mode in the same direction."""

from __future__ import annotations

from tests.bench import iperf, proc
from tests.bench.figures import Report, at_least, median, share
from tests.bench.intercepted import Intercepted, intercepted
from tests.bench.pods import NAMESPACE, stop
from tests.bench.settings import Settings
from tests.bench.stage import Stage
from tests.bench.ways import Tunnel
from tests.lab.processes import wait_until

CONNECTED = "connected, same direction"
_SHARE = at_least(80, "of connected, same direction")
_PORT = 5190
_NAME = "proxy, TCP pod to laptop, 1 flow"


def measure(stage: Stage, report: Report, settings: Settings) -> None:
    report.group("Proxy")
    if stage.failure:
        report.missing(_NAME, "Mbit/s", stage.failure, _SHARE)
        return
    rates: list[float] = []
    connected: list[float] = []
    with intercepted(stage) as found:
        stage.kubeferry.proxy(f"deploy/{found.workload}", namespace=NAMESPACE)
        for _ in range(settings.repetitions):
            ours = _to_laptop(stage, found, settings.seconds)
            other = iperf.transfer(Tunnel(stage.laptop, stage.server), stage.server, settings.seconds, down=True)
            rates += [ours.mbit_s] if ours else []
            connected += [other.mbit_s] if other else []
    report.add(_NAME, "Mbit/s", median(rates), beside={CONNECTED: median(connected)})
    report.add(f"{_NAME}, share", "%", share(median(rates), median(connected)), _SHARE)


def _to_laptop(stage: Stage, found: Intercepted, seconds: float) -> iperf.Transfer | None:
    """The client is in another pod, and dials the intercepted one."""
    server = stage.laptop.popen(["iperf3", "-s", "-1", "-B", "127.0.0.1", "-p", str(_PORT)])
    try:
        wait_until("iperf3 on the laptop", lambda: proc.listens(server.pid, _PORT), 10, every_s=0.01)
        argv = ["iperf3", "-J", "-c", found.pod.address, "-p", str(_PORT), "-t", f"{seconds:g}", "-i", "0.5"]
        _, output = stage.client.run(argv, seconds + 15)
    finally:
        stop(server)
    return iperf.parse(output)
