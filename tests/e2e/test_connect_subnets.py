"""What goes into the tunnel: the cluster's subnets, without what the laptop needs outside of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

import pytest

from tests.e2e import addresses
from tests.e2e.driver import Kubeferry
from tests.lab.cluster import Cluster
from tests.lab.kubeconfig import for_user
from tests.lab.lab import Lab
from tests.lab.processes import ROOT_USER

FILE = "/home/dev/kube/config"


@pytest.fixture
def local_network(kubeferry: Kubeferry, cluster: Cluster) -> Iterator[str]:
    """A link of the laptop, as Docker or another VPN makes, inside the first node's pods' subnet."""
    pod = next(iter(addresses.pods(cluster, "productpage").values()))[0]
    subnet = ipaddress.IPv4Network(f"{pod}/24", strict=False)
    taken = list(subnet.subnets(new_prefix=28))[-1]
    laptop = kubeferry.laptop
    for arguments in (
        ("link", "add", "docker9", "type", "bridge"),
        ("addr", "add", f"{taken[1]}/{taken.prefixlen}", "dev", "docker9"),
        ("link", "set", "docker9", "up"),
    ):
        laptop.run(["ip", *arguments], identity=ROOT_USER).checked()
    yield str(taken)
    kubeferry.run("disconnect")
    laptop.run(["ip", "link", "del", "docker9"], identity=ROOT_USER).checked()


def routed(kubeferry: Kubeferry, address: str) -> str:
    """The device that packets to this address leave by."""
    words = kubeferry.laptop.run(["ip", "route", "get", address]).checked().out.split()
    return words[words.index("dev") + 1]


def test_pods_and_services_are_routed_and_nothing_else(kubeferry: Kubeferry, cluster: Cluster) -> None:
    facts = kubeferry.connect()["facts"]
    subnets = [ipaddress.ip_network(subnet) for subnet in facts["subnets"]]
    for app in ("productpage", "reviews", "echo"):
        for ips in addresses.pods(cluster, app).values():
            assert all(any(ipaddress.ip_address(ip) in subnet for subnet in subnets) for ip in ips)
    for ip in addresses.service(cluster, "productpage"):
        assert any(ipaddress.ip_address(ip) in subnet for subnet in subnets)
    assert routed(kubeferry, addresses.service(cluster, "productpage")[0]) == facts["interface"]
    assert routed(kubeferry, "203.0.113.10") == "eth0"
    assert routed(kubeferry, cluster.api_address) == "eth0"


def test_api_server_inside_a_routed_subnet_stays_reachable(kubeferry: Kubeferry, cluster: Cluster, lab: Lab) -> None:
    if not lab.api_alias or cluster.node is None:
        pytest.skip("only the kit's API server has an address among the pods'")
    pod = next(ip[0] for name, ip in addresses.pods(cluster, "echo").items() if _on_first_node(cluster, name))
    inside = str(ipaddress.ip_network(f"{pod}/24", strict=False)[1])
    lab.add_api_route(inside)
    changes = {"server": f"https://{inside}:6443", "tls-server-name": "kubernetes.default"}
    kubeferry.laptop.write_file(FILE, for_user(cluster, cluster_changes=changes))
    facts = kubeferry.connect("--kubeconfig", FILE)["facts"]
    assert routed(kubeferry, inside) == "eth0"
    assert routed(kubeferry, pod) == facts["interface"]
    assert kubeferry.reach("whoami", pod)["pod"]
    assert kubeferry.try_reach("tcp", inside, "6443")["ok"]


def _on_first_node(cluster: Cluster, pod: str) -> bool:
    return addresses.node_of(cluster, pod) == cluster.node_names()[0]


def test_overlap_is_named_and_refused(kubeferry: Kubeferry, local_network: str) -> None:
    code, error = kubeferry.refused()
    assert (code, error["code"]) == (30, "subnet_overlap")
    assert "docker9" in error["what"]
    assert local_network.split("/")[0] in error["what"]
    assert routed(kubeferry, str(ipaddress.ip_network(local_network)[1])) in ("lo", "docker9")


def test_overlap_is_excluded_when_the_user_says_so(kubeferry: Kubeferry, cluster: Cluster, local_network: str) -> None:
    facts = kubeferry.connect("--on-overlap", "exclude")["facts"]
    assert local_network in facts["excluded"]
    assert routed(kubeferry, str(ipaddress.ip_network(local_network)[2])) == "docker9"
    pod = next(iter(addresses.pods(cluster, "productpage").values()))[0]
    assert routed(kubeferry, pod) == facts["interface"]
    assert kubeferry.reach("http", "http://productpage:9080")["body"]["service"] == "productpage"


def test_subnet_excluded_by_the_user(kubeferry: Kubeferry, cluster: Cluster) -> None:
    address = addresses.service(cluster, "ratings")[0]
    kubeferry.connect("--exclude", f"{address}/32")
    assert routed(kubeferry, address) == "eth0"
    assert kubeferry.reach("http", "http://productpage:9080")["body"]["next"]["next"]["service"] == "ratings"


def test_subnet_included_by_the_user(kubeferry: Kubeferry) -> None:
    facts = kubeferry.connect("--include", "192.0.2.0/24")["facts"]
    assert routed(kubeferry, "192.0.2.7") == facts["interface"]


def test_subnet_that_is_none(kubeferry: Kubeferry) -> None:
    code, error = kubeferry.refused("--include", "ten.0.0.0/8")
    assert (code, error["code"]) == (10, "invalid_option")
