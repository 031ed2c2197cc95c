"""The kernel's side of a link: MTU, addresses and routes as a whole desired state, through route netlink.

Everything set here hangs on the device and vanishes with it, so nothing of it is journalled.
"""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import logging
import os
import socket
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from helper.net import netlink
from helper.net.kernel_route import KernelRoute, NetworkFailed
from helper.net.netlink import Request, RouteSocket
from helper.net.plan import IpAddress, IpNetwork, LinkPlan

ROUTE_PROTOCOL = 155
"""Marks our routes in `ip route` (rt_protos); private use, above what iproute2 has given away."""

TX_QUEUE_PACKETS = 1000
_METRIC6 = 64
"""Ahead of the 1024 that IPv6 routes get by default. An IPv4 route of ours goes in front of an equal one anyway."""

_IFF_UP = 1
_IFA_F_NODAD = 0x02
_RTN_UNICAST = 1
_RT_TABLE_MAIN = 254
_RT_TABLE_LOCAL = 255
_RT_SCOPE_LINK = 253
_ROUTE_HEADER = struct.Struct("=BBBBBBBBI")
_ADDRESS_HEADER = struct.Struct("=BBBBI")
_RTA_DST, _RTA_OIF, _RTA_TABLE = 1, 4, 15
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_IPV4_SETTINGS = Path("/proc/sys/net/ipv4/conf")
_IPV6_SETTINGS = Path("/proc/sys/net/ipv6/conf")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Route:
    subnet: IpNetwork
    index: int
    table: int
    protocol: int
    kind: int


class Links:
    def __init__(self) -> None:
        self._socket = RouteSocket()

    def close(self) -> None:
        self._socket.close()

    def set_link(self, interface: str, plan: LinkPlan) -> None:
        """Idempotent: changes only what differs from `plan`. Raises NetworkFailed."""
        index = _index(interface)
        addresses, routes = plan.addresses, plan.routes
        wants_ipv6 = any(address.version == 6 for address in addresses)
        if not _prepare_ipv6(interface, enable=wants_ipv6) and wants_ipv6:
            _log.warning("This kernel has no IPv6: %s gets none.", interface)
            addresses = tuple(address for address in addresses if address.version == 4)
            routes = tuple(route for route in routes if route.version == 4)
        self._perform(_up(index, plan.mtu))
        _set_loopback_delivery(interface, wanted=plan.loopback_delivery)
        self._set_addresses(index, set(addresses))
        self._set_routes(index, set(routes), addresses)

    def remove_link(self, interface: str) -> None:
        """Also when somebody still holds a descriptor of it. A link that is gone is fine. Raises NetworkFailed."""
        try:
            index = socket.if_nametoindex(interface)
        except OSError:
            return
        with contextlib.suppress(_Vanished):
            self._perform(Request(netlink.RTM_DELLINK, fields={"index": index}))

    def routes(self) -> list[KernelRoute]:
        """Unicast routes of every table but the local one, default routes left out. Raises OSError."""
        names = {index: name for index, name in socket.if_nameindex()}
        return [
            KernelRoute(route.subnet, names.get(route.index, str(route.index)))
            for family in (socket.AF_INET, socket.AF_INET6)
            for route in self._dump_routes(family)
            if route.kind == _RTN_UNICAST and route.table != _RT_TABLE_LOCAL and route.subnet.prefixlen
        ]

    def _set_addresses(self, index: int, wanted: set[IpAddress]) -> None:
        present = set(self._addresses(index))
        requests = [_address(netlink.RTM_NEWADDR, index, address) for address in sorted(wanted - present, key=str)]
        requests += [_address(netlink.RTM_DELADDR, index, address) for address in sorted(present - wanted, key=str)]
        self._perform(*requests)

    def _set_routes(self, index: int, wanted: set[IpNetwork], addresses: Iterable[IpAddress]) -> None:
        sources = {address.version: address for address in reversed(tuple(addresses))}
        present = set(self._own_routes(index))
        requests = [
            _route(netlink.RTM_NEWROUTE, index, subnet, sources.get(subnet.version))
            for subnet in sorted(wanted - present, key=str)
        ]
        requests += [_route(netlink.RTM_DELROUTE, index, subnet, None) for subnet in sorted(present - wanted, key=str)]
        self._perform(*requests)

    def _addresses(self, index: int) -> list[IpAddress]:
        request = Request(netlink.RTM_GETADDR, fields={"family": socket.AF_UNSPEC, "index": index})
        found = []
        for body in self._socket.dump(request):
            owner = _ADDRESS_HEADER.unpack_from(body)[4]
            values = netlink.attributes(body, _ADDRESS_HEADER.size)
            address = ipaddress.ip_address(values.get(_IFA_LOCAL) or values[_IFA_ADDRESS])
            if owner == index and not address.is_link_local:
                found.append(address)
        return found

    def _own_routes(self, index: int) -> list[IpNetwork]:
        return [
            route.subnet
            for family in (socket.AF_INET, socket.AF_INET6)
            for route in self._dump_routes(family, index)
            if route.protocol == ROUTE_PROTOCOL and route.index == index
        ]

    def _dump_routes(self, family: int, index: int | None = None) -> list[_Route]:
        attributes = (("RTA_OIF", index),) if index is not None else ()
        try:
            found = self._socket.dump(Request(netlink.RTM_GETROUTE, fields={"family": family}, attributes=attributes))
        except OSError as error:
            if error.errno in (errno.EOPNOTSUPP, errno.EAFNOSUPPORT, errno.ENODEV):
                return []
            raise
        return [route for body in found if (route := _parse_route(body)) is not None]

    def _perform(self, *requests: Request) -> None:
        try:
            results = self._socket.apply(requests)
        except OSError as error:
            raise NetworkFailed(f"netlink: {error}") from error
        for request, code in zip(requests, results, strict=True):
            if code and not _harmless(request.kind, code):
                if code == errno.ENODEV:
                    raise _Vanished("the link is gone")
                raise NetworkFailed(f"{_describe(request)}: {os.strerror(code)}")


class _Vanished(NetworkFailed):
    pass


def _index(interface: str) -> int:
    try:
        return socket.if_nametoindex(interface)
    except OSError as error:
        raise _Vanished(f"the link {interface} is gone") from error


def _prepare_ipv6(interface: str, *, enable: bool) -> bool:
    """No link-local address, no router advertisements; IPv6 on, though new links may be born with it off.

    Returns whether it can be had at all. Raises NetworkFailed when it cannot be switched on.
    """
    settings = _IPV6_SETTINGS / interface
    wanted = [("addr_gen_mode", "1"), ("accept_ra", "0"), *([("disable_ipv6", "0")] if enable else [])]
    for name, value in wanted:
        try:
            setting = settings / name
            if setting.read_text().strip() != value:
                setting.write_text(value)
        except FileNotFoundError:
            return False
        except OSError as error:
            if name == "disable_ipv6":
                raise NetworkFailed(f"IPv6 is off on {interface} and cannot be switched on: {error}") from error
    return True


def _set_loopback_delivery(interface: str, *, wanted: bool) -> None:
    """Raises NetworkFailed when the kernel does not take it. The setting ends with the link."""
    setting = _IPV4_SETTINGS / interface / "route_localnet"
    value = "1" if wanted else "0"
    try:
        if setting.read_text().strip() != value:
            setting.write_text(value)
    except OSError as error:
        if wanted:
            raise NetworkFailed(f"{interface} does not take packets for the loopback: {error}") from error


def _up(index: int, mtu: int) -> Request:
    return Request(
        netlink.RTM_NEWLINK,
        fields={"index": index, "flags": _IFF_UP, "change": _IFF_UP},
        attributes=(("IFLA_MTU", mtu), ("IFLA_TXQLEN", TX_QUEUE_PACKETS)),
    )


def _address(kind: int, index: int, address: IpAddress) -> Request:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    attributes: tuple[tuple[str, object], ...] = (("IFA_LOCAL", str(address)), ("IFA_ADDRESS", str(address)))
    if address.version == 6:
        attributes += (("IFA_FLAGS", _IFA_F_NODAD),)
    return Request(
        kind,
        flags=netlink.NLM_F_CREATE | netlink.NLM_F_REPLACE if kind == netlink.RTM_NEWADDR else 0,
        fields={"family": family, "prefixlen": address.max_prefixlen, "index": index},
        attributes=attributes,
    )


def _route(kind: int, index: int, subnet: IpNetwork, source: IpAddress | None) -> Request:
    attributes: tuple[tuple[str, object], ...] = (
        ("RTA_DST", str(subnet.network_address)),
        ("RTA_OIF", index),
        ("RTA_TABLE", _RT_TABLE_MAIN),
    )
    if source is not None:
        attributes += (("RTA_PREFSRC", str(source)),)
    adding = kind == netlink.RTM_NEWROUTE
    if adding and subnet.version == 6:
        attributes += (("RTA_PRIORITY", _METRIC6),)
    return Request(
        kind,
        flags=netlink.NLM_F_CREATE if adding else 0,
        fields={
            "family": socket.AF_INET if subnet.version == 4 else socket.AF_INET6,
            "dst_len": subnet.prefixlen,
            "table": _RT_TABLE_MAIN,
            "proto": ROUTE_PROTOCOL,
            "scope": _RT_SCOPE_LINK if subnet.version == 4 else 0,
            "type": _RTN_UNICAST,
        },
        attributes=attributes,
    )


def _parse_route(body: bytes) -> _Route | None:
    """None for a route without a device."""
    family, length, _, _, table, protocol, _, kind, _ = _ROUTE_HEADER.unpack_from(body)
    values = netlink.attributes(body, _ROUTE_HEADER.size)
    if _RTA_OIF not in values:
        return None
    if _RTA_TABLE in values:
        table = int.from_bytes(values[_RTA_TABLE], sys.byteorder)
    default = bytes(4 if family == socket.AF_INET else 16)
    return _Route(
        subnet=ipaddress.ip_network((values.get(_RTA_DST, default), length)),
        index=int.from_bytes(values[_RTA_OIF], sys.byteorder),
        table=table,
        protocol=protocol,
        kind=kind,
    )


def _harmless(kind: int, code: int) -> bool:
    """Already as wished: of two identical changes one came first, or the kernel took the routes with the address."""
    if kind == netlink.RTM_DELADDR:
        return code == errno.EADDRNOTAVAIL
    if kind == netlink.RTM_DELROUTE:
        return code == errno.ESRCH
    return kind in (netlink.RTM_NEWADDR, netlink.RTM_NEWROUTE) and code == errno.EEXIST


def _describe(request: Request) -> str:
    attributes = dict(request.attributes)
    if request.kind in (netlink.RTM_NEWROUTE, netlink.RTM_DELROUTE):
        return f"route {attributes['RTA_DST']}/{request.fields['dst_len']}"
    if request.kind in (netlink.RTM_NEWADDR, netlink.RTM_DELADDR):
        return f"address {attributes['IFA_LOCAL']}"
    return "link"
