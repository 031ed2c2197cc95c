"""What a resolver backend can do for a link. Blocking: callers run it in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from helper.net.plan import DnsPlan, IpAddress
from helper.protocol.helper_messages import ResolverBackend


class ResolverFailed(Exception):
    """The machine's resolver could not be told. Whatever had been changed was taken back."""


@dataclass(frozen=True)
class LinkRef:
    name: str
    index: int


class Resolver(Protocol):
    backend: ResolverBackend

    def set_dns(self, link: LinkRef, dns: DnsPlan) -> None:
        """Idempotent, the whole desired state for this link. Raises ResolverFailed."""

    def revert(self, link: LinkRef) -> tuple[str, ...]:
        """Undoes `set_dns` (nothing, if there was none). Returns what is left, in words. Does not raise."""

    def upstreams(self, ours: frozenset[str]) -> tuple[str, ...]:
        """The resolvers in use before us, best first. `ours` are the names of our links."""


def without(servers: tuple[str, ...], own: frozenset[IpAddress]) -> tuple[str, ...]:
    """`servers` once each, without our own stubs."""
    ours = {str(address) for address in own}
    return tuple(server for server in dict.fromkeys(servers) if server not in ours)
