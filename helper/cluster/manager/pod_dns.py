"""The pod's own resolver settings: the kubelet wrote the cluster's DNS server and domain there (resolv.conf(5))."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_MAX_SERVERS, _MAX_SEARCH = 8, 32


@dataclass(frozen=True, slots=True)
class PodDns:
    servers: tuple[str, ...]
    cluster_domain: str
    search_domains: tuple[str, ...]


def parse_resolv_conf(text: str) -> PodDns:
    """Lines that make no sense are passed over, as the C library does.

    The cluster's domain is what follows "svc." in the search list ("svc.cluster.local"); without one it is
    Kubernetes' default.
    """
    servers: list[str] = []
    search: list[str] = []
    for line in text.splitlines():
        words = line.split("#")[0].split(";")[0].split()
        if len(words) >= 2 and words[0] == "nameserver":
            try:
                servers.append(str(ipaddress.ip_address(words[1])))
            except ValueError:
                continue
        elif words and words[0] in ("search", "domain"):
            lowered = [word.rstrip(".").lower() for word in words[1:]]
            search = [name for name in lowered if _DOMAIN.fullmatch(name)]
    domain = next((name[4:] for name in search if name.startswith("svc.")), "cluster.local")
    return PodDns(tuple(servers[:_MAX_SERVERS]), domain, tuple(search[:_MAX_SEARCH]))
