"""Do a workload's probes still go around what is intercepted? Pure.

The injection sends them to ports that no intercept takes. Whoever applies the workload's manifest again meanwhile
(`kubectl apply` merges) puts them back, and leaves the sidecar where it is: what takes all traffic then takes the
kubelet's too, and the original container is killed for an answer that somebody's laptop did not give (seen).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from helper.cluster.injection.record import containers_of, pod_of, probe_ports
from helper.cluster.injection.sidecar_template import port_number
from helper.protocol.intercepts import Intercept

_PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
_ACTIONS = ("httpGet", "tcpSocket", "grpc")


def bare_probe_ports(workload: Mapping[str, Any]) -> tuple[int, ...]:
    """Ports of the pods that probes go to directly. One with a host of its own does not go to the pod."""
    spec = pod_of(workload)["spec"]
    moved = probe_ports(spec)
    found: set[int] = set()
    for container in containers_of(spec):
        for name in _PROBES:
            for action in _ACTIONS:
                target = (container.get(name) or {}).get(action)
                if target is None or target.get("host"):
                    continue
                port = port_number(container, target["port"])
                if port is not None and port not in moved:
                    found.add(port)
    return tuple(sorted(found))


def endangered(intercept: Intercept, ports: Iterable[int]) -> tuple[int, ...]:
    """Those of `ports` whose probes this intercept would take. A rule on headers takes none: probes go on to the
    original container as all that does not match."""
    if intercept.match is not None and intercept.match.headers:
        return ()
    taken = {port.remote for port in intercept.ports}
    return tuple(port for port in ports if intercept.other_ports or port in taken)
