"""Where a name is asked: in the cluster, at the resolvers that were in use before, or in the cluster first.

Pure. Names are tuples of labels without the root, in the case they were asked in.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from helper.protocol.worker_messages import ResolverConfig

Labels = tuple[bytes, ...]
_NIBBLES = frozenset("0123456789abcdef")
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_NAME_BYTES = 255
"""RFC 1035 section 2.3.4, length bytes and root included."""

ZONE_TYPES = frozenset({2, 6, 43, 46, 47, 48, 50})
"""NS, SOA, DS, RRSIG, NSEC, DNSKEY, NSEC3: asked about zones, never about services. A validating resolver asks them for
`dev`, and a service of that name must not answer."""


@dataclass(frozen=True)
class Plan:
    """Ask the cluster for each of `cluster_names` until one exists, then the upstreams if `upstream`.

    Nothing to ask at all means that the name cannot be answered now.
    """

    cluster_names: tuple[Labels, ...] = ()
    upstream: bool = False


UNAVAILABLE = Plan()
UPSTREAM_ONLY = Plan(upstream=True)


class Decider:
    """Decides for one `ResolverConfig`."""

    def __init__(self, config: ResolverConfig) -> None:
        """Raises ValueError when the configuration holds something that is no domain, namespace or subnet."""
        self._domain = parse_labels(config.cluster_domain)
        self._services = (b"svc", *self._domain)
        self._namespace = parse_labels(config.namespace) if config.namespace else None
        self._namespaces = frozenset(namespace.lower().encode("ascii") for namespace in config.namespaces)
        self._subnets: tuple[_Network, ...] = tuple(ipaddress.ip_network(subnet) for subnet in config.subnets)

    def decide(self, name: Labels, rdtype: int, *, tunnel_up: bool) -> Plan:
        lowered = tuple(label.lower() for label in name)
        if lowered[-len(self._domain) :] == self._domain:
            return Plan((name,)) if tunnel_up else UNAVAILABLE
        if not tunnel_up or rdtype in ZONE_TYPES:
            return UPSTREAM_ONLY
        return Plan(tuple(filter(_fits, self._candidates(name, lowered))), upstream=True)

    def _candidates(self, name: Labels, lowered: Labels) -> list[Labels]:
        """The full names of the cluster that may be meant by `name`, likeliest first."""
        if lowered[-1:] == (b"arpa",):
            address = parse_reverse(lowered)
            return [name] if address is not None and self._is_cluster_address(address) else []
        if len(name) == 1:
            return [] if self._namespace is None else [name + self._namespace + self._services]
        candidates = []
        if lowered[-1:] == (b"svc",):
            candidates.append(name + self._domain)
        if lowered and lowered[-1] in self._namespaces:
            candidates.append(name + self._services)
        return candidates

    def _is_cluster_address(self, address: _Address) -> bool:
        if self._subnets:
            return any(address in subnet for subnet in self._subnets)
        return not (address.is_global or address.is_loopback or address.is_link_local or address.is_multicast)


def parse_labels(text: str) -> Labels:
    """Returns the lower-case labels of an ASCII domain name. Raises ValueError on anything that cannot be one."""
    labels = tuple(text.lower().rstrip(".").encode("ascii").split(b"."))
    if not all(0 < len(label) <= 63 for label in labels) or not _fits(labels):
        raise ValueError(f"not a domain name: {text!r}")
    return labels


def parse_reverse(lowered: Labels) -> _Address | None:
    """Returns the address of a whole reverse name (RFC 1035 section 3.5, RFC 3596 section 2.5), None for others."""
    digits = [label.decode("ascii", "replace") for label in reversed(lowered[:-2])]
    try:
        if lowered[-2:] == (b"in-addr", b"arpa") and len(digits) == 4:
            return ipaddress.IPv4Address(".".join(digits))
        if lowered[-2:] == (b"ip6", b"arpa") and len(digits) == 32 and set(digits) <= _NIBBLES:
            return ipaddress.IPv6Address(int("".join(digits), 16))
    except ValueError:
        return None
    return None


def _fits(name: Labels) -> bool:
    return sum(len(label) + 1 for label in name) + 1 <= MAX_NAME_BYTES
