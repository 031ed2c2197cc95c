"""Counting what goes through the tunnel, cheaply: totals, and the flows of the last second."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

from helper.wire.packets import parse_key, raw_key, turned

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
        both = {key: (size, 0) for key, size in self._up.items()}
        for (protocol, raw), size in self._down.items():
            key = (protocol, turned(raw))
            both[key] = (both.get(key, (0, 0))[0], size)
        self._up, self._down = {}, {}
        top = heapq.nlargest(TOP_FLOWS, both.items(), key=lambda item: sum(item[1]))
        return [FlowCount(*parse_key(*key), bytes_up=up, bytes_down=down) for key, (up, down) in top]
