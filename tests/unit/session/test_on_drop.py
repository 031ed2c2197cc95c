"""What the user chose of lost tunnels, pull secrets and pasted kubeconfigs reaches where it counts."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from app.domain import connection as c
from app.domain.catalogue import explain
from app.domain.drops import OnDrop
from app.domain.errors import ErrorCode, Problem
from app.kube import kubeconfig_sources
from app.kube.kubeconfig_sources import HeldTexts
from app.session import attempt as module
from app.session import messages as m
from app.session.client import SessionClient
from app.session.convert import request_from_target, target_from_request
from app.session.runner import problem_of
from helper.protocol.worker_messages import TunnelFailure, TunnelLost, TunnelUp
from tests.unit.platform.memory_keyring import MemoryKeyring
from tests.unit.session.attempt_bench import Bench
from tests.unit.session.fakes import LEASE
from tests.unit.session.running_session import running

LOSS = TunnelLost(TunnelFailure.UNREACHABLE, "no route", False)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RELEASE_LOOK_S", 0.01)
    monkeypatch.setattr(module, "RELEASE_AFTER_S", 0.05)


def releasing() -> Bench:
    bench = Bench()
    bench.target = c.Target(context="one", on_drop=OnDrop.RELEASE)
    return bench


async def test_a_tunnel_that_stays_away_ends_the_connection() -> None:
    bench = releasing()
    async with bench.run() as task:
        await bench.recorder.until(c.ProbePassed)
        bench.worker.say(LOSS)
        async with asyncio.timeout(5):
            await asyncio.wait([task])
    problem = problem_of(bench.failure or AssertionError())
    assert problem.code is ErrorCode.TUNNEL_RELEASED
    assert "The API server cannot be reached" in explain(problem).what
    assert bench.left == ()
    assert bench.helper.held == [], "routes and names were given back"


async def test_a_tunnel_that_is_back_in_time_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RELEASE_AFTER_S", 0.2)
    bench = releasing()
    async with bench.run() as task:
        await bench.recorder.until(c.ProbePassed)
        for _ in range(3):
            bench.worker.say(LOSS)
            await asyncio.sleep(0.1)
            bench.worker.say(TunnelUp(LEASE, address_changed=False))
            await asyncio.sleep(0.05)
        assert not task.done()


async def test_by_default_it_is_held() -> None:
    bench = Bench()
    async with bench.run() as task:
        await bench.recorder.until(c.ProbePassed)
        bench.worker.say(LOSS)
        await asyncio.sleep(0.2)
        assert not task.done()


def test_the_state_that_follows() -> None:
    """Failed, by way of the undoing: as any other failure of a connection that was up."""
    error = Problem(ErrorCode.TUNNEL_RELEASED, {"seconds": "15", "problem": "x"})
    target = c.Target(on_drop=OnDrop.RELEASE)
    state, effects = c.step(c.Reconnecting(1, target, 1.0, error, 2.0), c.AttemptFailed(1, error))
    assert (state, effects) == (c.Disconnecting(1, error=error), (c.CloseAttempt(1),))
    assert c.step(state, c.AttemptClosed(1)) == (c.Failed(1, error), ())


def test_choices_cross_the_socket_and_back() -> None:
    target = c.Target(context="one", pull_secret="registry", on_drop=OnDrop.RELEASE)
    request = request_from_target(target)
    again = msgspec.json.decode(msgspec.json.encode(request), type=m.Connect)
    assert target_from_request(again) == target


async def test_a_pasted_kubeconfig_is_held_in_the_sessions_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    held = HeldTexts(MemoryKeyring())
    monkeypatch.setattr(kubeconfig_sources, "HELD", held)
    async with running():
        session = SessionClient()
        answer = await session.request(m.HoldKubeconfig("lab", "planted-secret"))
        session.close()
    assert answer == m.Done()
    assert held.text("lab") == "planted-secret"


def test_what_is_held_is_not_in_the_repr() -> None:
    assert repr(m.HoldKubeconfig("lab", "planted-secret")) == "HoldKubeconfig(lab)"
