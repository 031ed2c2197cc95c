"""Requests about one interface as (ioctl number, argument): net/if.h, netinet/in_var.h, netinet6/in6_var.h,
sys/sockio.h of XNU, in their 64-bit form. Pure."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from helper.net.darwin.socket_addresses import AF_INET, AF_INET6, pack_address, pack_mask
from helper.net.plan import IpAddress

IFF_UP = 0x1
NAME_BYTES = 16
"""IFNAMSIZ of net/if.h."""

_IOC_OUT, _IOC_IN = 0x40000000, 0x80000000  # sys/ioccom.h
_IN6_IFF_NODAD = 0x0020
_ND6_INFINITE_LIFETIME = 0xFFFFFFFF
_IN_BYTES, _IN6_BYTES = 16, 28

_IFREQ_VALUE = struct.Struct("=16si12x")
_IFREQ_FLAGS = struct.Struct("=16sH14x")
_IFREQ_ADDRESS = struct.Struct("=16s16s")
_IN6_IFREQ = struct.Struct("=16s28s244x")
"""struct in6_ifreq: its union is as long as icmp6_ifstat, 34 counters of 8 bytes."""

_IN_ALIASREQ = struct.Struct("=16s16s16s16s")
"""struct in_aliasreq: name, address, destination, mask."""

_IN6_ALIASREQ = struct.Struct("=16s28s28s28siqqII")
"""struct in6_aliasreq: name, address, destination, mask, flags; lifetime: expire, preferred, valid, preferred."""


def _request(direction: int, number: int, argument: struct.Struct) -> int:
    """_IOW and _IOWR of group 'i'."""
    return direction | argument.size << 16 | ord("i") << 8 | number


SIOCSIFFLAGS = _request(_IOC_IN, 16, _IFREQ_FLAGS)
SIOCGIFFLAGS = _request(_IOC_IN | _IOC_OUT, 17, _IFREQ_FLAGS)
SIOCSIFMTU = _request(_IOC_IN, 52, _IFREQ_VALUE)
SIOCDIFADDR = _request(_IOC_IN, 25, _IFREQ_ADDRESS)
SIOCAIFADDR = _request(_IOC_IN, 26, _IN_ALIASREQ)
SIOCDIFADDR_IN6 = _request(_IOC_IN, 25, _IN6_IFREQ)
SIOCAIFADDR_IN6 = _request(_IOC_IN, 26, _IN6_ALIASREQ)


@dataclass(frozen=True)
class InterfaceRequest:
    """`family`: of the datagram socket that it goes through."""

    family: int
    number: int
    argument: bytes


def set_mtu(name: str, mtu: int) -> InterfaceRequest:
    return InterfaceRequest(AF_INET, SIOCSIFMTU, _IFREQ_VALUE.pack(_name(name), mtu))


def get_flags(name: str) -> InterfaceRequest:
    return InterfaceRequest(AF_INET, SIOCGIFFLAGS, _IFREQ_FLAGS.pack(_name(name), 0))


def flags_of(answer: bytes) -> int:
    return int(_IFREQ_FLAGS.unpack_from(answer)[1])


def set_flags(name: str, flags: int) -> InterfaceRequest:
    return InterfaceRequest(AF_INET, SIOCSIFFLAGS, _IFREQ_FLAGS.pack(_name(name), flags))


def add_address(name: str, address: IpAddress) -> InterfaceRequest:
    """The address alone, without a subnet. IPv4 asks for a far end (in_control: EDESTADDRREQ): the address itself."""
    packed, mask = pack_address(address), pack_mask(address.version, address.max_prefixlen)
    if address.version == 4:
        argument = _IN_ALIASREQ.pack(_name(name), packed, packed, mask)
        return InterfaceRequest(AF_INET, SIOCAIFADDR, argument)
    argument = _IN6_ALIASREQ.pack(
        _name(name),
        packed,
        bytes(_IN6_BYTES),
        mask,
        _IN6_IFF_NODAD,
        0,
        0,
        _ND6_INFINITE_LIFETIME,
        _ND6_INFINITE_LIFETIME,
    )
    return InterfaceRequest(AF_INET6, SIOCAIFADDR_IN6, argument)


def remove_address(name: str, address: IpAddress) -> InterfaceRequest:
    packed = pack_address(address)
    if address.version == 4:
        return InterfaceRequest(AF_INET, SIOCDIFADDR, _IFREQ_ADDRESS.pack(_name(name), packed))
    return InterfaceRequest(AF_INET6, SIOCDIFADDR_IN6, _IN6_IFREQ.pack(_name(name), packed))


def _name(name: str) -> bytes:
    encoded = name.encode()
    if len(encoded) >= NAME_BYTES:
        raise ValueError(f"{name!r} is no name of an interface")
    return encoded
