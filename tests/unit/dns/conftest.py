from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import dns.asyncquery
import dns.message
import pytest
import uvloop

from helper.protocol.worker_messages import ResolverConfig
from helper.tunnel.dns.stub import DnsStub
from tests.lab.dns_servers import FakeDnsServer, Zone, bound_pair, zone_responder


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Every test of this folder on both loops: the worker runs uvloop, where sockets behave a little differently."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


CLUSTER: Zone = {
    "reviews.bookinfo.svc.cluster.local": {"A": ["10.96.7.7"]},
    "_http._tcp.reviews.bookinfo.svc.cluster.local": {
        "SRV": ["0 100 9080 reviews.bookinfo.svc.cluster.local."],
    },
    "web-0.web.bookinfo.svc.cluster.local": {"A": ["10.244.1.2"], "AAAA": ["fd00:10:244::2"]},
    "external.bookinfo.svc.cluster.local": {"CNAME": ["www.example.com."]},
    "big.bookinfo.svc.cluster.local": {"A": [f"10.244.9.{n}" for n in range(1, 101)]},
    "app.dev.svc.cluster.local": {"A": ["10.96.8.8"]},
    "7.7.96.10.in-addr.arpa": {"PTR": ["reviews.bookinfo.svc.cluster.local."]},
}
PUBLIC: Zone = {
    "www.example.com": {"A": ["192.0.2.80"], "AAAA": ["2001:db8::80"]},
    "google.dev": {"A": ["192.0.2.90"]},
    "big.example.com": {"A": [f"192.0.2.{n}" for n in range(1, 101)]},
    "printer": {"A": ["192.0.2.99"]},
    "9.0.168.192.in-addr.arpa": {"PTR": ["printer.lan."]},
}


@dataclass
class Bench:
    """A running stub between a client and two fake servers."""

    stub: DnsStub
    cluster: FakeDnsServer
    upstream: FakeDnsServer
    port: int

    def configure(
        self, *, upstreams: tuple[str, ...] | None = None, cluster_servers: tuple[str, ...] | None = None
    ) -> None:
        self.stub.set_resolver(
            ResolverConfig(
                cluster_domain="cluster.local",
                cluster_servers=(self.cluster.endpoint,) if cluster_servers is None else cluster_servers,
                upstreams=(self.upstream.endpoint,) if upstreams is None else upstreams,
                namespace="bookinfo",
                namespaces=("bookinfo", "dev"),
                subnets=(),
            )
        )

    async def ask(
        self, name: str, rdtype: str = "A", *, tcp: bool = False, edns: int | None = 1232, timeout_s: float = 8
    ) -> dns.message.Message:
        query = dns.message.make_query(name, rdtype)
        if edns is not None:
            query.use_edns(0, payload=edns)
        ask = dns.asyncquery.tcp if tcp else dns.asyncquery.udp
        return await ask(query, "127.0.0.1", port=self.port, timeout=timeout_s)


@asynccontextmanager
async def running(stub: DnsStub) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(stub.run())
        try:
            yield
        finally:
            task.cancel()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with (
        FakeDnsServer(zone_responder(CLUSTER, "cluster.local")) as cluster,
        FakeDnsServer(zone_responder(PUBLIC, "example.com")) as upstream,
    ):
        stub = DnsStub()
        udp, tcp = bound_pair()
        bench = Bench(stub, cluster, upstream, udp.getsockname()[1])
        stub.listen(udp, tcp)
        stub.set_tunnel_up(True)
        bench.configure()
        async with running(stub):
            yield bench
