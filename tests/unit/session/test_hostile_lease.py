"""A manager that means ill names what is routed: no local network goes into the tunnel without the user's word."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from app.domain import connection as c
from app.domain.errors import ErrorCode
from app.domain.subnets import OnOverlap, Wishes
from helper.protocol.helper_messages import Overlap, OverlapsFound
from helper.protocol.worker_messages import SetResolver
from tests.unit.session import fakes
from tests.unit.session.attempt_bench import Bench

ROUTER = "192.168.1.1"
AT_HOME = Overlap(f"{ROUTER}/32", "192.168.1.0/24", "wlan0")


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Its manager says that the router at home is a DNS server of the cluster's."""
    lease = msgspec.structs.replace(fakes.LEASE, dns_servers=("10.96.0.10", ROUTER))
    monkeypatch.setattr(fakes, "LEASE", lease)
    made = Bench()
    made.helper.overlaps = (AT_HOME,)
    return made


async def test_a_dns_server_in_a_local_network_is_refused_by_name(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    find = bench.helper.find_overlaps

    async def remembering(subnets: tuple[str, ...]) -> OverlapsFound:
        asked.extend(subnets)
        return await find(subnets)

    monkeypatch.setattr(bench.helper, "find_overlaps", remembering)
    async with asyncio.timeout(5), bench.run() as task:
        await task
    assert f"{ROUTER}/32" in asked, "the helper is asked about it too"
    assert bench.code() is ErrorCode.SUBNET_OVERLAP
    assert bench.helper.networks == []


async def test_it_stays_outside_where_the_user_says_so(bench: Bench) -> None:
    bench.target = c.Target(context="one", wishes=Wishes(on_overlap=OnOverlap.EXCLUDE))
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
        (network,) = bench.helper.networks
        assert not [route for route in network.routes if route.startswith("192.168.")]
        assert "10.96.0.0/24" in network.routes or any(route.startswith("10.96.") for route in network.routes)
        (resolver,) = bench.said(SetResolver)
        assert isinstance(resolver, SetResolver)
        assert ROUTER in resolver.resolver.cluster_servers, "names of the cluster may still be asked there"


async def test_elsewhere_it_is_routed_as_ever(bench: Bench) -> None:
    """The counter-test: of a cluster whose DNS servers are outside of its subnets."""
    bench.helper.overlaps = ()
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
        assert f"{ROUTER}/32" in bench.helper.networks[-1].routes
