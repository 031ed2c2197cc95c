"""Which subnets share addresses, without comparing each with each: both sides may have thousands.

In integers: the helper has one loop for everybody, and `ipaddress` takes ten times as long for 4,096 subnets of IPv6.
"""

from __future__ import annotations

import ipaddress
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from helper.net.kernel_route import KernelRoute
from helper.net.plan import IpNetwork
from helper.protocol.helper_messages import Overlap

MAX_OVERLAPS = 1000
"""More than a person reads, and well inside one message."""

_NONE = -1


def _key(subnet: IpNetwork) -> tuple[int, int, int]:
    return subnet.version, int(subnet.network_address), subnet.prefixlen


def _last(version: int, first: int, length: int) -> int:
    return first | (1 << ((32 if version == 4 else 128) - length)) - 1


class SubnetIndex:
    """Two subnets overlap only when one contains the other, so: what contains it, and what it contains.

    Sorted by first address, widest first, what a subnet contains follows it without a gap. What contains it is the
    one before it or on the way from that one outwards: the narrowest that contains each is known from the beginning.
    """

    def __init__(self, subnets: Iterable[IpNetwork]) -> None:
        by_key = {_key(subnet): subnet for subnet in subnets}
        self._keys = sorted(by_key)
        self._subnets = [by_key[key] for key in self._keys]
        self._ends: list[tuple[int, int]] = []
        self._around: list[int] = []
        for position, (version, first, length) in enumerate(self._keys):
            self._around.append(self._narrowest(position - 1, (version, first)))
            self._ends.append((version, _last(version, first, length)))

    def overlapping(self, subnet: IpNetwork) -> Iterator[IpNetwork]:
        """Those that share an address with `subnet`, widest first."""
        key = version, first, length = _key(subnet)
        start = bisect_left(self._keys, key)
        around = self._narrowest(start - 1, (version, first))
        wider: list[int] = []
        while around != _NONE:
            wider.append(around)
            around = self._around[around]
        for position in reversed(wider):
            yield self._subnets[position]
        end = bisect_right(self._keys, (version, _last(version, first, length), 128), start)
        yield from self._subnets[start:end]

    def _narrowest(self, position: int, address: tuple[int, int]) -> int:
        """That contains the address, from this one outwards; none before it begins later."""
        while position != _NONE and self._ends[position] < address:
            position = self._around[position]
        return position


_OF_EACH_LINK = tuple(ipaddress.ip_network(text) for text in ("169.254.0.0/16", "fe80::/10", "224.0.0.0/4", "ff00::/8"))
"""Link-local and multicast: every link has them, and they are in nobody's way."""


def find_overlaps(
    subnets: Sequence[IpNetwork], routes: Sequence[KernelRoute], owners: dict[str, int]
) -> tuple[Overlap, ...]:
    """Which of `subnets` share addresses with a route? `owners` maps our interfaces to the uid they belong to."""
    by_subnet: dict[IpNetwork, list[str]] = {}
    for route in routes:
        by_subnet.setdefault(route.subnet, []).append(route.interface)
    index = SubnetIndex(by_subnet)
    for special in _OF_EACH_LINK:
        for taken in index.overlapping(special):
            if taken.prefixlen >= special.prefixlen:
                by_subnet[taken] = []
    found: dict[Overlap, None] = {}
    for subnet in subnets:
        for taken in index.overlapping(subnet):
            for interface in by_subnet[taken]:
                found[Overlap(str(subnet), str(taken), interface, owners.get(interface))] = None
                if len(found) == MAX_OVERLAPS:
                    return tuple(found)
    return tuple(found)
