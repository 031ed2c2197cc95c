"""Which subnets share addresses, without comparing each with each: both sides may have thousands."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from helper.net.kernel_route import KernelRoute
from helper.net.plan import IpNetwork
from helper.protocol.helper_messages import Overlap

MAX_OVERLAPS = 1000
"""More than a person reads, and well inside one message."""


class SubnetIndex:
    """Two subnets overlap only when one contains the other, so: look up what contains it, and what it contains."""

    def __init__(self, subnets: Iterable[IpNetwork]) -> None:
        self._keys = {(net.version, int(net.network_address), net.prefixlen): net for net in subnets}
        self._sorted = sorted(self._keys)

    def overlapping(self, subnet: IpNetwork) -> Iterator[IpNetwork]:
        """Those that share an address with `subnet`, widest first."""
        version, first = subnet.version, int(subnet.network_address)
        bits = subnet.max_prefixlen
        for length in range(subnet.prefixlen):
            shift = bits - length
            found = self._keys.get((version, first >> shift << shift, length))
            if found is not None:
                yield found
        start = bisect_left(self._sorted, (version, first, subnet.prefixlen))
        end = bisect_right(self._sorted, (version, int(subnet.broadcast_address), bits))
        for key in self._sorted[start:end]:
            yield self._keys[key]


def find_overlaps(
    subnets: Sequence[IpNetwork], routes: Sequence[KernelRoute], owners: dict[str, int]
) -> tuple[Overlap, ...]:
    """Which of `subnets` share addresses with a route? `owners` maps our interfaces to the uid they belong to."""
    by_subnet: dict[IpNetwork, list[str]] = {}
    for route in routes:
        if not (route.subnet.is_link_local or route.subnet.is_multicast):
            by_subnet.setdefault(route.subnet, []).append(route.interface)
    index = SubnetIndex(by_subnet)
    found: dict[Overlap, None] = {}
    for subnet in subnets:
        for taken in index.overlapping(subnet):
            for interface in by_subnet[taken]:
                found[Overlap(str(subnet), str(taken), interface, owners.get(interface))] = None
                if len(found) == MAX_OVERLAPS:
                    return tuple(found)
    return tuple(found)
