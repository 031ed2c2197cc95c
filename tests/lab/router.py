"""What lies between laptops, the internet and the cluster: one namespace that forwards, fences and fails on demand.

Forwarding is on in this namespace only. What may pass: laptops to the internet's addresses, laptops to the API
server's port and ping of it, and answers. Nothing goes from the cluster to a laptop by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.network import NetworkNamespace

INTERNET_LINK = "internet"
CLUSTER_LINK = "cluster"
RELAY_PORT = 16443

RULES = f"""
define internet = "{INTERNET_LINK}"
define cluster = "{CLUSTER_LINK}"
define relay = {RELAY_PORT}
"""
RULES += """
table inet lab {
    set api { type ipv4_addr; }
    set relayed { type ipv4_addr; }
    set cut { type ifname; }
    set resetting { type ifname; }

    chain faults_in {
        type filter hook prerouting priority -310; policy accept;
        iifname @cut drop
    }
    chain faults_out {
        type filter hook postrouting priority 300; policy accept;
        oifname @cut drop
    }
    chain to_relay {
        type nat hook prerouting priority dstnat; policy accept;
        ip daddr @relayed tcp dport 6443 redirect to :$relay
    }
    chain forward {
        type filter hook forward priority filter; policy drop;
        iifname @resetting meta l4proto tcp reject with tcp reset
        oifname @resetting meta l4proto tcp reject with tcp reset
        ct state established,related accept
        oifname $internet accept
        oifname $cluster ip daddr @api tcp dport 6443 accept
        oifname $cluster ip daddr @api icmp type echo-request accept
    }
    chain translate {
        type nat hook postrouting priority srcnat; policy accept;
        oifname { $internet, $cluster } masquerade
    }
}
"""


class Router:
    def __init__(self, namespace: NetworkNamespace) -> None:
        self.namespace = namespace

    def create(self) -> None:
        self.namespace.create()
        self.namespace.set_sysctl("net.ipv4.ip_forward", "1")
        self.namespace.nft(RULES)

    def allow_api(self, address: str) -> None:
        """The API server can be reached at this address, on port 6443."""
        self._element("add", "api", address)

    @contextmanager
    def relayed(self, address: str) -> Iterator[None]:
        """New connections to the API server's address go to the relay that listens on RELAY_PORT here."""
        self._element("add", "relayed", address)
        try:
            yield
        finally:
            self._element("delete", "relayed", address)

    @contextmanager
    def cut(self, link: str) -> Iterator[None]:
        """Everything on this link is lost without a word, as when the wireless network is gone."""
        self._element("add", "cut", f'"{link}"')
        try:
            yield
        finally:
            self._element("delete", "cut", f'"{link}"')

    @contextmanager
    def resetting(self, link: str) -> Iterator[None]:
        """Every TCP packet on this link, of old connections too, is answered by a reset to its sender."""
        self._element("add", "resetting", f'"{link}"')
        try:
            yield
        finally:
            self._element("delete", "resetting", f'"{link}"')

    def _element(self, verb: str, where: str, element: str) -> None:
        self.namespace.nft(f"{verb} element inet lab {where} {{ {element} }}\n")
