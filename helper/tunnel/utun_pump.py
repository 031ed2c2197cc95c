"""The packet pump on a utun device of macOS: whole packets, each behind a 4-byte address family (net/if_utun.h).

The lane's format stays (helper.wire.frames): a packet that is read gets an empty virtio header, in whose last 4 bytes
the family word has come, so that nothing is copied; one that is written has its family in the same place. A utun can
neither cut trains nor complete checksums, so that both is done here for what a Linux peer sends (helper.wire.virtio).

Packets for the link's own addresses are given back to it: XNU routes an address of a point-to-point interface to that
interface, not to the loopback. This is how programs on the Mac reach the DNS stub.
"""

from __future__ import annotations

import errno
import logging
import os

from helper.tunnel.pump import AddressGuard, Pump
from helper.wire.frames import VNET_HEADER_BYTES
from helper.wire.virtio import VirtioError, finish

AF_INET, AF_INET6 = 2, 30  # XNU's sys/socket.h
_FAMILY_BYTES = 4
_FAMILY_AT = VNET_HEADER_BYTES - _FAMILY_BYTES
_FAMILY_OF_VERSION = {4: AF_INET.to_bytes(_FAMILY_BYTES, "big"), 6: AF_INET6.to_bytes(_FAMILY_BYTES, "big")}
_PLAIN = bytes(VNET_HEADER_BYTES)
_MAX_OWN = 64
"""Packets for ourselves that are given back in one go, before others have their turn."""

log = logging.getLogger(__name__)


class UtunPump(Pump):
    """Like `Pump`; `tun` is the control socket of a utun interface."""

    _own4 = b""
    _own6 = b""

    def open(self, guard: AddressGuard) -> None:
        self._own4, self._own6 = guard.address4 or b"", guard.address6 or b""
        super().open(guard)

    def read_tun(self, room: memoryview) -> int:
        for _ in range(_MAX_OWN):
            count = _FAMILY_AT + os.readv(self._tun, (room[_FAMILY_AT:],))
            if not self._is_for_us(room[:count]):
                room[:VNET_HEADER_BYTES] = _PLAIN
                return count
            self._write(room[_FAMILY_AT:count])
        raise BlockingIOError(errno.EAGAIN, "the device has its turn again later")

    def write_tun(self, payload: memoryview) -> None:
        if payload[:VNET_HEADER_BYTES] == _PLAIN:
            self._write_packet(payload)
            return
        try:
            for packet in finish(payload):
                self._write_packet(memoryview(_PLAIN + packet))
        except VirtioError as error:
            self._traffic.dropped += 1
            log.debug("a packet cannot be finished: %s", error)

    def _is_for_us(self, packet: memoryview) -> bool:
        """`packet`: with room for the virtio header in front."""
        version = packet[VNET_HEADER_BYTES] >> 4 if len(packet) > VNET_HEADER_BYTES else 0
        at, own = (VNET_HEADER_BYTES + 16, self._own4) if version == 4 else (VNET_HEADER_BYTES + 24, self._own6)
        return bool(own) and packet[at : at + len(own)] == own

    def _write_packet(self, payload: memoryview) -> None:
        family = _FAMILY_OF_VERSION.get(payload[VNET_HEADER_BYTES] >> 4)
        if family is None:
            self._traffic.dropped += 1
            return
        if payload.readonly:
            self._write(memoryview(family + payload[VNET_HEADER_BYTES:]))
            return
        payload[_FAMILY_AT:VNET_HEADER_BYTES] = family
        self._write(payload[_FAMILY_AT:])

    def _write(self, packet: memoryview) -> None:
        try:
            os.write(self._tun, packet)
        except OSError as error:
            # ENOBUFS: the interface's queue is full. EINVAL: a packet that it does not believe.
            self._traffic.dropped += 1
            log.debug("a packet was not taken by the device: %s", error)
