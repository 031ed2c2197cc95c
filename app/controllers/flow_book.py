"""Flows of single seconds, added up to what is worth a row: everything that goes to one place and port."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from app.controllers.intercept_views import InterceptRow, Key
from app.controllers.traffic_views import FlowRow
from app.domain.flow_names import Place, PlaceKind
from helper.protocol.worker_messages import Flow

KEPT_S = 30.0
"""A row stays this long after its last byte, so that it can be read."""

MAX_ROWS = 500
_FIRST_EPHEMERAL = 32_768
"""Linux's (net.ipv4.ip_local_port_range). Where both ends are below, the lower port is taken for the server's."""

_PROTOCOLS = {1: "ICMP", 6: "TCP", 17: "UDP", 58: "ICMPv6", 132: "SCTP"}

Identity = tuple[int, str, int, bool]


@dataclass
class _Sum:
    since: float
    last: float
    down_now: int = 0
    up_now: int = 0
    down: int = 0
    up: int = 0
    ports: set[int] = field(default_factory=set)


class FlowBook:
    """`name_of` an address, None where nobody knows one."""

    def __init__(self, name_of: Callable[[str], Place | None] = lambda _address: None) -> None:
        self.name_of = name_of
        self._sums: dict[Identity, _Sum] = {}
        self._now = 0.0
        self._took_s = 1.0

    def clear(self) -> None:
        self._sums.clear()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Of the cluster, that bytes went to or came from lately; busiest first."""
        busiest = sorted(self._sums.items(), key=lambda item: -(item[1].down_now + item[1].up_now))
        return tuple(dict.fromkeys(address for (_, address, _, _), _ in busiest))

    def count(self, flows: Iterable[Flow], now: float) -> None:
        """The flows of the second (more or less) that ended at `now`."""
        if self._now:
            self._took_s = min(5.0, max(0.2, now - self._now))
        self._now = now
        for known in self._sums.values():
            known.down_now = known.up_now = 0
            known.ports.clear()
        for flow in flows:
            self._add(flow, now)
        for identity in [one for one, known in self._sums.items() if now - known.last > KEPT_S]:
            del self._sums[identity]

    def rows(self, intercepts: Iterable[InterceptRow] = ()) -> tuple[FlowRow, ...]:
        """Busiest first. `intercepts`: own ones have a name for what comes in by them."""
        local_ports = _local_ports(intercepts)
        rows = [self._row(identity, known, local_ports) for identity, known in self._sums.items()]
        rows.sort(key=lambda row: (-(row.down_bytes_s + row.up_bytes_s), -(row.down_bytes + row.up_bytes)))
        return tuple(rows)

    def _add(self, flow: Flow, now: float) -> None:
        incoming = _is_incoming(flow)
        port = flow.local_port if incoming else flow.remote_port
        identity = (flow.protocol, flow.remote, port, incoming)
        known = self._sums.get(identity)
        if known is None:
            if len(self._sums) >= MAX_ROWS:
                return
            known = self._sums[identity] = _Sum(now, now)
        known.last = now
        known.down_now += flow.bytes_down
        known.up_now += flow.bytes_up
        known.down += flow.bytes_down
        known.up += flow.bytes_up
        known.ports.add(flow.remote_port if incoming else flow.local_port)

    def _row(self, identity: Identity, known: _Sum, local_ports: Mapping[int, Key]) -> FlowRow:
        protocol, address, port, incoming = identity
        place = self.name_of(address)
        if incoming and port in local_ports:
            _, namespace, name = key = local_ports[port]
            place = Place(PlaceKind.INTERCEPT, name, namespace, key)
        return FlowRow(
            place=place or Place(PlaceKind.ADDRESS, address),
            address=address,
            port=port,
            protocol=_PROTOCOLS.get(protocol, str(protocol)),
            incoming=incoming,
            down_bytes_s=known.down_now / self._took_s,
            up_bytes_s=known.up_now / self._took_s,
            down_bytes=known.down,
            up_bytes=known.up,
            age_s=self._now - known.since,
            connections=len(known.ports),
        )


def rates_by_workload(rows: Iterable[FlowRow]) -> dict[Key, float]:
    """Bytes per second, both directions."""
    rates: dict[Key, float] = {}
    for row in rows:
        if row.workload is not None and row.down_bytes_s + row.up_bytes_s > 0:
            rates[row.workload] = rates.get(row.workload, 0.0) + row.down_bytes_s + row.up_bytes_s
    return rates


def _is_incoming(flow: Flow) -> bool:
    """Does the laptop's end serve?"""
    if not flow.local_port or not flow.remote_port:
        return False
    local_is_served, remote_is_served = flow.local_port < _FIRST_EPHEMERAL, flow.remote_port < _FIRST_EPHEMERAL
    if local_is_served != remote_is_served:
        return local_is_served
    return flow.local_port < flow.remote_port


def _local_ports(intercepts: Iterable[InterceptRow]) -> dict[int, Key]:
    """Of the laptop, where it is one intercept alone that leads there."""
    found: dict[int, set[Key]] = {}
    for intercept in intercepts:
        if intercept.mine:
            for pair in intercept.ports:
                found.setdefault(int(pair.partition(":")[2] or pair), set()).add(intercept.key)
    return {port: keys.pop() for port, keys in found.items() if len(keys) == 1}
