"""Checks a caller's `NetworkConfig` and turns it into a `LinkPlan`: what an unprivileged user may ask of a link.

Whatever is refused here would cut the machine off, shadow an address that is special everywhere, or write into a
file something that is not a name. The messages are for a log: one sentence each.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from helper.protocol.helper_messages import NetworkConfig

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

MIN_PREFIX4 = 5
MIN_PREFIX6 = 7
"""fc00::/7 is every unique local address there is; nothing honest is wider."""

_SPECIAL_NETWORKS: tuple[tuple[IpNetwork, str], ...] = (
    (ipaddress.IPv4Network("127.0.0.0/8"), "loopback"),
    (ipaddress.IPv4Network("169.254.0.0/16"), "link-local"),
    (ipaddress.IPv4Network("224.0.0.0/4"), "multicast"),
    (ipaddress.IPv4Network("255.255.255.255/32"), "broadcast"),
    (ipaddress.IPv4Network("0.0.0.0/8"), "unspecified"),
    (ipaddress.IPv6Network("::/127"), "loopback"),
    (ipaddress.IPv6Network("fe80::/10"), "link-local"),
    (ipaddress.IPv6Network("ff00::/8"), "multicast"),
    (ipaddress.IPv6Network("::ffff:0:0/96"), "IPv4-mapped"),
)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_MAX_NAME_CHARACTERS = 253

T = TypeVar("T")


class InvalidNetwork(Exception):
    """The configuration is refused as a whole; nothing was changed."""


@dataclass(frozen=True)
class DnsPlan:
    """`server` is where the worker's stub will listen: one of the link's own addresses."""

    server: IpAddress
    match_domains: tuple[str, ...]
    search_domains: tuple[str, ...]


@dataclass(frozen=True)
class LinkPlan:
    addresses: tuple[IpAddress, ...]
    mtu: int
    routes: tuple[IpNetwork, ...]
    dns: DnsPlan | None
    loopback_delivery: bool = False

    @property
    def claims(self) -> tuple[IpNetwork, ...]:
        """Everything that no other link of ours may have at the same time."""
        return self.routes + tuple(ipaddress.ip_network(address) for address in self.addresses)


def parse_network(config: NetworkConfig) -> LinkPlan:
    """Raises InvalidNetwork."""
    addresses = _unique(_parse_address(text) for text in config.addresses)
    routes = _unique(_parse_route(text) for text in config.routes)
    if routes and not addresses:
        raise InvalidNetwork("A link with routes needs an address.")
    dns = None
    if config.dns is not None:
        if not addresses:
            raise InvalidNetwork("A link with DNS needs an address.")
        dns = DnsPlan(
            server=min(addresses, key=lambda address: address.version),
            match_domains=_unique(_parse_domain(text) for text in config.dns.match_domains),
            search_domains=_unique(_parse_domain(text) for text in config.dns.search_domains),
        )
    return LinkPlan(
        addresses=addresses, mtu=config.mtu, routes=routes, dns=dns, loopback_delivery=config.loopback_delivery
    )


def parse_subnets(subnets: Iterable[str]) -> tuple[IpNetwork, ...]:
    """Raises InvalidNetwork. Any subnet may be asked about, special ones as well."""
    return tuple(_network(text) for text in subnets)


def _parse_address(text: str) -> IpAddress:
    network = _network(text)
    if network.prefixlen != network.max_prefixlen:
        raise InvalidNetwork(f"The address {text} must have a host prefix (/{network.max_prefixlen}).")
    _refuse_special(network, "address")
    return network.network_address


def _parse_route(text: str) -> IpNetwork:
    network = _network(text)
    if network.prefixlen == 0:
        raise InvalidNetwork(f"The route {text} is a default route.")
    shortest = MIN_PREFIX4 if network.version == 4 else MIN_PREFIX6
    if network.prefixlen < shortest:
        raise InvalidNetwork(f"The route {text} is wider than /{shortest}.")
    _refuse_special(network, "route")
    return network


def _refuse_special(network: IpNetwork, what: str) -> None:
    for special, kind in _SPECIAL_NETWORKS:
        if overlap(network, special):
            raise InvalidNetwork(f"The {what} {network} lies in {kind} addresses ({special}).")


def overlap(left: IpNetwork, right: IpNetwork) -> bool:
    """Do they share an address? Networks of different families never do."""
    if left.version != right.version:
        return False
    beside = left.max_prefixlen - min(left.prefixlen, right.prefixlen)
    return int(left.network_address) >> beside == int(right.network_address) >> beside


def _parse_domain(text: str) -> str:
    if len(text) > _MAX_NAME_CHARACTERS or not all(_LABEL.fullmatch(label) for label in text.split(".")):
        raise InvalidNetwork(f"{text!r} is not a domain name.")
    return text


def _network(text: str) -> IpNetwork:
    if "/" not in text or "%" in text:
        raise InvalidNetwork(f"{text!r} is not a subnet with a prefix length.")
    try:
        return _plain_network(text) or ipaddress.ip_network(text)
    except ValueError as error:
        raise InvalidNetwork(f"{text!r} is not a subnet: {error}.") from error


def _plain_network(text: str) -> IpNetwork | None:
    """The same as `ipaddress` finds, in a third of the time; None for what is unusual or wrong, which it then reads."""
    address, _, length = text.partition("/")
    if not (length.isascii() and length.isdecimal()):
        return None
    try:
        if ":" in address:
            packed = socket.inet_pton(socket.AF_INET6, address)
            return ipaddress.IPv6Network((int.from_bytes(packed, "big"), int(length)))
        packed = socket.inet_pton(socket.AF_INET, address)
        return ipaddress.IPv4Network((int.from_bytes(packed, "big"), int(length)))
    except (OSError, ValueError):
        return None


def _unique(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
