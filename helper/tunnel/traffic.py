"""Counting what goes through the tunnel, cheaply: totals, and the flows of the last second."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

from helper.wire.packets import parse_key, raw_key

MAX_FLOWS = 4096
TOP_FLOWS = 40


@dataclass(frozen=True, slots=True)
class FlowCount:
    protocol: int
    local: str
    local_port: int
    remote: str
    remote_port: int
    bytes_up: int
    bytes_down: int


@dataclass(slots=True)
class Traffic:
    """Totals since the beginning. `up` is from this side's TUN into the tunnel."""

    bytes_up: int = 0
    bytes_down: int = 0
    packets_up: int = 0
    packets_down: int = 0
    dropped: int = 0
    _up: dict[tuple[int, bytes], int] = field(default_factory=dict)
    _down: dict[tuple[int, bytes], int] = field(default_factory=dict)

    def count_up(self, data: memoryview, at: int, size: int) -> None:
        self.packets_up += 1
        self.bytes_up += size
        self._count(self._up, data, at, size)

    def count_down(self, data: memoryview, at: int, size: int) -> None:
        self.packets_down += 1
        self.bytes_down += size
        self._count(self._down, data, at, size)

    @staticmethod
    def _count(flows: dict[tuple[int, bytes], int], data: memoryview, at: int, size: int) -> None:
        key = raw_key(data, at)
        if key is None:
            return
        if key in flows:
            flows[key] += size
        elif len(flows) < MAX_FLOWS:
            flows[key] = size

    def take_flows(self) -> list[FlowCount]:
        """Returns the flows with the most bytes since the last call, and forgets all."""
        up, down = self._up, self._down
        self._up, self._down = {}, {}
        merged: dict[tuple[int, str, int, str, int], list[int]] = {}
        for (protocol, raw), size in heapq.nlargest(TOP_FLOWS, up.items(), key=lambda item: item[1]):
            k = parse_key(protocol, raw)
            mine = (protocol, k.source, k.source_port, k.destination, k.destination_port)
            merged.setdefault(mine, [0, 0])[0] += size
        for (protocol, raw), size in heapq.nlargest(TOP_FLOWS, down.items(), key=lambda item: item[1]):
            k = parse_key(protocol, raw)
            mine = (protocol, k.destination, k.destination_port, k.source, k.source_port)
            merged.setdefault(mine, [0, 0])[1] += size
        counts = [FlowCount(*key, bytes_up=sizes[0], bytes_down=sizes[1]) for key, sizes in merged.items()]
        counts.sort(key=lambda flow: flow.bytes_up + flow.bytes_down, reverse=True)
        return counts[:TOP_FLOWS]
