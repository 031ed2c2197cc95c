"""The packet pump: moves DATA frames between a TUN device and a lane, in both directions, on one event loop.

The same code runs on the laptop (worker) and in the cluster (manager, one pump per lease). Costs are per read and
write, so packets stay whole GSO segments and the TUN is drained into one message. While the lane is not writable
the TUN is not read: its queue then drops, which is what the inner TCP expects of a full link.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass

from helper.tunnel.lane import HEADROOM, Lane
from helper.tunnel.traffic import Traffic
from helper.wire.frames import HEADER, MAX_DATA_BYTES, VNET_HEADER_BYTES, Frame, FrameDecoder, FrameKind

BATCH_BYTES = 192 * 1024
_MIN_DATA_BYTES = VNET_HEADER_BYTES + 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Which packets of the tunnel may enter the TUN: those whose source (manager) or destination (laptop) is this."""

    address4: bytes | None
    address6: bytes | None
    by_source: bool

    def allows(self, payload: memoryview) -> bool:
        """`payload`: of a DATA frame, with the virtio header in front."""
        if len(payload) < _MIN_DATA_BYTES:
            return False
        version = payload[VNET_HEADER_BYTES] >> 4
        if version == 4:
            at = VNET_HEADER_BYTES + (12 if self.by_source else 16)
            return bytes(payload[at : at + 4]) == self.address4
        if version == 6:
            at = VNET_HEADER_BYTES + (8 if self.by_source else 24)
            return bytes(payload[at : at + 16]) == self.address6
        return False


class Pump:
    """Owns nothing: TUN descriptor and lanes belong to the caller.

    `deliver` takes a DATA payload that has passed the guard; it may be replaced (IPv6 that is sent, not forwarded;
    intercepted traffic that goes to the loopback). `outgoing` may change a payload that was read from the device.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        tun: int,
        traffic: Traffic,
        on_control: Callable[[Frame], None],
    ) -> None:
        self._loop = loop
        self._tun = tun
        self._traffic = traffic
        self._on_control = on_control
        self.deliver: Callable[[memoryview], None] = self.write_tun
        self.outgoing: Callable[[memoryview], None] | None = None
        self._guard: AddressGuard | None = None
        self._lane: Lane | None = None
        self._reading = False
        self._decoder = FrameDecoder()
        self._buffer = bytearray(HEADROOM + BATCH_BYTES + HEADER.size + MAX_DATA_BYTES)
        self._view = memoryview(self._buffer)

    def attach(self, lane: Lane) -> None:
        """A fresh lane: its stream begins at a frame's boundary. Packets flow after `open`, and none before."""
        self.detach()
        self._lane = lane
        self._decoder = FrameDecoder()

    def open(self, guard: AddressGuard) -> None:
        self._guard = guard
        self._read_tun(True)

    def detach(self) -> None:
        self._read_tun(False)
        self._lane = self._guard = None

    def on_data(self, data: memoryview) -> None:
        """Bytes of the attached lane. Raises FrameError: the lane must be closed then."""
        guard, deliver, traffic = self._guard, self.deliver, self._traffic
        for start in range(0, len(data), 256 * 1024):
            for frame in self._decoder.feed(data[start : start + 256 * 1024]):
                payload = frame.payload
                if frame.kind != FrameKind.DATA:
                    self._on_control(frame)
                    guard = self._guard
                elif guard is not None and guard.allows(payload):
                    traffic.count_down(payload, VNET_HEADER_BYTES, len(payload) - VNET_HEADER_BYTES)
                    deliver(payload)
                else:
                    traffic.dropped += 1

    def on_writable(self) -> None:
        if self._guard is not None and self._lane is not None:
            self._read_tun(True)

    def read_tun(self, room: memoryview) -> int:
        """One packet behind its virtio header; returns the bytes of both. Raises BlockingIOError, OSError."""
        return os.readv(self._tun, (room,))

    def write_tun(self, payload: memoryview) -> None:
        try:
            os.write(self._tun, payload)
        except OSError as error:
            # EINVAL: a packet the kernel does not believe. EIO: the link is down. ENOBUFS: its queue is full.
            self._traffic.dropped += 1
            log.debug("a packet was not taken by the device: %s", error)

    def _read_tun(self, wanted: bool) -> None:
        if wanted != self._reading:
            self._reading = wanted
            if wanted:
                self._loop.add_reader(self._tun, self._tun_readable)
            else:
                self._loop.remove_reader(self._tun)

    def _tun_readable(self) -> None:
        lane = self._lane
        if lane is None:
            return
        view, traffic, outgoing = self._view, self._traffic, self.outgoing
        position = HEADROOM
        while position < BATCH_BYTES:
            begin = position + 4
            try:
                count = self.read_tun(view[begin : begin + MAX_DATA_BYTES])
            except BlockingIOError:
                break
            except OSError as error:
                # EBADFD: the helper has taken the device away, the worker's end is near.
                log.info("the device cannot be read any more: %s", error)
                self._read_tun(False)
                break
            HEADER.pack_into(self._buffer, position, count)
            if outgoing is not None:
                outgoing(view[begin : begin + count])
            traffic.count_up(view, begin + VNET_HEADER_BYTES, count - VNET_HEADER_BYTES)
            position = begin + count
        if position > HEADROOM:
            lane.send_buffer(self._buffer, HEADROOM, position)
            if not lane.writable:
                self._read_tun(False)
