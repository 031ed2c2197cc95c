"""Which subnets go into the tunnel: everything of the cluster's, minus what this machine needs outside of it.

Exclusion splits a range and keeps the rest: a cluster on 10.0.0.0/8 stays usable although the API server is 10.1.2.3.
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from app.domain.errors import ErrorCode, KubeferryError

Subnet = IPv4Network | IPv6Network
IPAddress = IPv4Address | IPv6Address


class OnOverlap(enum.StrEnum):
    """What to do when cluster and machine claim the same addresses."""

    REFUSE = "refuse"
    EXCLUDE = "exclude"


@dataclass(frozen=True)
class Overlap:
    """`subnet` (the cluster's) shares addresses with `taken`, which is `interface`'s."""

    subnet: Subnet
    taken: Subnet
    interface: str
    other_users: bool = False


@dataclass(frozen=True)
class Wishes:
    """What the user said about subnets."""

    include: tuple[Subnet, ...] = ()
    exclude: tuple[Subnet, ...] = ()
    on_overlap: OnOverlap = OnOverlap.REFUSE


@dataclass(frozen=True)
class Plan:
    """`routes` go into the tunnel; `excluded` would have, but stay outside."""

    routes: tuple[Subnet, ...]
    excluded: tuple[Subnet, ...]


def parse_subnet(text: str) -> Subnet:
    """Returns the subnet; host bits are cleared. Raises KubeferryError (INVALID_OPTION)."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise KubeferryError(ErrorCode.INVALID_OPTION, option=text, problem="not a subnet like 10.0.0.0/8") from error


def host(address: IPAddress | str) -> Subnet:
    """Returns the subnet of exactly this address."""
    return ipaddress.ip_network(address)


def merge(subnets: Iterable[Subnet]) -> tuple[Subnet, ...]:
    """Returns the fewest subnets that cover the same addresses: IPv4 first, ascending."""
    every = tuple(subnets)
    four = [subnet for subnet in every if isinstance(subnet, IPv4Network)]
    six = [subnet for subnet in every if isinstance(subnet, IPv6Network)]
    return (*ipaddress.collapse_addresses(four), *ipaddress.collapse_addresses(six))


def subtract(subnets: Iterable[Subnet], holes: Iterable[Subnet]) -> tuple[Subnet, ...]:
    """Returns `subnets` without any address of `holes`, merged."""
    left = list(merge(subnets))
    for hole in merge(holes):
        left = [rest for subnet in left for rest in _without(subnet, hole)]
    return merge(left)


def intersect(subnets: Iterable[Subnet], others: Iterable[Subnet]) -> tuple[Subnet, ...]:
    """Returns the addresses that are in both, merged. Two CIDR blocks that meet are nested: the smaller is shared."""
    right = merge(others)
    shared: list[Subnet] = []
    for one in merge(subnets):
        shared += [max(one, other, key=lambda subnet: subnet.prefixlen) for other in right if _meet(one, other)]
    return merge(shared)


def plan(
    discovered: Iterable[Subnet], wishes: Wishes, overlaps: Sequence[Overlap], outside: Iterable[IPAddress]
) -> Plan:
    """Decides the routes.

    `outside` are addresses that must stay reachable without the tunnel: the API server's, its proxy's, the upstream
    resolvers'. Raises KubeferryError (SUBNET_OVERLAP) when the user wants overlaps refused and has not excluded them.
    """
    wanted = merge((*discovered, *wishes.include))
    wished = subtract(wanted, wishes.exclude)
    clashing = [overlap for overlap in overlaps if intersect(wished, intersect([overlap.subnet], [overlap.taken]))]
    if clashing and wishes.on_overlap is OnOverlap.REFUSE:
        raise KubeferryError(ErrorCode.SUBNET_OVERLAP, overlaps=describe(clashing))
    holes = [*(host(address) for address in outside), *(overlap.taken for overlap in clashing)]
    routes = subtract(wished, holes)
    return Plan(routes=routes, excluded=intersect(wanted, (*wishes.exclude, *holes)))


def describe(overlaps: Iterable[Overlap]) -> str:
    """Names each overlap once, in words that fit into a sentence."""
    told = [
        f"{overlap.subnet} with {overlap.taken} ({overlap.interface}"
        + (", another user's connection)" if overlap.other_users else ")")
        for overlap in overlaps
    ]
    return ", ".join(dict.fromkeys(told))


def _meet(one: Subnet, other: Subnet) -> bool:
    return one.version == other.version and one.overlaps(other)


def _without(subnet: Subnet, hole: Subnet) -> list[Subnet]:
    if isinstance(subnet, IPv4Network) and isinstance(hole, IPv4Network) and subnet.overlaps(hole):
        return [] if hole.prefixlen <= subnet.prefixlen else list(subnet.address_exclude(hole))
    if isinstance(subnet, IPv6Network) and isinstance(hole, IPv6Network) and subnet.overlaps(hole):
        return [] if hole.prefixlen <= subnet.prefixlen else list(subnet.address_exclude(hole))
    return [subnet]
