"""A cluster's names, addresses and folders, all of them following from its name and a number. Pure.

    caller's namespace                 node1                                   node2
      link 10.214.N.1/30 ── veth ── eth0 10.214.N.2/30  (API server, 6443)
           fd00:10:214:N::1/126         fd00:10:214:N::2/126
                                    eth1 10.214.100+N.1 ──── switch ──── eth1 10.214.100+N.2
                                    cni0 10.244.0.1/24 ── pods              cni0 10.244.1.1/24 ── pods

Pods and services have the same ranges in every cluster: what reaches them is a tool that is connected to one of them.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from functools import cached_property
from pathlib import Path

from tests.cluster.locations import STATES

DOMAIN = "cluster.local"
API_PORT = 6443
MAX_NUMBER = 99
MAX_NODES = 9
PODS = (ipaddress.ip_network("10.244.0.0/24"), ipaddress.ip_network("fd00:10:244::/64"))
"""The first node's; the next nodes have the next ranges of the same size."""
SERVICES = (ipaddress.ip_network("10.96.0.0/16"), ipaddress.ip_network("fd00:10:96::/112"))
BASE_IMAGE = "testcluster.local/base:1"
PAUSE_IMAGE = "testcluster.local/pause:1"
DNS_IMAGE = "testcluster.local/coredns:1"


@dataclasses.dataclass(frozen=True)
class Node:
    """`addresses`, `pods`: IPv4, then IPv6 where the cluster has it. `api`: the API server's URL as seen from here."""

    number: int
    netns: str
    cgroup: str
    folder: Path
    api: str
    addresses: tuple[str, ...]
    pods: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"node{self.number}"

    @property
    def is_first(self) -> bool:
        """With the control plane and the link to the caller."""
        return self.number == 1

    @property
    def logs(self) -> Path:
        return self.folder / "log"

    @property
    def setup(self) -> Path:
        """What process 1 of the node is told; its path, in an argument, is what the node's processes are known by."""
        return self.folder / "setup.json"


@dataclasses.dataclass(frozen=True)
class Plan:
    """`number` (0 to 99) keeps the links of clusters apart that are up at the same time."""

    name: str
    number: int
    node_count: int
    ipv6: bool
    programs: Path
    states: Path = STATES

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", self.name):
            raise ValueError(f"a cluster's name is of a-z, 0-9 and '-', 32 at most: not {self.name!r}")
        if not 1 <= self.node_count <= MAX_NODES:
            raise ValueError(f"a cluster has 1 to {MAX_NODES} nodes, not {self.node_count}")
        if not 0 <= self.number <= MAX_NUMBER:
            raise ValueError(f"a cluster's number is 0 to {MAX_NUMBER}, not {self.number}")

    @property
    def folder(self) -> Path:
        return self.states / self.name

    @property
    def kubeconfig(self) -> Path:
        """An administrator's."""
        return self.folder / "kubeconfig"

    @property
    def certificates(self) -> Path:
        return self.folder / "certificates"

    @property
    def switch(self) -> str:
        """The namespace that joins the nodes. Were it the first node's, the others' traffic would pass the rules of
        that node's kube-proxy."""
        return f"kubeferry-{self.name}-switch"

    @property
    def link(self) -> str:
        return f"kftest{self.number}"

    @property
    def families(self) -> tuple[int, ...]:
        return (0, 1) if self.ipv6 else (0,)

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(str(SERVICES[family]) for family in self.families)

    @property
    def dns_addresses(self) -> tuple[str, ...]:
        return tuple(str(SERVICES[family][10]) for family in self.families)

    @property
    def api_service_addresses(self) -> tuple[str, ...]:
        return tuple(str(SERVICES[family][1]) for family in self.families)

    def _link_address(self, host: int) -> tuple[str, ...]:
        both = (f"10.214.{self.number}.{host}", f"fd00:10:214:{self.number}::{host}")
        return tuple(both[family] for family in self.families)

    @property
    def caller_addresses(self) -> tuple[str, ...]:
        return self._link_address(1)

    @property
    def api_addresses(self) -> tuple[str, ...]:
        return self._link_address(2)

    @property
    def node_networks(self) -> tuple[str, ...]:
        """Between several nodes."""
        both = (f"10.214.{100 + self.number}.0/24", f"fd00:10:214:{100 + self.number}::/64")
        return tuple(both[family] for family in self.families)

    @property
    def fenced(self) -> tuple[str, ...]:
        """What cannot be reached from the caller's namespace."""
        pods = tuple(network for node in self.nodes for network in node.pods)
        return pods + self.services + (self.node_networks if self.node_count > 1 else ())

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(self._node(number) for number in range(1, self.node_count + 1))

    def _node(self, number: int) -> Node:
        between = tuple(str(ipaddress.ip_network(network)[number]) for network in self.node_networks)
        return Node(
            number=number,
            netns=f"kubeferry-{self.name}-node{number}",
            cgroup=f"kubeferry-{self.name}-node{number}",
            folder=self.folder / f"node{number}",
            api=f"https://{'127.0.0.1' if number == 1 else self.api_addresses[0]}:{API_PORT}",
            addresses=between if self.node_count > 1 else self.api_addresses,
            pods=tuple(shifted(PODS[family], number - 1) for family in self.families),
        )


def shifted(network: ipaddress.IPv4Network | ipaddress.IPv6Network, count: int) -> str:
    """The network of the same size that comes `count` networks later."""
    return f"{network.network_address + count * network.num_addresses}/{network.prefixlen}"
