"""The kernel's side of a utun link: MTU, addresses and routes as a whole desired state.

Everything set here hangs on the interface, and the interface on its control socket (net/if_utun.h): when the last
descriptor of that is closed, all of it is gone. An interface cannot be removed otherwise, so `remove_link` takes
everything off it and leaves it down, for the case that somebody kept a descriptor.
"""

from __future__ import annotations

import errno
import ipaddress
import itertools
import os
from collections.abc import Iterable

from helper.net.darwin import interface_requests as requests
from helper.net.darwin.interface_requests import IFF_UP, InterfaceRequest
from helper.net.darwin.route_messages import (
    RTM_ADD,
    RTM_DELETE,
    RouteRecord,
    parse_addresses,
    parse_routes,
    route_request,
)
from helper.net.darwin.socket_addresses import AF_ROUTE, AF_UNSPEC
from helper.net.darwin.system_calls import SystemCalls
from helper.net.kernel_route import KernelRoute, NetworkFailed
from helper.net.plan import IpAddress, IpNetwork, LinkPlan

CTL_NET = 4  # sys/sysctl.h
NET_RT_DUMP, NET_RT_IFLIST = 1, 3  # sys/socket.h
_EVERY_INTERFACE = 0


class DarwinLinks:
    """Blocking. Calls for one link must not overlap."""

    def __init__(self, calls: SystemCalls) -> None:
        self._calls = calls
        self._sequence = itertools.count(1)

    def set_link(self, name: str, plan: LinkPlan) -> None:
        """Idempotent: changes only what differs from `plan`. Raises NetworkFailed.

        Routes of the cluster may exist on the machine already, by another interface: the kernel keeps one route a
        subnet, so that is refused by name.
        """
        index = self._index(name)
        self._ask(requests.set_mtu(name, plan.mtu), f"the MTU of {name}")
        self._set_up(name, wanted=True)
        self._set_addresses(name, index, set(plan.addresses))
        self._set_routes(index, set(plan.routes))

    def remove_link(self, name: str) -> None:
        """A link that is gone is fine. Raises NetworkFailed."""
        try:
            index = self._calls.interface_index(name)
        except OSError:
            return
        try:
            self._set_routes(index, set())
            self._set_addresses(name, index, set())
            self._set_up(name, wanted=False)
        except NetworkFailed:
            if self._exists(name):
                raise

    def routes(self) -> list[KernelRoute]:
        """Without default routes, what is the loopback's own and the machine's own addresses. Raises OSError."""
        names = self._calls.interface_names()
        own = {ipaddress.ip_network(address) for _, address in self._dump_addresses(_EVERY_INTERFACE)}
        return [
            KernelRoute(route.subnet, names.get(route.index, str(route.index)))
            for route in self._dump_routes()
            if not route.subnet.is_loopback and (route.is_static or route.subnet not in own)
        ]

    def _index(self, name: str) -> int:
        try:
            return self._calls.interface_index(name)
        except OSError as error:
            raise NetworkFailed(f"the link {name} is gone") from error

    def _exists(self, name: str) -> bool:
        try:
            self._calls.interface_index(name)
        except OSError:
            return False
        return True

    def _set_up(self, name: str, *, wanted: bool) -> None:
        present = requests.flags_of(self._ask(requests.get_flags(name), f"the flags of {name}"))
        flags = present | IFF_UP if wanted else present & ~IFF_UP
        if flags != present:
            self._ask(requests.set_flags(name, flags), f"the flags of {name}")

    def _set_addresses(self, name: str, index: int, wanted: set[IpAddress]) -> None:
        present = self._addresses(index)
        for address in sorted(wanted - present, key=str):
            self._ask(requests.add_address(name, address), f"address {address}")
        for address in sorted(present - wanted, key=str):
            self._ask(requests.remove_address(name, address), f"address {address}", errno.EADDRNOTAVAIL)

    def _set_routes(self, index: int, wanted: set[IpNetwork]) -> None:
        """Asked for after the addresses: the kernel takes routes away with the address that they were made with."""
        present = {route.subnet for route in self._read_routes() if route.index == index and route.is_static}
        for subnet in _in_order(wanted - present):
            self._route(RTM_ADD, subnet, index)
        for subnet in _in_order(present - wanted):
            self._route(RTM_DELETE, subnet, index)

    def _addresses(self, index: int) -> set[IpAddress]:
        try:
            found = self._dump_addresses(index)
        except OSError as error:
            raise NetworkFailed(f"the addresses cannot be read: {error}") from error
        return {address for owner, address in found if owner == index and not address.is_link_local}

    def _read_routes(self) -> list[RouteRecord]:
        try:
            return self._dump_routes()
        except OSError as error:
            raise NetworkFailed(f"the routes cannot be read: {error}") from error

    def _dump_addresses(self, index: int) -> list[tuple[int, IpAddress]]:
        return list(parse_addresses(self._calls.sysctl((CTL_NET, AF_ROUTE, 0, AF_UNSPEC, NET_RT_IFLIST, index))))

    def _dump_routes(self) -> list[RouteRecord]:
        return list(parse_routes(self._calls.sysctl((CTL_NET, AF_ROUTE, 0, AF_UNSPEC, NET_RT_DUMP, 0))))

    def _route(self, kind: int, subnet: IpNetwork, index: int) -> None:
        try:
            self._calls.route_request(route_request(kind, subnet, index, next(self._sequence)))
        except OSError as error:
            if kind == RTM_DELETE and error.errno == errno.ESRCH:
                return
            if kind == RTM_ADD and error.errno == errno.EEXIST:
                raise NetworkFailed(f"route {subnet}: there is one already, by another interface") from error
            raise NetworkFailed(f"route {subnet}: {_words(error)}") from error

    def _ask(self, request: InterfaceRequest, what: str, *harmless: int) -> bytes:
        try:
            return self._calls.interface_request(request)
        except OSError as error:
            if error.errno in harmless:
                return request.argument
            raise NetworkFailed(f"{what}: {_words(error)}") from error


def _in_order(subnets: Iterable[IpNetwork]) -> list[IpNetwork]:
    return sorted(subnets, key=str)


def _words(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)
