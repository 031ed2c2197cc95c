"""An attempt from a wish to a connection that is kept, and back."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network

import pytest

from app.domain import connection as c
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.subnets import OnOverlap, Wishes
from app.session import attempt as module
from app.session import memory
from app.session.ports import Discovered
from helper.protocol.helper_messages import Overlap
from helper.protocol.worker_messages import (
    SetEndpoint,
    SetProbes,
    SetResolver,
    Stop,
    TunnelFailure,
    TunnelLost,
    TunnelState,
    TunnelUp,
    WorkerSnapshot,
)
from tests.unit.session.attempt_bench import Bench
from tests.unit.session.fakes import FAILED, LEASE, PASSED, FakeWorker, settle


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_connects_and_undoes(bench: Bench) -> None:
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
        facts = bench.context.hub.status().facts
        assert facts.addresses == ("198.19.0.7",)
        assert facts.server_version == "v1.37.2"
        assert facts.manager_pod == "manager-1"
        assert "10.96.0.2/32" in facts.excluded
        (network,) = bench.helper.networks
        assert network.addresses == ("198.19.0.7/32",)
        assert all(":" not in route for route in network.routes), "no IPv6 without an IPv6 address"
        assert network.dns is not None
        assert "shop" in network.dns.match_domains
        (probes,) = bench.said(SetProbes)
        assert isinstance(probes, SetProbes)
        assert (probes.name, probes.address, probes.port) == (
            "kubernetes.default.svc.cluster.local",
            "10.96.0.1",
            443,
        )
        (resolver,) = bench.said(SetResolver)
        assert isinstance(resolver, SetResolver)
        assert resolver.resolver.upstreams == ("192.0.2.53",)
        assert memory.recall() == ("0123456789ab", bench.target)
    assert bench.failure is None
    assert isinstance(bench.worker.sent[-1], Stop)
    assert bench.helper.held == []
    assert bench.cluster.closed
    assert memory.recall() is None


async def test_what_was_installed_stays_when_the_connection_came_up(bench: Bench) -> None:
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
        await settle()
    assert bench.cluster.installed


async def test_what_was_installed_goes_when_the_connection_never_came_up(bench: Bench) -> None:
    bench.helper.opening.clear()
    async with bench.run() as task:
        await settle()
        task.cancel()
        await settle()
        bench.helper.opening.set()
    assert not bench.cluster.installed
    assert bench.cluster.closed


async def test_the_network_is_set_only_after_the_lease_and_probed_only_after_the_network(bench: Bench) -> None:
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
    order = [type(message).__name__ for message in bench.worker.sent]
    assert order == ["SetEndpoint", "SetResolver", "SetProbes", "Stop"]
    assert bench.helper.calls.index("find_overlaps") < bench.helper.calls.index("set_network")


async def test_cancelled_while_the_helper_opens(bench: Bench) -> None:
    """What the helper has opened is closed again, also when nobody waited for the answer any more."""
    bench.helper.opening.clear()
    async with bench.run() as task:
        await settle()
        task.cancel()
        await settle()
        bench.helper.opening.set()
    assert bench.helper.held == []
    assert "close_connection" in bench.helper.calls


async def test_cancelled_while_waiting_for_the_manager(bench: Bench) -> None:
    bench.cluster.managed.clear()
    async with bench.run():
        await settle()
        assert bench.helper.held
    assert bench.helper.held == []


async def test_helper_missing(bench: Bench) -> None:
    bench.no_helper = KubeferryError(ErrorCode.HELPER_NOT_RUNNING, socket="/x")
    bench.cluster.managed.clear()
    async with bench.run() as task:
        await asyncio.wait([task])
    assert bench.code() is ErrorCode.HELPER_NOT_RUNNING


async def test_login_fails(bench: Bench) -> None:
    bench.cluster.failure = KubeferryError(ErrorCode.LOGIN_EXPIRED, context="one")
    async with bench.run() as task:
        await asyncio.wait([task])
    assert bench.code() is ErrorCode.LOGIN_EXPIRED
    assert bench.helper.held == []


async def test_hopeless_tunnel_ends_the_attempt(bench: Bench) -> None:
    bench.worker.on_endpoint = (TunnelLost(TunnelFailure.FORBIDDEN, "403", endpoint_wanted=True),)
    async with bench.run() as task:
        await asyncio.wait([task])
    assert bench.code() is ErrorCode.TUNNEL_FORBIDDEN


async def test_no_tunnel_in_time_gives_its_reason(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TUNNEL_S", 0.01)
    bench.worker.on_endpoint = (TunnelLost(TunnelFailure.PORT_CLOSED, "refused", endpoint_wanted=False),)
    async with bench.run() as task:
        await asyncio.wait([task])
    assert bench.code() is ErrorCode.TUNNEL_PORT_CLOSED


async def test_silent_worker_times_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TUNNEL_S", 0.01)
    bench.worker.on_endpoint = ()
    async with bench.run() as task:
        await asyncio.wait([task])
    assert bench.code() is ErrorCode.TIMED_OUT


async def test_no_connection_without_a_passed_probe(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROBE_S", 0.01)
    bench.worker.on_probes = (FAILED, FAILED)
    async with bench.run() as task:
        await asyncio.wait([task])
    assert bench.code() is ErrorCode.PROBE_FAILED
    assert not any(isinstance(event, c.ProbePassed) for event in bench.recorder.events)


async def test_probes_that_come_before_the_network_is_set_do_not_count(bench: Bench) -> None:
    bench.resume = "0123456789ab"
    bench.helper.held = ["0123456789ab"]
    bench.worker = FakeWorker(WorkerSnapshot(1, 1, TunnelState.UP, TunnelFailure.NONE, LEASE, PASSED))
    bench.worker.on_probes = ()
    bench.helper.worker = bench.worker
    async with bench.run():
        await settle()
        assert bench.helper.calls[0] == "attach"
        assert bench.helper.networks
        assert not any(isinstance(event, c.ProbePassed) for event in bench.recorder.events)
        bench.worker.say(PASSED)
        await bench.recorder.until(c.ProbePassed)


async def test_overlap_refused(bench: Bench) -> None:
    bench.helper.overlaps = (Overlap("10.96.0.0/16", "10.96.5.0/24", "wlan0"),)
    async with bench.run() as task:
        await asyncio.wait([task])
    assert bench.code() is ErrorCode.SUBNET_OVERLAP
    assert bench.helper.networks == []


async def test_overlap_excluded_and_own_link_is_none(bench: Bench) -> None:
    bench.helper.overlaps = (
        Overlap("10.96.0.0/16", "10.96.5.0/24", "wlan0"),
        Overlap("10.96.0.0/16", "10.96.0.0/16", "kubeferry0"),
    )
    bench.target = c.Target(context="one", wishes=Wishes(on_overlap=OnOverlap.EXCLUDE))
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
        assert "10.96.5.0/24" in bench.context.hub.status().facts.excluded


async def test_the_dns_server_is_routed_wherever_it_is(bench: Bench) -> None:
    bench.target = c.Target(context="one", wishes=Wishes(exclude=(ip_network("10.96.0.0/24"),)))
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
        assert "10.96.0.10/32" in bench.helper.networks[-1].routes


async def test_lost_tunnel_gets_the_next_pod(bench: Bench) -> None:
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
        bench.cluster.pod = "manager-2"
        bench.worker.say(TunnelLost(TunnelFailure.POD_GONE, "gone", endpoint_wanted=True))
        await bench.recorder.until(c.TunnelLost)
        bench.worker.say(PASSED)
        await settle()
        endpoints = bench.said(SetEndpoint)
        assert isinstance(endpoints[-1], SetEndpoint)
        assert endpoints[-1].endpoint.pod == "manager-2"
        assert bench.cluster.asked == [(False, True)]


async def test_refused_credentials_are_renewed(bench: Bench) -> None:
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
        bench.worker.say(TunnelLost(TunnelFailure.UNAUTHORIZED, "401", endpoint_wanted=True))
        await settle()
        assert bench.cluster.asked == [(True, True)]


async def test_expiring_credentials_are_renewed_without_a_loss(bench: Bench) -> None:
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
        bench.cluster.renewal.set()
        await settle()
        assert bench.cluster.asked == [(True, False)]
        assert len(bench.said(SetEndpoint)) == 2


async def test_missing_manager_is_the_reason_until_it_is_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.0)
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
        bench.cluster.failure = KubeferryError(ErrorCode.MANAGER_MISSING, namespace="kubeferry")
        bench.worker.say(TunnelLost(TunnelFailure.POD_GONE, "gone", endpoint_wanted=True))
        lost = await bench.recorder.until(c.TunnelLost, 2)
        assert isinstance(lost, c.TunnelLost)
        assert lost.reason.code is ErrorCode.MANAGER_MISSING
        bench.cluster.failure = None
        bench.worker.on_probes = (PASSED,)
        await settle()
        assert len(bench.said(SetEndpoint)) >= 2


async def test_a_login_that_fails_is_not_tried_twice_a_second(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.0)
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
        bench.cluster.failure = KubeferryError(ErrorCode.LOGIN_EXPIRED, context="one")
        bench.worker.say(TunnelLost(TunnelFailure.UNAUTHORIZED, "no", endpoint_wanted=True))
        await bench.recorder.until(c.TunnelLost, 2)
        await settle()
        assert len(bench.cluster.asked) == 1


async def test_a_probe_of_before_the_tunnel_came_back_does_not_count(bench: Bench) -> None:
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
        bench.worker.say(TunnelLost(TunnelFailure.CLOSED, "cut", endpoint_wanted=False), FAILED)
        bench.worker.say(TunnelUp(LEASE), FAILED, PASSED)
        await bench.recorder.until(c.ProbePassed, 2)
        assert not any(isinstance(event, c.ProbeFailed) for event in bench.recorder.events)
        bench.worker.say(FAILED)
        await bench.recorder.until(c.ProbeFailed)


async def test_new_namespaces_and_addresses_are_set(bench: Bench) -> None:
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
        bench.cluster.changes.put_nowait(Discovered(bench.cluster.found.subnets, ("default", "fresh", "shop")))
        await settle()
        assert bench.helper.networks[-1].dns is not None
        assert "fresh" in bench.helper.networks[-1].dns.match_domains
        bench.cluster.changes.put_nowait(Discovered(bench.cluster.found.subnets, ("default", "fresh", "shop")))
        await settle()
        assert len(bench.helper.networks) == 2, "nothing is set twice"
        moved = LEASE.__class__(
            **{name: getattr(LEASE, name) for name in LEASE.__struct_fields__} | {"address4": "198.19.0.9"}
        )
        bench.worker.say(TunnelUp(moved, address_changed=True))
        await settle()
        assert bench.helper.networks[-1].addresses == ("198.19.0.9/32",)


async def test_a_network_that_cannot_be_refreshed_stays(bench: Bench) -> None:
    async with bench.run() as task:
        await bench.recorder.until(c.ProbePassed)
        bench.helper.overlaps = (Overlap("10.0.0.0/8", "10.96.5.0/24", "wlan0"),)
        bench.cluster.changes.put_nowait(Discovered((ip_network("10.0.0.0/8"),), ("default",)))
        await settle()
        assert not task.done()
        assert len(bench.helper.networks) == 1


@pytest.mark.parametrize(("stopped", "code"), [(False, ErrorCode.WORKER_STOPPED), (True, ErrorCode.HELPER_STOPPED)])
async def test_who_died(bench: Bench, stopped: bool, code: ErrorCode) -> None:
    async with bench.run() as task:
        await bench.recorder.until(c.ProbePassed)
        bench.helper.stopped = stopped
        bench.worker.die()
        await asyncio.wait([task])
    assert bench.code() is code
    assert bench.left == ()


async def test_undoing_is_bounded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UNDO_S", 0.01)
    bench.helper.opening.clear()
    async with bench.run():
        await settle()
    assert "helper did not answer" in bench.left[0]
    bench.helper.opening.set()


@pytest.mark.parametrize(("code", "left"), [(ErrorCode.HELPER_STOPPED, False), (ErrorCode.HELPER_FAILED, True)])
async def test_only_a_helper_that_is_gone_has_undone_everything(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, code: ErrorCode, left: bool
) -> None:
    async def refuse(connection_id: str) -> tuple[str, ...]:
        raise KubeferryError(code, problem="no")

    monkeypatch.setattr(bench.helper, "close_connection", refuse)
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
    assert bool(bench.left) is left


async def test_what_is_left_is_told(bench: Bench) -> None:
    bench.helper.left = ("a route",)
    async with bench.run():
        await bench.recorder.until(c.ProbePassed)
    assert bench.left == ("a route",)
