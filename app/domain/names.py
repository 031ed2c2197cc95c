"""Which DNS names belong to the cluster: what this machine's resolver hands to our stub."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network

from app.domain.subnets import Subnet

MAX_REVERSE_ZONES = 512
"""A cluster with more than this has its reverse names asked elsewhere for the rest: they are a convenience."""

MAX_MATCH_DOMAINS = 250
"""systemd-resolved (252, seen) refuses a link with more than 256 domains, search domains included: "Argument list too
long" (LINK_SEARCH_DOMAINS_MAX)."""

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Names:
    """`match` are suffixes that go to the stub, `search` is appended to single labels; both without final dot."""

    match: tuple[str, ...]
    search: tuple[str, ...]


def cluster_names(domain: str, namespace: str, namespaces: Iterable[str], subnets: Iterable[Subnet]) -> Names:
    """Returns the names for a cluster of `domain` whose current namespace is `namespace`.

    Every namespace is a match domain of its own, so that `service.namespace` reaches the stub; whether it is the
    cluster's or a public name (a namespace called `dev`) is decided there, name by name. Of more than
    MAX_MATCH_DOMAINS the last are left out, never the current namespace; their full names still work.
    """
    domain = domain.rstrip(".").lower()
    labels = (name for name in {namespace, *namespaces} if _LABEL.fullmatch(name))
    known = sorted(labels, key=lambda name: (name != namespace, name))
    match = tuple(dict.fromkeys((domain, "svc", "pod", *known, *reverse_zones(subnets))))
    return Names(match=match[:MAX_MATCH_DOMAINS], search=(f"{namespace}.svc.{domain}", f"svc.{domain}", domain))


def reverse_zones(subnets: Iterable[Subnet]) -> tuple[str, ...]:
    """Returns the zones under in-addr.arpa and ip6.arpa that hold the subnets' addresses and no others.

    RFC 1035 section 3.5 cuts IPv4 at octets, RFC 3596 section 2.5 IPv6 at nibbles: a /12 is sixteen zones.
    """
    zones: list[str] = []
    for subnet in subnets:
        step = 8 if isinstance(subnet, IPv4Network) else 4
        length = max(step, -(-subnet.prefixlen // step) * step)
        for part in subnet.subnets(new_prefix=length):
            zones.append(_zone(ip_network(part), length // step))
            if len(zones) == MAX_REVERSE_ZONES:
                return tuple(zones)
    return tuple(zones)


def _zone(subnet: Subnet, labels: int) -> str:
    pointer = subnet.network_address.reverse_pointer.split(".")
    kept = pointer[len(pointer) - 2 - labels :]
    return ".".join(kept)
