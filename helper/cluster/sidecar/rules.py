"""The sidecar's nftables, as text: what is taken from the workload's inbound traffic, and where it goes. Pure.

Whatever takes traffic hangs on a set whose elements live for LIFE_S and are put in again twice a second. A sidecar that
is killed, stopped or cut off cannot do that, and the kernel itself gives the traffic back to the original containers:
fail open needs nobody alive. Only the probes' way stays, for it changes nothing for anybody else.

The order in prerouting: probes, then ports of a mesh (to Envoy), then what the catch-all rule takes. IPv4 goes to the
laptop's virtual address by the kernel; IPv6, which a pod may not forward, to the relay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from helper.cluster.api import ENVOY_PORT, RELAY_PORT
from helper.protocol.intercepts import PortMap
from helper.wire.sidecar_messages import Rule

LIFE_S = 3
"""Not longer: whoever calls a sidecar that has just stopped says so again after 1 s and 2 s after that (RFC 6298; every
second from Linux 6.5 on), so the second time there is an answer. After 4 s it could be the third time, another 4 s
later. Not shorter: on a node that is full, a sidecar with only the processor that it requests (10m) was 1.6 s from one
refresh to the next."""

TABLE = "kubeferry"
TAKEN_MARK = 0x4B46
"""On the connection tracking entries of what the catch-all rule took: they are forgotten when that ends."""

LEFT_MARK = 0x4B47
"""On those of datagrams that were not: they are forgotten when a laptop takes them, else a flow never changes over."""

_PRIORITY = -101
"""Just ahead of iptables' own (NF_IP_PRI_NAT_DST, linux/netfilter_ipv4.h): a service mesh's rules come after ours."""


@dataclass(frozen=True)
class Taking:
    """What is in force. `mesh`: TCP ports that Envoy serves. `catch_all`: the rule that takes everything."""

    device: str
    address4: str
    mesh: frozenset[int] = frozenset()
    catch_all: Rule | None = None
    present: frozenset[str] = frozenset()
    probes: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def nothing(cls, device: str, probes: Mapping[int, int]) -> Taking:
        return cls(device, "", probes=probes)

    @classmethod
    def of(cls, rules: Iterable[Rule], device: str, address4: str, probes: Mapping[int, int], *, envoy: bool) -> Taking:
        """`envoy`: it serves these rules. Without it what rules of a mesh would take goes the workload's normal way."""
        rules = tuple(rules)
        return cls(
            device,
            address4,
            mesh=mesh_ports(rules) if envoy else frozenset(),
            catch_all=next((rule for rule in rules if rule.match is None), None),
            present=frozenset(rule.address4 for rule in rules),
            probes=probes,
        )

    @property
    def empty(self) -> bool:
        return not self.mesh and self.catch_all is None


def mesh_ports(rules: Iterable[Rule]) -> frozenset[int]:
    return frozenset(port.remote for rule in rules if rule.match is not None for port in rule.ports)


def render(taking: Taking, *, ipv6: bool) -> str:
    """Both tables, replaced as a whole in one transaction."""
    lines = _table("ip", taking)
    if ipv6:
        lines += _table("ip6", taking)
    return "\n".join(lines) + "\n"


def render_refresh(taking: Taking, *, ipv6: bool) -> str:
    """Lets the elements of the sets live on. For tables that `render` has made of the same `taking`."""
    lines = []
    for family in ("ip", "ip6") if ipv6 else ("ip",):
        for name, elements in _sets(family, taking).items():
            lines.append(f"flush set {family} {TABLE} {name}")
            if elements:
                lines.append(f"add element {family} {TABLE} {name} {{ {_living(elements)} }}")
    return "\n".join(lines) + "\n"


_SET_TYPES = {"mesh": "inet_service", "taken": "inet_proto", "present": "ipv4_addr"}


def _sets(family: str, taking: Taking) -> dict[str, list[str]]:
    sets = {
        "mesh": sorted(str(port) for port in taking.mesh),
        "taken": ["tcp", "udp"] if taking.catch_all is not None else [],
    }
    if family == "ip":
        sets["present"] = sorted(taking.present)
    return sets


def _living(elements: Iterable[str]) -> str:
    return ", ".join(f"{element} timeout {LIFE_S}s" for element in elements)


def _table(family: str, taking: Taking) -> list[str]:
    lines = [f"table {family} {TABLE}", f"delete table {family} {TABLE}", f"table {family} {TABLE} {{"]
    for name, elements in _sets(family, taking).items():
        content = f" elements = {{ {_living(elements)} }};" if elements else ""
        lines.append(f"  set {name} {{ type {_SET_TYPES[name]}; flags timeout;{content} }}")
    lines += [
        "  chain prerouting {",
        f"    type nat hook prerouting priority {_PRIORITY}; policy accept;",
        f'    iifname {{ "lo", "{taking.device}" }} return',
        # What only passes through this pod is nobody's inbound traffic.
        "    fib daddr type != local return",
        *(f"    tcp dport {port} redirect to :{target}" for port, target in sorted(taking.probes.items())),
        # Without a mark: Envoy's connections end by Envoy, which has an answer for who waits.
        f"    tcp dport @mesh redirect to :{ENVOY_PORT}",
        *_catch_all(family, taking.catch_all),
        f"    meta l4proto udp ct mark set {LEFT_MARK}",
        "  }",
    ]
    if family == "ip":
        lines += _outward(taking)
    lines.append("}")
    return lines


def _catch_all(family: str, rule: Rule | None) -> list[str]:
    if rule is None:
        return []
    # nft translates ports only behind a match of the protocol itself: a set of protocols is none.
    protocols = [f"meta l4proto {protocol} meta l4proto @taken" for protocol in ("tcp", "udp")]
    lines = [
        _take(family, f"{protocol} th dport {port.remote}", rule, port) for port in rule.ports for protocol in protocols
    ]
    if rule.other_ports:
        lines += [_take(family, protocol, rule, None) for protocol in protocols]
    return lines


def _take(family: str, condition: str, rule: Rule, port: PortMap | None) -> str:
    if family == "ip6":
        return f"    {condition} ct mark set {TAKEN_MARK} redirect to :{RELAY_PORT}"
    target = f"{rule.address4}:{port.local}" if port is not None else rule.address4
    return f"    {condition} ct mark set {TAKEN_MARK} dnat to {target}"


def _outward(taking: Taking) -> list[str]:
    """Into the tunnel under the sidecar's address, and only to laptops that are there.

    A connection to one that is not any more is refused at its next packet, so that nobody waits for an answer.
    """
    gone = f'oifname "{taking.device}" ip daddr != @present'
    refused = [f"    {gone} meta l4proto tcp reject with tcp reset", f"    {gone} reject"]
    lines = [
        "  chain forward {",
        "    type filter hook forward priority filter; policy accept;",
        *refused,
        "  }",
        "  chain output {",
        "    type filter hook output priority filter; policy accept;",
        *refused,
        "  }",
    ]
    if taking.address4:
        lines += [
            "  chain postrouting {",
            "    type nat hook postrouting priority 100; policy accept;",
            f'    oifname "{taking.device}" snat to {taking.address4}',
            "  }",
        ]
    return lines
