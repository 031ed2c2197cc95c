"""The switch between laptops and sidecars: packets with a virtual destination go from lane to lane, not by the kernel.

One hop less, and no forwarding asked of a pod. A port that is behind loses packets, as a full link would; nobody else
waits for it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from helper.tunnel.lane import StreamLane
from helper.wire.frames import HEADER, VNET_HEADER_BYTES

MAX_BACKLOG_BYTES = 2 << 20
"""What may wait for a port. Some 16 ms of a gigabit: TCP inside fills it, finds it full, and slows down."""

_FLUSH_BYTES = 128 * 1024
_DESTINATION4 = slice(VNET_HEADER_BYTES + 16, VNET_HEADER_BYTES + 20)


def destination4(payload: memoryview) -> bytes | None:
    """Of a DATA payload with an IPv4 packet (RFC 791)."""
    if payload[VNET_HEADER_BYTES] >> 4 != 4:
        return None
    return bytes(payload[_DESTINATION4])


@dataclass(slots=True)
class SwitchPort:
    """One peer's way out. What is forwarded in one turn of the loop leaves in one piece."""

    loop: asyncio.AbstractEventLoop
    lane: StreamLane | None = None
    dropped: int = 0
    _gathered: bytearray = field(default_factory=bytearray)
    _scheduled: bool = False

    def forward(self, payload: memoryview) -> None:
        """A DATA payload; it is copied. Dropped when there is no lane, or too much waits for it."""
        lane = self.lane
        if lane is None or lane.backlog + len(self._gathered) > MAX_BACKLOG_BYTES:
            self.dropped += 1
            return
        gathered = self._gathered
        gathered += HEADER.pack(len(payload))
        gathered += payload
        if len(gathered) >= _FLUSH_BYTES:
            self._flush()
        elif not self._scheduled:
            self._scheduled = True
            self.loop.call_soon(self._turn)

    def _turn(self) -> None:
        self._scheduled = False
        self._flush()

    def _flush(self) -> None:
        if self._gathered and self.lane is not None:
            self.lane.send(self._gathered)
        self._gathered = bytearray()
