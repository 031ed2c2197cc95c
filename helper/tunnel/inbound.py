"""What comes from sidecars enters this machine by its loopback: programs that listen on 127.0.0.1 only are reached.

Packets for the virtual address are given 127.0.0.1 as their destination, and what leaves from there gets the virtual
address back: a one-to-one translation without state (RFC 3022, "basic NAT"), possible because the device takes
loopback addresses while it is asked to (`loopback_delivery`, the kernel's route_localnet). No firewall rule is needed,
and nothing of it outlives the device. Checksums are updated, not computed anew (RFC 1624).
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Callable, Iterable

from helper.protocol.intercepts import Intercept
from helper.wire.frames import VNET_HEADER_BYTES
from helper.wire.virtio import FLAG_NEEDS_CSUM

_LOOPBACK = ipaddress.IPv4Address("127.0.0.1").packed
IP = VNET_HEADER_BYTES
_FRAGMENT, PROTOCOL, _HEADER_SUM, _SOURCE, _DESTINATION = IP + 6, IP + 9, IP + 10, IP + 12, IP + 16
_ICMP, TCP, UDP = 1, 6, 17
_ICMP_ERRORS = frozenset((3, 11, 12))
_SUM_AT = {TCP: 16, UDP: 6}
_WORD = struct.Struct(">H")
_LAST_GATEWAY_INDEX = 15
"""The first addresses of the virtual subnet are the manager's own, not a sidecar's."""


class Inbound:
    """One laptop's. Nothing from sidecars is let in until `set_intercepts` says what for."""

    def __init__(self, write_tun: Callable[[memoryview], None], subnet4: str) -> None:
        self._write_tun = write_tun
        network = ipaddress.IPv4Network(subnet4)
        self._prefix = network.network_address.packed[:2]
        self._address = b""
        self._in_delta = self._out_delta = 0
        self._all_ports = False
        self._tcp: frozenset[int] = frozenset()
        self._udp: frozenset[int] = frozenset()
        self.refused = 0

    @property
    def active(self) -> bool:
        return self._all_ports or bool(self._tcp)

    def set_address(self, address4: str | None) -> None:
        self._address = b"" if address4 is None else ipaddress.IPv4Address(address4).packed
        if self._address:
            self._in_delta = _delta(self._address, _LOOPBACK)
            self._out_delta = _delta(_LOOPBACK, self._address)

    def set_intercepts(self, intercepts: Iterable[Intercept]) -> None:
        """Which ports of this machine the cluster may reach: those that are taken, and no others."""
        taken = list(intercepts)
        self._all_ports = any(one.match is None and one.other_ports for one in taken)
        self._tcp = frozenset(port.local for one in taken for port in one.ports)
        self._udp = frozenset(port.local for one in taken if one.match is None for port in one.ports)

    def deliver(self, payload: memoryview) -> None:
        """A DATA payload whose destination is ours; changed in place. For `Pump.deliver`."""
        if payload[IP] >> 4 == 4 and payload[_SOURCE] == _LOOPBACK[0]:
            # The device takes loopback addresses while it is asked to: nobody out there may pass for this machine.
            self.refused += 1
        elif (
            payload[IP] >> 4 != 4 or bytes(payload[_SOURCE : _SOURCE + 2]) != self._prefix or self._is_manager(payload)
        ):
            self._write_tun(payload)
        elif self._may_enter(payload):
            self.enter(payload)
        else:
            self.refused += 1

    def enter(self, payload: memoryview) -> None:
        """What a sidecar has sent, and may."""
        _rewrite(payload, _DESTINATION, _LOOPBACK, self._in_delta)
        self._write_tun(payload)

    def leave(self, payload: memoryview) -> None:
        """A DATA payload read from the device; what comes from the loopback is changed in place."""
        if payload[_SOURCE] != 127 or payload[IP] >> 4 != 4 or not self._address:
            return
        if payload[PROTOCOL] == _ICMP:
            self._restore_quote(payload)
        _rewrite(payload, _SOURCE, self._address, self._out_delta)

    def _is_manager(self, payload: memoryview) -> bool:
        return payload[_SOURCE + 2] == 0 and payload[_SOURCE + 3] <= _LAST_GATEWAY_INDEX

    def _may_enter(self, payload: memoryview) -> bool:
        protocol = payload[PROTOCOL]
        if protocol not in _SUM_AT or not self.active:
            return False
        if self._all_ports or is_later_fragment(payload):
            return True
        at = IP + (payload[IP] & 15) * 4 + 2
        if at + 2 > len(payload):
            return False
        (port,) = _WORD.unpack_from(payload, at)
        return int(port) in (self._tcp if protocol == TCP else self._udp)

    def _restore_quote(self, payload: memoryview) -> None:
        """An ICMP error quotes the packet that it is about (RFC 792): with the address that its sender knows.

        The quote's own header checksum changes by the same as its address, so that the sum of both is what it was.
        """
        at = IP + (payload[IP] & 15) * 4
        quote = at + 8
        if len(payload) < quote + 20 or payload[at] not in _ICMP_ERRORS:
            return
        if bytes(payload[quote + 16 : quote + 20]) == _LOOPBACK:
            payload[quote + 16 : quote + 20] = self._address
            _update(payload, quote + 10, self._out_delta)


def is_later_fragment(payload: memoryview) -> bool:
    (fragment,) = _WORD.unpack_from(payload, _FRAGMENT)
    return bool(fragment & 0x1FFF)


def transport_at(payload: memoryview) -> int | None:
    """Where the ports of an IPv4 packet of TCP or UDP begin; None for others, later fragments, and what is cut off."""
    if len(payload) < IP + 20 or payload[PROTOCOL] not in _SUM_AT or is_later_fragment(payload):
        return None
    at = IP + (payload[IP] & 15) * 4
    return at if at + _SUM_AT[payload[PROTOCOL]] + 2 <= len(payload) else None


def rewrite_port(payload: memoryview, at: int, port: int) -> None:
    """Of a packet that `transport_at` has found; `at` is one of its two ports."""
    (before,) = _WORD.unpack_from(payload, at)
    _WORD.pack_into(payload, at, port)
    if not payload[0] & FLAG_NEEDS_CSUM:  # else it is summed up when the checksum is made
        field = IP + (payload[IP] & 15) * 4 + _SUM_AT[payload[PROTOCOL]]
        _update_transport(payload, field, port + 0xFFFF - before)


def _delta(old: bytes, new: bytes) -> int:
    """What the one's complement sum of a packet grows by when `new` stands where `old` stood."""
    gained: tuple[int, ...] = struct.unpack(">HH", new)
    lost: tuple[int, ...] = struct.unpack(">HH", old)
    return sum(gained) + sum(0xFFFF - word for word in lost)


def _rewrite(payload: memoryview, at: int, address: bytes, delta: int) -> None:
    payload[at : at + 4] = address
    _update(payload, _HEADER_SUM, delta)
    offset = _SUM_AT.get(payload[PROTOCOL])
    if offset is None or is_later_fragment(payload):
        return
    field = IP + (payload[IP] & 15) * 4 + offset
    if field + 2 > len(payload):
        return
    if payload[0] & FLAG_NEEDS_CSUM:
        # The field holds the pseudo header's sum, not its complement.
        _WORD.pack_into(payload, field, _folded(_WORD.unpack_from(payload, field)[0] + delta))
    else:
        _update_transport(payload, field, delta)


def _update_transport(payload: memoryview, field: int, delta: int) -> None:
    """A sum of 0 says that there is none, in UDP (RFC 768)."""
    if payload[PROTOCOL] != UDP:
        _update(payload, field, delta)
    elif _WORD.unpack_from(payload, field)[0]:
        _update(payload, field, delta)
        if not _WORD.unpack_from(payload, field)[0]:
            _WORD.pack_into(payload, field, 0xFFFF)


def _update(payload: memoryview, at: int, delta: int) -> None:
    """RFC 1624, equation 3."""
    _WORD.pack_into(payload, at, 0xFFFF - _folded(0xFFFF - _WORD.unpack_from(payload, at)[0] + delta))


def _folded(total: int) -> int:
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total
