"""The same services in a fake of the cluster's DNS and in a real CoreDNS, and a stub in front of either."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

import dns.asyncquery
import dns.message
import pytest

from helper.protocol.worker_messages import ResolverConfig
from helper.tunnel.dns.stub import DnsStub
from tests.lab import kernel
from tests.lab.cluster import Cluster, LocalCluster
from tests.lab.dns_servers import FakeDnsServer, Zone, bound_pair, zone_responder
from tests.lab.processes import wait_until

DOMAIN = "cluster.local"
NAMESPACE = f"kfdns-{os.environ.get('PYTEST_XDIST_TESTRUNUID', str(os.getpid()))[-8:]}"
PUBLIC: Zone = {
    "www.example.com": {"A": ["192.0.2.80"]},
    f"public.{NAMESPACE}": {"A": ["192.0.2.81"]},
    "9.113.0.203.in-addr.arpa": {"PTR": ["public.example.com."]},
}
POD4, POD6 = "10.244.250.10", "fd00:10:244:fa::10"
MANY = [f"10.244.251.{number}" for number in range(1, 61)]


class RunningStub:
    """A stub on a loop and thread of its own. Sockets belong to the network namespace of the thread that makes them."""

    def __init__(self, netns: str | None, cluster: Zone | str) -> None:
        self._netns = netns
        self._cluster = cluster
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.upstream_names: list[str] = []

    def start(self) -> None:
        self._thread.start()
        assert self._started.wait(20)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(20)

    def ask(self, name: str, rdtype: str = "A", *, tcp: bool = False) -> dns.message.Message:
        query = dns.message.make_query(name, rdtype, use_edns=True, payload=1232)
        ask = dns.asyncquery.tcp if tcp else dns.asyncquery.udp
        self.upstream_names.clear()
        asking = ask(query, "127.0.0.1", port=self._port, timeout=8)
        return asyncio.run_coroutine_threadsafe(asking, self._loop).result(10)

    def _run(self) -> None:
        if self._netns is not None:
            with Path(self._netns).open("rb") as there:
                kernel.setns(there.fileno())
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        stub = DnsStub()
        udp, tcp = bound_pair()
        self._port = udp.getsockname()[1]
        async with AsyncExitStack() as servers:
            upstream = await servers.enter_async_context(FakeDnsServer(zone_responder(PUBLIC, "example.com")))
            upstream.on_query = self.upstream_names.append
            cluster_server = self._cluster
            if not isinstance(cluster_server, str):
                fake = await servers.enter_async_context(FakeDnsServer(zone_responder(cluster_server, DOMAIN)))
                cluster_server = fake.endpoint
            stub.set_resolver(
                ResolverConfig(DOMAIN, (cluster_server,), (upstream.endpoint,), NAMESPACE, (NAMESPACE, "default"))
            )
            stub.listen(udp, tcp)
            stub.set_tunnel_up(True)
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(stub.run())
                self._started.set()
                await self._stopping.wait()
                running.cancel()


def service(name: str, **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def endpoints(service_name: str, family: str, addresses: list[str], hostname: str | None = None) -> dict[str, Any]:
    named = {} if hostname is None else {"hostname": hostname}
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{service_name}-{family.lower()}",
            "namespace": NAMESPACE,
            "labels": {"kubernetes.io/service-name": service_name},
        },
        "addressType": family,
        "ports": [{"name": "http", "port": 80, "protocol": "TCP"}],
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}, **named} for address in addresses],
    }


PORTS = [{"name": "http", "port": 80, "protocol": "TCP"}]
OBJECTS = [
    service("reviews", ports=PORTS, clusterIP="10.96.250.7"),
    service("web", ports=PORTS, clusterIP="None", ipFamilyPolicy="PreferDualStack"),
    endpoints("web", "IPv4", [POD4], "web-0"),
    endpoints("web", "IPv6", [POD6], "web-0"),
    service("many", ports=PORTS, clusterIP="None"),
    endpoints("many", "IPv4", MANY),
    service("external", type="ExternalName", externalName="nowhere.example.com"),
]
ZONE: Zone = {
    f"{name}.{NAMESPACE}.svc.{DOMAIN}": records
    for name, records in {
        "reviews": {"A": ["10.96.250.7"]},
        "_http._tcp.reviews": {"SRV": [f"0 100 80 reviews.{NAMESPACE}.svc.{DOMAIN}."]},
        "web": {"A": [POD4], "AAAA": [POD6]},
        "web-0.web": {"A": [POD4], "AAAA": [POD6]},
        "_http._tcp.web": {"SRV": [f"0 100 80 web-0.web.{NAMESPACE}.svc.{DOMAIN}."]},
        "many": {"A": MANY},
        "external": {"CNAME": ["nowhere.example.com."]},
    }.items()
} | {
    "7.250.96.10.in-addr.arpa": {"PTR": [f"reviews.{NAMESPACE}.svc.{DOMAIN}."]},
    "10.250.244.10.in-addr.arpa": {"PTR": [f"web-0.web.{NAMESPACE}.svc.{DOMAIN}."]},
}


def the_kit(cluster: Cluster) -> LocalCluster:
    if not isinstance(cluster, LocalCluster):
        pytest.skip("another cluster than the kit's has names of its own")
    if cluster.kit.name.endswith("1.20"):
        pytest.skip("Kubernetes 1.20 has no discovery.k8s.io/v1")
    return cluster


@contextmanager
def services(cluster: LocalCluster) -> Iterator[str]:
    """The objects above, in a namespace of their own. Yields the address of the cluster's DNS."""
    cluster.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}])
    try:
        cluster.apply(OBJECTS)
        address: str = cluster.get("service", "-n", "kube-system", "kube-dns")["spec"]["clusterIP"]
        yield address
    finally:
        cluster.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


@contextmanager
def running(netns: str | None, cluster: Zone | str, ready: Callable[[RunningStub], bool]) -> Iterator[RunningStub]:
    stub = RunningStub(netns, cluster)
    stub.start()
    try:
        wait_until("the services to have names", lambda: ready(stub), 20)
        yield stub
    finally:
        stub.stop()


def _knows_all(stub: RunningStub) -> bool:
    return all(stub.ask(f"{name}.{NAMESPACE}.svc.{DOMAIN}").answer for name in ("reviews", "web-0.web", "many"))


@pytest.fixture(scope="session", params=["fake", "coredns"])
def resolver(request: pytest.FixtureRequest) -> Iterator[RunningStub]:
    if request.param == "fake":
        with running(None, ZONE, _knows_all) as stub:
            yield stub
        return
    cluster = the_kit(request.getfixturevalue("running_cluster"))
    assert cluster.node is not None
    with services(cluster) as server, running(cluster.node.path, server, _knows_all) as stub:
        yield stub
