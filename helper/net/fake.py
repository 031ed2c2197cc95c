"""`Network` in memory, for tests: keeps the same promises as Linux (tests/contract/network), touches nothing."""

from __future__ import annotations

import os
import socket

from helper.net.dns_sockets import DnsSockets
from helper.net.kernel_route import KernelRoute, NetworkFailed
from helper.net.network import AppliedNetwork
from helper.net.plan import IpAddress, LinkPlan
from helper.net.resolver import ResolverFailed
from helper.net.tun import TunDevice
from helper.protocol.helper_messages import ResolverBackend

UPSTREAMS = ("192.0.2.53",)


class FakeNetwork:
    """`links` maps each open link to its plan. `other_routes` are the machine's own. `fail_with` fails the next set."""

    def __init__(self) -> None:
        self.links: dict[str, LinkPlan | None] = {}
        self.other_routes: list[KernelRoute] = []
        self.fail_with: NetworkFailed | ResolverFailed | None = None
        self._bound: dict[str, IpAddress] = {}

    def open_link(self) -> TunDevice:
        name = next(f"fake{number}" for number in range(1000) if f"fake{number}" not in self.links)
        self.links[name] = None
        return TunDevice(fd=os.open(os.devnull, os.O_RDWR), name=name, offload=0, vnet_header=True)

    async def set_network(self, interface: str, plan: LinkPlan) -> AppliedNetwork:
        if interface not in self.links:
            raise NetworkFailed(f"{interface} is not a link of ours")
        failure, self.fail_with = self.fail_with, None
        if failure is not None:
            raise failure
        self.links[interface] = plan
        if plan.dns is None:
            return AppliedNetwork(ResolverBackend.NONE, UPSTREAMS, None)
        sockets = None
        if self._bound.get(interface) != plan.dns.server:
            self._bound[interface] = plan.dns.server
            sockets = loopback_sockets(plan.dns.server)
        return AppliedNetwork(ResolverBackend.RESOLV_CONF, UPSTREAMS, sockets)

    async def remove_link(self, interface: str) -> tuple[str, ...]:
        self.links.pop(interface, None)
        self._bound.pop(interface, None)
        return ()

    async def routes(self) -> list[KernelRoute]:
        ours = [
            KernelRoute(subnet, name) for name, plan in self.links.items() if plan is not None for subnet in plan.routes
        ]
        return self.other_routes + ours

    async def upstreams(self) -> tuple[str, ...]:
        return UPSTREAMS

    def close(self) -> None:
        self.links.clear()


def loopback_sockets(address: IpAddress) -> DnsSockets:
    """In the place of those of `address`, which this machine does not have."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    tcp = socket.create_server(("127.0.0.1", 0))
    return DnsSockets(address=address, udp=udp, tcp=tcp)
