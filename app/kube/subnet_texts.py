"""Subnets from what Kubernetes says: pure parsing and merging."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

Subnet = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

OBSERVED_PREFIX4 = 24
OBSERVED_PREFIX6 = 64
"""How much is taken around an address whose subnet nobody told us: the usual share of a node."""

_RANGE = re.compile(r"valid IPs is (?:CIDR )?([0-9a-fA-F:.]+/\d{1,3})")
"""Kubernetes 1.8 to 1.37 and on: "… The range of valid IPs is 10.96.0.0/16" (ipallocator.ErrNotInRange)."""


def parse_range_refusal(message: str) -> Subnet | None:
    """The services' range, from the refusal of a ClusterIP outside of it. None where it is not told (EKS)."""
    found = _RANGE.search(message)
    return parse_subnet(found[1]) if found is not None else None


def parse_subnet(text: str) -> Subnet | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def parse_address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def subnets_of(texts: Iterable[str]) -> list[Subnet]:
    return [subnet for text in texts if text and (subnet := parse_subnet(text)) is not None]


def merge(subnets: Iterable[Subnet]) -> tuple[Subnet, ...]:
    """Neighbours joined, duplicates and parts dropped; exactly the same addresses. IPv4 first."""
    given = list(subnets)
    four = ipaddress.collapse_addresses(net for net in given if isinstance(net, ipaddress.IPv4Network))
    six = ipaddress.collapse_addresses(net for net in given if isinstance(net, ipaddress.IPv6Network))
    return (*four, *six)


def around_strangers(addresses: Iterable[str], known: Iterable[Subnet]) -> tuple[Subnet, ...]:
    """A /24 (IPv6: /64) around each address that no known subnet holds."""
    holders = list(known)
    found: set[Subnet] = set()
    for text in addresses:
        address = parse_address(text)
        if address is None or address.is_loopback or address.is_link_local:
            continue
        if any(address in holder for holder in holders if holder.version == address.version):
            continue
        prefix = OBSERVED_PREFIX4 if address.version == 4 else OBSERVED_PREFIX6
        found.add(ipaddress.ip_network(f"{address}/{prefix}", strict=False))
    return merge(found)
