"""The namespaces of a cluster's nodes, the link to whoever started it, and the fence on that link.

As with a cluster far away, only the API server can be reached over the link; pods cannot open connections over it
either. Nodes have no default route: nothing leaves the machine. In the caller's namespace the cluster's ranges are
unreachable while nobody has a route to them, so that a stray connection fails and does not go out to the internet.
"""

from __future__ import annotations

import json
from contextlib import suppress

from tests.cluster.plan import API_PORT, Node, Plan
from tests.lab.network import NetworkNamespace
from tests.lab.processes import check

_LOWEST_METRIC = 4294967200
"""Plus the cluster's number: two clusters have such routes for the same ranges side by side. Every other route wins."""
UPLINK = "eth0"
BETWEEN = "eth1"

FENCE = """\
table inet fence {{
    chain from_caller {{
        type filter hook prerouting priority mangle
        iifname != "{uplink}" accept
        ct state established,related accept
        icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert }} accept
{accepted}
        drop
    }}
    chain to_caller {{
        type filter hook output priority filter
        oifname "{uplink}" ct state new reject
    }}
    chain through_to_caller {{
        type filter hook forward priority filter
        oifname "{uplink}" ct state new reject
    }}
}}
"""


def fence(plan: Plan) -> str:
    lines = []
    for address in plan.api_addresses:
        family, echo = ("ip6", "icmpv6") if ":" in address else ("ip", "icmp")
        lines.append(f"        {family} daddr {address} tcp dport {API_PORT} accept")
        lines.append(f"        {family} daddr {address} {echo} type echo-request accept")
    return FENCE.format(uplink=UPLINK, accepted="\n".join(lines))


def create(plan: Plan) -> None:
    """Raises RuntimeError with the words of `ip` or `nft`. What was made by then is for `remove`."""
    for node in plan.nodes:
        _create_namespace(node.netns, plan.ipv6)
    _link_to_caller(plan)
    if plan.node_count > 1:
        _join_nodes(plan)
    for node in plan.nodes:
        _route_services(plan, node)


def _create_namespace(name: str, ipv6: bool) -> None:
    namespace = NetworkNamespace(name)
    check(["ip", "netns", "add", name])
    namespace.ip("link", "set", "lo", "up")
    if ipv6:
        # Where a machine has switched it off, a new namespace has too.
        namespace.set_sysctl("net.ipv6.conf.all.disable_ipv6", "0")
        namespace.set_sysctl("net.ipv6.conf.default.disable_ipv6", "0")


def _link_to_caller(plan: Plan) -> None:
    first = NetworkNamespace(plan.nodes[0].netns)
    check(["ip", "link", "add", plan.link, "type", "veth", "peer", "name", UPLINK, "netns", first.name])
    if plan.ipv6:
        check(["sysctl", "-q", "-w", f"net.ipv6.conf.{plan.link}.disable_ipv6=0"])
    first.nft(fence(plan))
    check(["ip", "link", "set", plan.link, "up"])
    first.ip("link", "set", UPLINK, "up")
    for near, far in zip(plan.caller_addresses, plan.api_addresses, strict=True):
        _add_address(["ip"], near, 126 if ":" in near else 30, plan.link)
        _add_address(["ip", "-n", first.name], far, 126 if ":" in far else 30, UPLINK)
    for network in plan.fenced:
        check(["ip", "route", "add", "unreachable", network, "metric", str(_LOWEST_METRIC + plan.number)])


def _add_address(ip: list[str], address: str, length: int, link: str) -> None:
    """`nodad`: an IPv6 address counts at once, without a second of looking for a duplicate."""
    nodad = ["nodad"] if ":" in address else []
    check([*ip, "addr", "add", f"{address}/{length}", "dev", link, *nodad])


def _join_nodes(plan: Plan) -> None:
    """A switch, and on each node routes to the others' pods: no tunnel, no change of addresses."""
    _create_namespace(plan.switch, plan.ipv6)
    switch = NetworkNamespace(plan.switch)
    switch.ip("link", "add", "nodes", "type", "bridge")
    switch.ip("link", "set", "nodes", "up")
    for node in plan.nodes:
        here = NetworkNamespace(node.netns)
        switch.ip("link", "add", node.name, "type", "veth", "peer", "name", BETWEEN, "netns", node.netns)
        switch.ip("link", "set", node.name, "master", "nodes", "up")
        here.ip("link", "set", BETWEEN, "up")
        for network, address in zip(plan.node_networks, node.addresses, strict=True):
            _add_address(["ip", "-n", node.netns], address, int(network.partition("/")[2]), BETWEEN)
        for other in plan.nodes:
            if other is not node:
                for pods, address in zip(other.pods, other.addresses, strict=True):
                    here.ip("route", "add", pods, "via", address)
        if not node.is_first:
            for api, address in zip(plan.api_addresses, plan.nodes[0].addresses, strict=True):
                here.ip("route", "add", api, "via", address)


def _route_services(plan: Plan, node: Node) -> None:
    """To a bridge without ports: it is there so that the node's own connections get as far as kube-proxy's rules."""
    here = NetworkNamespace(node.netns)
    here.ip("link", "add", "services", "type", "bridge")
    here.ip("link", "set", "services", "up")
    for network, address in zip(plan.services, node.addresses, strict=True):
        here.ip("route", "add", network, "dev", "services", "src", address)


def remove(plan: Plan) -> list[str]:
    """Whatever of it is there. Returns the names of what could not be removed."""
    with suppress(RuntimeError):
        check(["ip", "link", "del", plan.link])
    for network in plan.fenced:
        with suppress(RuntimeError):
            check(["ip", "route", "del", "unreachable", network, "metric", str(_LOWEST_METRIC + plan.number)])
    left = []
    for name in (*(node.netns for node in plan.nodes), plan.switch):
        namespace = NetworkNamespace(name)
        with suppress(RuntimeError):
            namespace.delete()
        if namespace.exists():
            left.append(namespace.path)
    return left


def addresses_here() -> set[str]:
    """All addresses of this network namespace."""
    links = json.loads(check(["ip", "-json", "addr"]))
    return {info["local"] for link in links for info in link.get("addr_info", []) if "local" in info}
