"""Messages of the routing socket and of its sysctl dumps as bytes: net/route.h, net/if_var.h of XNU. Pure."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from helper.net.darwin.socket_addresses import (
    SocketAddress,
    pack_address,
    pack_link,
    pack_mask,
    padded,
    unpack_addresses,
)
from helper.net.plan import IpAddress, IpNetwork

RTM_VERSION = 5
RTM_ADD, RTM_DELETE, RTM_GET, RTM_NEWADDR = 0x1, 0x2, 0x4, 0xC

RTF_UP, RTF_HOST, RTF_REJECT, RTF_LLINFO, RTF_STATIC, RTF_BLACKHOLE = 0x1, 0x4, 0x8, 0x400, 0x800, 0x1000
RTF_WASCLONED, RTF_LOCAL, RTF_BROADCAST, RTF_MULTICAST = 0x20000, 0x200000, 0x400000, 0x800000
RTF_CONDEMNED, RTF_DEAD = 0x2000000, 0x20000000

RTA_DST, RTA_GATEWAY, RTA_NETMASK, RTA_IFA = 0x1, 0x2, 0x4, 0x20

_NOT_ROUTES = (RTF_LLINFO | RTF_WASCLONED | RTF_LOCAL | RTF_BROADCAST | RTF_MULTICAST | RTF_REJECT | RTF_BLACKHOLE) | (
    RTF_CONDEMNED | RTF_DEAD
)
"""Neighbours, copies for one destination, this machine's own addresses, and what leads nowhere."""

HEADER = struct.Struct("=HBBH2xiiiiiiI56x")
"""struct rt_msghdr: msglen, version, type, index, flags, addrs, pid, seq, errno, use, inits, rmx (14 words)."""

_COMMON = struct.Struct("=HBB")
_ADDRESS_HEADER = struct.Struct("=HBBiiH2xi")
"""struct ifa_msghdr: msglen, version, type, addrs, flags, index, metric."""


@dataclass(frozen=True)
class RouteRecord:
    subnet: IpNetwork
    index: int
    flags: int

    @property
    def is_static(self) -> bool:
        """Added by a program, not by the kernel with an address. Of a link of ours: by us.

        There is no better mark: the protocol bits of net/route.h have meanings inside XNU (RTF_PROTO2 announces).
        """
        return bool(self.flags & RTF_STATIC)


def route_request(kind: int, subnet: IpNetwork, index: int, sequence: int) -> bytes:
    """`kind`: RTM_ADD or RTM_DELETE. The interface is the gateway, so that the route goes by no other."""
    flags = RTF_UP | RTF_STATIC
    addresses = RTA_DST | RTA_GATEWAY
    body = padded(pack_address(subnet.network_address)) + padded(pack_link(index))
    if subnet.prefixlen == subnet.max_prefixlen:
        flags |= RTF_HOST
    else:
        addresses |= RTA_NETMASK
        body += padded(pack_mask(subnet.version, subnet.prefixlen))
    size = HEADER.size + len(body)
    return HEADER.pack(size, RTM_VERSION, kind, index, flags, addresses, 0, sequence, 0, 0, 0) + body


def parse_routes(dump: bytes) -> Iterator[RouteRecord]:
    """Of a NET_RT_DUMP: routes to subnets, the default one left out. What is no route message is skipped."""
    for kind, message in _messages(dump):
        if kind != RTM_GET or len(message) < HEADER.size:
            continue
        _, _, _, index, flags, present, *_ = HEADER.unpack_from(message)
        if not flags & RTF_UP or flags & _NOT_ROUTES:
            continue
        subnet = _subnet(unpack_addresses(message[HEADER.size :], present), flags)
        if subnet is not None and subnet.prefixlen:
            yield RouteRecord(subnet, index, flags)


def parse_addresses(dump: bytes) -> Iterator[tuple[int, IpAddress]]:
    """Of a NET_RT_IFLIST: numbers of interfaces and their addresses."""
    for kind, message in _messages(dump):
        if kind != RTM_NEWADDR or len(message) < _ADDRESS_HEADER.size:
            continue
        _, _, _, present, _, owner, _ = _ADDRESS_HEADER.unpack_from(message)
        found = unpack_addresses(message[_ADDRESS_HEADER.size :], present).get(RTA_IFA)
        address = found.address() if found is not None else None
        if address is not None:
            yield owner, address


def _messages(dump: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, whole message); messages of another version are skipped, a length that cannot be ends the dump."""
    position = 0
    while position + _COMMON.size <= len(dump):
        size, version, kind = _COMMON.unpack_from(dump, position)
        if size < _COMMON.size:
            return
        if version == RTM_VERSION:
            yield kind, dump[position : position + size]
        position += size


def _subnet(addresses: dict[int, SocketAddress], flags: int) -> IpNetwork | None:
    found = addresses.get(RTA_DST)
    address = found.address() if found is not None else None
    if address is None:
        return None
    mask = addresses.get(RTA_NETMASK)
    length: int = address.max_prefixlen if flags & RTF_HOST or mask is None else mask.prefix_length(address.version)
    return ipaddress.ip_network((address.packed, length), strict=False)
