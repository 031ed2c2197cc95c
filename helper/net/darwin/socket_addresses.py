"""BSD socket addresses as bytes: sys/socket.h, netinet/in.h, netinet6/in6.h, net/if_dl.h of XNU.

Each begins with its own length and its family. In messages of the routing socket they are padded to 4 bytes, and masks
are cut after their last byte that is not zero (bsd/net/rtsock.c, ROUNDUP32).
"""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass

from helper.net.plan import IpAddress, IpNetwork

AF_UNSPEC = 0
AF_INET = 2
AF_ROUTE = 17
AF_LINK = 18
AF_INET6 = 30
AF_SYSTEM = 32
"""sys/socket.h. AF_INET6 and AF_ROUTE are other numbers than Linux's."""

_IN = struct.Struct("=BBH4s8x")  # sin_len, sin_family, sin_port, sin_addr, sin_zero
_IN6 = struct.Struct("=BBHI16sI")  # sin6_len, sin6_family, sin6_port, sin6_flowinfo, sin6_addr, sin6_scope_id
_LINK = struct.Struct("=BBHBBBB12x")  # sdl_len, sdl_family, sdl_index, sdl_type, sdl_nlen, sdl_alen, sdl_slen, sdl_data
_IN_ADDRESS_AT, _IN6_ADDRESS_AT = 4, 8
_ALIGNMENT = 4


@dataclass(frozen=True)
class SocketAddress:
    """One of a message: `content` begins with sa_len and sa_family, or is empty (a mask of no bits)."""

    content: bytes

    @property
    def family(self) -> int:
        return self.content[1] if len(self.content) > 1 else AF_UNSPEC

    def address(self) -> IpAddress | None:
        """None where it is no IP address. The scope that the kernel keeps inside link-local ones is taken out."""
        if self.family == AF_INET:
            return ipaddress.IPv4Address(self._part(_IN_ADDRESS_AT, 4))
        if self.family == AF_INET6:
            packed = bytearray(self._part(_IN6_ADDRESS_AT, 16))
            if packed[0] == 0xFE and packed[1] & 0xC0 == 0x80:
                packed[2:4] = b"\0\0"
            return ipaddress.IPv6Address(bytes(packed))
        return None

    def prefix_length(self, version: int) -> int:
        """As a mask for addresses of `version`; its own family may be missing."""
        at, size = (_IN_ADDRESS_AT, 4) if version == 4 else (_IN6_ADDRESS_AT, 16)
        return int.from_bytes(self._part(at, size), "big").bit_count()

    def _part(self, at: int, size: int) -> bytes:
        return self.content[at : at + size].ljust(size, b"\0")


def family_of(address: IpAddress | IpNetwork) -> int:
    return AF_INET if address.version == 4 else AF_INET6


def pack_address(address: IpAddress) -> bytes:
    if address.version == 4:
        return _IN.pack(_IN.size, AF_INET, 0, address.packed)
    return _IN6.pack(_IN6.size, AF_INET6, 0, 0, address.packed, 0)


def pack_mask(version: int, prefix_length: int) -> bytes:
    network = ipaddress.ip_network((0, prefix_length)) if version == 4 else _any6(prefix_length)
    return pack_address(network.netmask)


def pack_link(index: int) -> bytes:
    """Names an interface by its number, as a gateway."""
    return _LINK.pack(_LINK.size, AF_LINK, index, 0, 0, 0, 0)


def padded(address: bytes) -> bytes:
    return address + bytes(-len(address) % _ALIGNMENT)


def unpack_addresses(data: bytes, mask: int) -> dict[int, SocketAddress]:
    """`mask`: which there are (RTA_* of net/route.h), lowest bit first. Cut-off data ends the list."""
    found: dict[int, SocketAddress] = {}
    position = 0
    for bit in (1 << number for number in range(mask.bit_length())):
        if not mask & bit:
            continue
        if position >= len(data):
            break
        length = data[position]
        found[bit] = SocketAddress(data[position : position + length])
        position += -(-length // _ALIGNMENT) * _ALIGNMENT or _ALIGNMENT
    return found


def _any6(prefix_length: int) -> ipaddress.IPv6Network:
    return ipaddress.IPv6Network((0, prefix_length))
