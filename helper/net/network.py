"""The network as the daemon sees it: one Protocol, implemented for Linux and, in memory, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from helper.net.dns_sockets import DnsSockets
from helper.net.kernel_route import KernelRoute
from helper.net.plan import LinkPlan
from helper.net.tun import TunDevice
from helper.protocol.helper_messages import ResolverBackend


@dataclass(frozen=True)
class AppliedNetwork:
    """`dns_sockets`: newly bound ones, for the worker; None where nothing changed or no DNS is wished."""

    resolver: ResolverBackend
    upstreams: tuple[str, ...]
    dns_sockets: DnsSockets | None


class Network(Protocol):
    def open_link(self) -> TunDevice:
        """A TUN device, down and without addresses. Raises NetworkFailed."""

    async def set_network(self, interface: str, plan: LinkPlan) -> AppliedNetwork:
        """Makes the link exactly what `plan` says. Idempotent. Raises NetworkFailed, ResolverFailed."""

    async def remove_link(self, interface: str) -> tuple[str, ...]:
        """Takes the link and everything of it away; idempotent, does not raise. Returns what is left, in words."""

    async def routes(self) -> list[KernelRoute]:
        """Every route of the machine, without default routes. Raises NetworkFailed."""

    async def upstreams(self) -> tuple[str, ...]:
        """The resolvers that are in use and are not ours."""

    def close(self) -> None: ...
