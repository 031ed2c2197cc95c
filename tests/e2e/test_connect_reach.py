"""Everything in the cluster's network can be reached as a pod would reach it, and answers honestly."""

from __future__ import annotations

import ipaddress
import json

import pytest

from tests.e2e import addresses
from tests.e2e.driver import Kubeferry
from tests.lab.cluster import Cluster

FORMS = ("productpage", "productpage.shop", "productpage.shop.svc", "productpage.shop.svc.cluster.local")


@pytest.fixture
def ipv6(cluster: Cluster) -> None:
    if not cluster.has_ipv6():
        pytest.skip("this cluster has no IPv6 (Kubernetes 1.20 kit)")


def test_laptop_reaches_nothing_before(kubeferry: Kubeferry, cluster: Cluster) -> None:
    """The lab is honest: without us only the API server can be reached."""
    assert not kubeferry.try_reach("resolve", "productpage.shop")["ok"]
    assert not kubeferry.try_reach("tcp", addresses.service(cluster, "productpage")[0], "9080")["ok"]
    assert kubeferry.try_reach("tcp", cluster.api_address, str(cluster.api_port))["ok"]


@pytest.mark.parametrize("name", FORMS)
def test_service_by_every_form_of_its_name(connected: Kubeferry, name: str) -> None:
    answer = connected.reach("http", f"http://{name}:9080/")
    assert answer["body"]["service"] == "productpage"
    assert answer["body"]["next"]["next"]["service"] == "ratings"


def test_service_by_name_with_final_dot(connected: Kubeferry) -> None:
    assert connected.reach("resolve", "productpage.shop.svc.cluster.local.")["addresses"]


def test_service_of_another_namespace(connected: Kubeferry) -> None:
    assert connected.reach("http", "http://backend.dev:9080/")["body"]["service"] == "backend"


def test_service_by_address(connected: Kubeferry, cluster: Cluster) -> None:
    address = addresses.service(cluster, "productpage")[0]
    assert connected.reach("http", f"http://{address}:9080/")["body"]["service"] == "productpage"


def test_pods_on_every_node_by_address(connected: Kubeferry, cluster: Cluster) -> None:
    pods = addresses.pods(cluster, "echo")
    assert {addresses.node_of(cluster, pod) for pod in pods} == set(cluster.node_names())
    for pod, ips in pods.items():
        assert connected.reach("whoami", ips[0])["pod"] == pod


def test_headless_service_has_the_addresses_of_its_pods(connected: Kubeferry, cluster: Cluster) -> None:
    ips = [ip for pod in addresses.pods(cluster, "mysql").values() for ip in pod]
    assert set(connected.reach("resolve", "mysql")["addresses"]) == set(ips)


@pytest.mark.parametrize("suffix", ["mysql", "mysql.shop", "mysql.shop.svc", "mysql.shop.svc.cluster.local"])
def test_stateful_set_pod_by_name(connected: Kubeferry, suffix: str) -> None:
    assert connected.reach("whoami", f"mysql-1.{suffix}")["pod"] == "mysql-1"


def test_srv_record(connected: Kubeferry) -> None:
    records = connected.reach("query", "_http._tcp.productpage.shop.svc.cluster.local", "SRV")["records"]
    assert [record.split()[2:] for record in records] == [["9080", "productpage.shop.svc.cluster.local."]]


def test_reverse_lookup_of_a_service(connected: Kubeferry, cluster: Cluster) -> None:
    address = addresses.service(cluster, "productpage")[0]
    assert connected.reach("reverse", address)["name"] == "productpage.shop.svc.cluster.local"


def test_name_that_does_not_exist(connected: Kubeferry) -> None:
    assert not connected.try_reach("resolve", "no-such-service.shop.svc.cluster.local")["ok"]


def test_closed_port_is_refused_at_once(connected: Kubeferry, cluster: Cluster) -> None:
    for ips in addresses.pods(cluster, "echo").values():
        told = connected.try_reach("tcp", ips[0], "9")
        assert told["error"] == "ConnectionRefusedError", told
        assert told["took_s"] < 1


def test_half_close(connected: Kubeferry) -> None:
    assert connected.reach("half_close", "echo") == {"answer": "after end: all I have"}


def test_large_transfer_is_unharmed(connected: Kubeferry) -> None:
    assert connected.reach("transfer", "echo", "7000", "24") == {"bytes": 24 << 20, "same": True}


@pytest.mark.parametrize("size", [1, 1200, 1473, 9000])
def test_udp_both_ways(connected: Kubeferry, cluster: Cluster, size: int) -> None:
    assert connected.reach("udp", "echo", "7001", str(size))["echoed"]
    for ips in addresses.pods(cluster, "echo").values():
        assert connected.reach("udp", ips[0], "7001", str(size))["echoed"]


def test_ping_is_answered_by_the_target_only(connected: Kubeferry, cluster: Cluster) -> None:
    taken = {ip for pod in cluster.get("pods", "-A")["items"] for ip in [pod["status"].get("podIP")]}
    for ips in addresses.pods(cluster, "echo").values():
        assert connected.laptop.run(["ping", "-c", "1", "-W", "2", ips[0]]).code == 0
        subnet = ipaddress.ip_network(f"{ips[0]}/24", strict=False)
        free = next(str(host) for host in reversed(list(subnet.hosts())) if str(host) not in taken)
        assert connected.laptop.run(["ping", "-c", "1", "-W", "1", free]).code != 0


def test_status_tells_what_is_connected(connected: Kubeferry, cluster: Cluster) -> None:
    facts = connected.status()["facts"]
    major, minor = cluster.server_version()
    assert f"{major}.{minor}." in facts["server_version"]
    assert facts["namespace"] == "shop"
    assert facts["context"] == cluster.context


@pytest.mark.usefixtures("ipv6")
class TestIpv6:
    def test_aaaa_is_answered(self, connected: Kubeferry, cluster: Cluster) -> None:
        found = connected.reach("resolve", "productpage")["addresses"]
        assert found == addresses.service(cluster, "productpage")

    def test_service_by_address(self, connected: Kubeferry, cluster: Cluster) -> None:
        address = addresses.service(cluster, "productpage")[1]
        assert connected.reach("http", f"http://[{address}]:9080/")["body"]["service"] == "productpage"

    def test_pods_on_every_node(self, connected: Kubeferry, cluster: Cluster) -> None:
        for pod, ips in addresses.pods(cluster, "echo").items():
            assert connected.reach("whoami", ips[1])["pod"] == pod
            assert connected.reach("half_close", ips[1]) == {"answer": "after end: all I have"}
            assert connected.reach("udp", ips[1], "7001", "1200")["echoed"]
            assert connected.laptop.run(["ping", "-6", "-c", "1", "-W", "2", ips[1]]).code == 0

    def test_closed_port_is_refused_at_once(self, connected: Kubeferry, cluster: Cluster) -> None:
        for ips in addresses.pods(cluster, "echo").values():
            assert connected.try_reach("tcp", ips[1], "9")["error"] == "ConnectionRefusedError"

    def test_large_transfer_is_unharmed(self, connected: Kubeferry, cluster: Cluster) -> None:
        address = addresses.service(cluster, "echo")[1]
        assert connected.reach("transfer", address, "7000", "8") == {"bytes": 8 << 20, "same": True}


def test_no_ipv6_is_attempted_where_the_cluster_has_none(connected: Kubeferry, cluster: Cluster) -> None:
    if cluster.has_ipv6():
        pytest.skip("this cluster has IPv6")
    facts = connected.status()["facts"]
    assert not [address for address in (*facts["addresses"], *facts["subnets"]) if ":" in address]
    routes = json.loads(connected.laptop.run(["ip", "-j", "-6", "route"]).checked().out)
    assert not [route for route in routes if route.get("dev") == facts["interface"]]
