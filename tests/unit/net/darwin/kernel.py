"""Stands in for XNU: takes the bytes of the requests apart with ctypes, after the headers, and answers with bytes.

Written from the headers a second time and in another way than the code, so that a wrong offset does not meet itself.
What it promises about behaviour is read in XNU's sources (in_control, rtsock.c): see each method.
"""

from __future__ import annotations

import ctypes
import errno
import ipaddress
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

from helper.net.darwin.interface_requests import InterfaceRequest
from helper.net.plan import IpAddress, IpNetwork

U8, U16, U32, I32, I64 = ctypes.c_uint8, ctypes.c_uint16, ctypes.c_uint32, ctypes.c_int32, ctypes.c_int64
AF_INET, AF_LINK, AF_INET6 = 2, 18, 30
LOOPBACK_INDEX, WIFI_INDEX, FIRST_UTUN_INDEX = 1, 4, 15


class SockaddrIn(ctypes.Structure):
    _fields_ = (("len", U8), ("family", U8), ("port", U16), ("addr", U8 * 4), ("zero", U8 * 8))


class SockaddrIn6(ctypes.Structure):
    _fields_ = (("len", U8), ("family", U8), ("port", U16), ("flow", U32), ("addr", U8 * 16), ("scope", U32))


class SockaddrDl(ctypes.Structure):
    _fields_ = (
        ("len", U8),
        ("family", U8),
        ("index", U16),
        ("type", U8),
        ("nlen", U8),
        ("alen", U8),
        ("slen", U8),
        ("data", U8 * 12),
    )


class Ifreq(ctypes.Structure):
    """`addr` is the head of the union; flags and MTU lie in the same place."""

    _fields_ = (("name", ctypes.c_char * 16), ("addr", SockaddrIn))


class InAliasreq(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char * 16), ("addr", SockaddrIn), ("dst", SockaddrIn), ("mask", SockaddrIn))


class In6Lifetime(ctypes.Structure):
    _fields_ = (("expire", I64), ("preferred", I64), ("vltime", U32), ("pltime", U32))


class In6Aliasreq(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char * 16),
        ("addr", SockaddrIn6),
        ("dst", SockaddrIn6),
        ("mask", SockaddrIn6),
        ("flags", I32),
        ("lifetime", In6Lifetime),
    )


class In6Ifreq(ctypes.Structure):
    class Union(ctypes.Union):
        _fields_ = (("addr", SockaddrIn6), ("icmp6stat", ctypes.c_uint64 * 34))

    _fields_ = (("name", ctypes.c_char * 16), ("value", Union))


class RtMsghdr(ctypes.Structure):
    _fields_ = (
        ("msglen", U16),
        ("version", U8),
        ("type", U8),
        ("index", U16),
        ("flags", I32),
        ("addrs", I32),
        ("pid", I32),
        ("seq", I32),
        ("errno", I32),
        ("use", I32),
        ("inits", U32),
        ("rmx", U32 * 14),
    )


class IfaMsghdr(ctypes.Structure):
    _fields_ = (
        ("msglen", U16),
        ("version", U8),
        ("type", U8),
        ("addrs", I32),
        ("flags", I32),
        ("index", U16),
        ("metric", I32),
    )


@dataclass
class Interface:
    index: int
    flags: int = 0x8050  # POINTOPOINT, RUNNING, MULTICAST, as a utun is born
    mtu: int = 1500
    addresses: dict[IpAddress, int] = field(default_factory=dict)


@dataclass
class Route:
    subnet: IpNetwork
    index: int
    flags: int


class KernelStandIn:
    """`interfaces` and `routes` are what the kernel has; `commands` what was run; `fail` fails requests by number."""

    def __init__(self) -> None:
        self.interfaces = {"lo0": Interface(LOOPBACK_INDEX), "en0": Interface(WIFI_INDEX)}
        self.routes = [
            Route(ipaddress.ip_network("0.0.0.0/0"), WIFI_INDEX, 0x803),
            Route(ipaddress.ip_network("127.0.0.0/8"), LOOPBACK_INDEX, 0x801),
            Route(ipaddress.ip_network("192.168.1.0/24"), WIFI_INDEX, 0x101),
            Route(ipaddress.ip_network("192.168.1.7/32"), WIFI_INDEX, 0x20405),  # a neighbour
            Route(ipaddress.ip_network("fe80::/64"), WIFI_INDEX, 0x101),
        ]
        self.commands: list[tuple[str, ...]] = []
        self.requests: list[InterfaceRequest] = []
        self.fail: dict[int, int] = {}
        self.fail_commands = False
        self._peers: dict[str, socket.socket] = {}

    # SystemCalls

    def open_utun(self) -> tuple[int, str]:
        name = next(f"utun{number}" for number in range(4, 1000) if f"utun{number}" not in self.interfaces)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        ours.setblocking(False)
        self._peers[name] = theirs
        self.interfaces[name] = Interface(FIRST_UTUN_INDEX + len(self._peers))
        return ours.detach(), name

    def interface_request(self, request: InterfaceRequest) -> bytes:
        self.requests.append(request)
        if request.number in self.fail:
            code = self.fail[request.number]
            raise OSError(code, os.strerror(code))
        name = request.argument[:16].rstrip(b"\0").decode()
        interface = self.interfaces.get(name)
        if interface is None:
            raise OSError(errno.ENXIO, "no such interface")
        handler = {
            0xC0206911: self._get_flags,
            0x80206910: self._set_flags,
            0x80206934: self._set_mtu,
            0x8040691A: self._add4,
            0x8080691A: self._add6,
            0x80206919: self._remove4,
            0x81206919: self._remove6,
        }[request.number]
        assert request.family == (AF_INET6 if handler in (self._add6, self._remove6) else AF_INET)
        assert len(request.argument) == request.number >> 16 & 0x1FFF, "the size is part of the number"
        return handler(interface, request.argument)

    def route_request(self, message: bytes) -> None:
        """rtsock.c, route_output: RTM_ADD finds the interface by the gateway's sdl_index; EEXIST, ESRCH."""
        header = RtMsghdr.from_buffer_copy(message)
        assert (header.msglen, header.version) == (len(message), 5)
        assert header.addrs in (0x3, 0x7)
        body = message[ctypes.sizeof(RtMsghdr) :]
        destination, body = _take(body)
        gateway, body = _take(body)
        link = SockaddrDl.from_buffer_copy(gateway)
        assert (link.len, link.family) == (20, AF_LINK)
        is_host = bool(header.flags & 0x4)
        assert is_host is (header.addrs == 0x3)
        address = _address(destination)
        length = address.max_prefixlen if is_host else int(_address(_take(body)[0])).bit_count()
        subnet = ipaddress.ip_network((address.packed, length))
        same = [route for route in self.routes if route.subnet == subnet]
        if header.type == 1:
            if same:
                raise FileExistsError(errno.EEXIST, "File exists")
            self.routes.append(Route(subnet, link.index, header.flags | 0x40))
        elif header.type == 2:
            if not same:
                raise ProcessLookupError(errno.ESRCH, "No such process")
            self.routes.remove(same[0])
        else:
            raise AssertionError(f"message of type {header.type}")

    def sysctl(self, name: Sequence[int]) -> bytes:
        if tuple(name[:5]) == (4, 17, 0, 0, 1):
            return b"".join(_route_message(route) for route in self.routes)
        assert tuple(name[:5]) == (4, 17, 0, 0, 3)
        return b"".join(
            _address_message(interface.index, address)
            for interface in self.interfaces.values()
            for address in interface.addresses
            if name[5] in (0, interface.index)
        )

    def interface_index(self, name: str) -> int:
        try:
            return self.interfaces[name].index
        except KeyError:
            raise OSError(errno.ENXIO, "no such interface") from None

    def interface_names(self) -> dict[int, str]:
        return {interface.index: name for name, interface in self.interfaces.items()}

    def run(self, command: Sequence[str]) -> None:
        self.commands.append(tuple(command))
        if self.fail_commands:
            raise OSError("returned 1")

    def close(self) -> None:
        for peer in self._peers.values():
            peer.close()

    # What tests do with it

    def vanish(self, name: str) -> None:
        """As when the last descriptor is closed."""
        gone = self.interfaces.pop(name)
        self.routes = [route for route in self.routes if route.index != gone.index]

    # Requests

    def _get_flags(self, interface: Interface, argument: bytes) -> bytes:
        return argument[:16] + interface.flags.to_bytes(2, "little") + argument[18:]

    def _set_flags(self, interface: Interface, argument: bytes) -> bytes:
        interface.flags = int.from_bytes(argument[16:18], "little")
        return argument

    def _set_mtu(self, interface: Interface, argument: bytes) -> bytes:
        interface.mtu = int.from_bytes(argument[16:20], "little")
        return argument

    def _add4(self, interface: Interface, argument: bytes) -> bytes:
        """in_control: a far end is asked for (EDESTADDRREQ); in_ifinit adds a host route to it by this interface."""
        request = InAliasreq.from_buffer_copy(argument)
        assert bytes(request.mask.addr) == b"\xff" * 4
        assert (request.addr.len, request.addr.family) == (16, AF_INET)
        if not any(request.dst.addr):
            raise OSError(errno.EDESTADDRREQ, "Destination address required")
        address = ipaddress.IPv4Address(bytes(request.addr.addr))
        interface.addresses[address] = 0
        self.routes.append(Route(ipaddress.ip_network(bytes(request.dst.addr)), interface.index, 0x5))
        return argument

    def _add6(self, interface: Interface, argument: bytes) -> bytes:
        request = In6Aliasreq.from_buffer_copy(argument)
        assert bytes(request.mask.addr) == b"\xff" * 16
        assert (request.lifetime.vltime, request.lifetime.pltime) == (0xFFFFFFFF, 0xFFFFFFFF)
        address = ipaddress.IPv6Address(bytes(request.addr.addr))
        interface.addresses.setdefault(ipaddress.IPv6Address("fe80::1"), 0)  # the kernel's own
        interface.addresses[address] = request.flags
        self.routes.append(Route(ipaddress.ip_network(address.packed), interface.index, 0x200005))
        return argument

    def _remove4(self, interface: Interface, argument: bytes) -> bytes:
        request = Ifreq.from_buffer_copy(argument)
        return self._removed(interface, ipaddress.IPv4Address(bytes(request.addr.addr)), argument)

    def _remove6(self, interface: Interface, argument: bytes) -> bytes:
        request = In6Ifreq.from_buffer_copy(argument)
        return self._removed(interface, ipaddress.IPv6Address(bytes(request.value.addr.addr)), argument)

    def _removed(self, interface: Interface, address: IpAddress, argument: bytes) -> bytes:
        """Takes the routes of the address's family with it, as routes hang on the address they were made with."""
        if address not in interface.addresses:
            raise OSError(errno.EADDRNOTAVAIL, "Can't assign requested address")
        del interface.addresses[address]
        rest = any(other.version == address.version for other in interface.addresses)
        self.routes = [
            route
            for route in self.routes
            if route.index != interface.index
            or route.subnet.version != address.version
            or (rest and route.subnet != ipaddress.ip_network(address.packed))
        ]
        return argument


def _take(data: bytes) -> tuple[bytes, bytes]:
    size = data[0]
    return data[:size], data[-(-size // 4) * 4 or 4 :]


def _address(content: bytes) -> IpAddress:
    if content[1] == AF_INET:
        assert content[0] == 16
        return ipaddress.IPv4Address(bytes(SockaddrIn.from_buffer_copy(content).addr))
    assert (content[0], content[1]) == (28, AF_INET6)
    return ipaddress.IPv6Address(bytes(SockaddrIn6.from_buffer_copy(content).addr))


def _packed(address: IpAddress) -> bytes:
    if address.version == 4:
        return bytes(SockaddrIn(16, AF_INET, 0, (U8 * 4)(*address.packed)))
    packed = bytearray(address.packed)
    if address.is_link_local:
        packed[2:4] = b"\0\x04"  # the kernel keeps the interface's number there
    return bytes(SockaddrIn6(28, AF_INET6, 0, 0, (U8 * 16)(*packed), 0))


def _cut(mask: bytes) -> bytes:
    """A mask in a dump ends with its last byte that is not zero, and its family is missing; padded to 4."""
    size = len(mask.rstrip(b"\0")) if any(mask[4:]) else 0
    if not size:
        return bytes(4)
    content = bytes([size, 0]) + mask[2:size]
    return content + bytes(-size % 4)


def _route_message(route: Route) -> bytes:
    link = SockaddrDl(20, AF_LINK, route.index)
    body = _packed(route.subnet.network_address) + bytes(link)
    addrs = 0x3
    if not route.flags & 0x4:
        addrs |= 0x4
        body += _cut(_packed(route.subnet.netmask))
    header = RtMsghdr(92 + len(body), 5, 4, route.index, route.flags, addrs)
    assert ctypes.sizeof(header) == 92
    return bytes(header) + body


def _address_message(index: int, address: IpAddress) -> bytes:
    """With the mask before and a link address between, as the kernel has them: RTA_NETMASK, RTA_IFP, RTA_IFA."""
    body = _cut(_packed(ipaddress.ip_network(address.packed).netmask)) + bytes(SockaddrDl(20, AF_LINK, index))
    body += _packed(address)
    header = IfaMsghdr(20 + len(body), 5, 0xC, 0x34, 0, index, 0)
    assert ctypes.sizeof(header) == 20
    return bytes(header) + body
