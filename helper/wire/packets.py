"""Where the addresses and ports stand in an IP packet (RFC 791, RFC 8200), read without unpacking whole headers."""

from __future__ import annotations

import ipaddress
import struct
from typing import NamedTuple


class FlowKey(NamedTuple):
    """A 5-tuple as the packet has it: source first. Ports are 0 where the protocol has none."""

    protocol: int
    source: str
    source_port: int
    destination: str
    destination_port: int


_WITH_PORTS = frozenset((6, 17, 132))
_NO_PORTS = bytes(4)


def raw_key(data: memoryview, at: int) -> tuple[int, bytes] | None:
    """Returns (protocol, addresses and ports as bytes) of the packet at `at`: cheap, for counting. None: no IP.

    IPv4 with options and IPv6 with extension headers get bytes that are no ports: wrong ports in a statistic, no more.
    """
    if len(data) < at + 24:
        return None
    version = data[at] >> 4
    if version == 4:
        protocol, addresses, ports = data[at + 9], at + 12, at + 20
    elif version == 6 and len(data) >= at + 44:
        protocol, addresses, ports = data[at + 6], at + 8, at + 40
    else:
        return None
    if protocol in _WITH_PORTS:
        return protocol, data[addresses : ports + 4].tobytes()
    return protocol, data[addresses:ports].tobytes() + _NO_PORTS


def turned(raw: bytes) -> bytes:
    """What `raw_key` returns for packets of the other direction."""
    size = 4 if len(raw) == 12 else 16
    return raw[size : 2 * size] + raw[:size] + raw[2 * size + 2 :] + raw[2 * size : 2 * size + 2]


def parse_key(protocol: int, raw: bytes) -> FlowKey:
    """The readable form of what `raw_key` returned."""
    size = 4 if len(raw) == 12 else 16
    source, destination = raw[:size], raw[size : 2 * size]
    ports = struct.unpack(">HH", raw[2 * size :])
    return FlowKey(
        protocol, str(ipaddress.ip_address(source)), ports[0], str(ipaddress.ip_address(destination)), ports[1]
    )
