from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.domain import connection as c
from app.domain.errors import ErrorCode, KubeferryError
from app.session import messages as m
from app.session.hub import RECONNECTS_KEPT, Hub
from app.session.runner import Attempt, AttemptContext, Runner, problem_of
from helper.protocol.worker_messages import ProbeReport, Statistics

ONE, TWO = c.Target(context="one"), c.Target(context="two")


class FakeAttempt:
    """Contract: runs until cancelled or failed; undo is called once, after run."""

    def __init__(self, context: AttemptContext, fate: BaseException | None) -> None:
        self.context = context
        self._fate = fate
        self.undone = 0
        self.may_undo = asyncio.Event()
        self.may_undo.set()

    async def run(self) -> None:
        if self._fate is not None:
            raise self._fate
        await asyncio.get_running_loop().create_future()

    async def undo(self) -> tuple[str, ...]:
        await self.may_undo.wait()
        self.undone += 1
        return ("a route",) if self._fate is not None else ()


class Bench:
    def __init__(self) -> None:
        self.made: list[FakeAttempt] = []
        self.fate: BaseException | None = None
        self.told: list[m.Event] = []
        self.runner = Runner(Hub(), self._make)
        self.runner.hub.add(self.told.append)

    def _make(self, context: AttemptContext) -> Attempt:
        self.made.append(FakeAttempt(context, self.fate))
        return self.made[-1]

    @asynccontextmanager
    async def run(self) -> AsyncIterator[Runner]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.runner.run())
            await self.runner.started.wait()
            try:
                yield self.runner
            finally:
                task.cancel()

    def kinds(self) -> list[m.StateKind]:
        return [event.status.state for event in self.told if isinstance(event, m.StatusChanged)]


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_connect_and_disconnect(bench: Bench) -> None:
    async with bench.run() as runner:
        assert runner.connect(ONE) == (1, False)
        assert runner.connect(ONE) == (1, True)
        await settle()
        runner.post(c.ProbePassed(1, 5.0))
        await runner.disconnect()
    assert bench.made[0].undone == 1
    assert bench.kinds() == [
        m.StateKind.CONNECTING,
        m.StateKind.CONNECTED,
        m.StateKind.DISCONNECTING,
        m.StateKind.DISCONNECTED,
    ]


async def test_cancelled_before_its_first_step(bench: Bench) -> None:
    """The attempt's task never ran; the state still gets to its end."""
    async with bench.run() as runner:
        runner.connect(ONE)
        await runner.disconnect()
    assert runner.state == c.Disconnected()


async def test_failure_is_undone_before_it_is_told_as_failed(bench: Bench) -> None:
    bench.fate = KubeferryError(ErrorCode.API_FORBIDDEN, verb="get")
    async with bench.run() as runner:
        runner.connect(ONE)
        await settle()
        assert runner.state == c.Failed(1, problem_of(bench.fate), ("a route",))
    assert bench.made[0].undone == 1


async def test_disconnect_while_undoing_does_not_cut_the_undoing(bench: Bench) -> None:
    async with bench.run() as runner:
        runner.connect(ONE)
        await settle()
        bench.made[0].may_undo.clear()
        runner.post(c.DisconnectRequested())
        await settle()
        runner.post(c.DisconnectRequested())
        await settle()
        assert isinstance(runner.state, c.Disconnecting)
        bench.made[0].may_undo.set()
        await settle()
    assert bench.made[0].undone == 1


async def test_another_target_waits_for_the_first_to_be_undone(bench: Bench) -> None:
    async with bench.run() as runner:
        runner.connect(ONE)
        await settle()
        bench.made[0].may_undo.clear()
        assert runner.connect(TWO) == (2, False)
        await settle()
        assert len(bench.made) == 1
        bench.made[0].may_undo.set()
        await settle()
        assert bench.made[1].context.target == TWO
        assert isinstance(runner.state, c.Connecting)


async def test_cancelling_the_runner_undoes(bench: Bench) -> None:
    async with bench.run() as runner:
        runner.connect(ONE)
        await settle()
    assert bench.made[0].undone == 1


async def test_nothing_starts_without_the_runner(bench: Bench) -> None:
    with pytest.raises(RuntimeError):
        bench.runner.connect(ONE)


def test_problem_of_groups(caplog: pytest.LogCaptureFixture) -> None:
    known = KubeferryError(ErrorCode.API_UNREACHABLE, server="x")
    vague = KubeferryError(ErrorCode.INTERNAL)
    assert problem_of(BaseExceptionGroup("", [ExceptionGroup("", [vague]), known])).code is ErrorCode.API_UNREACHABLE
    assert problem_of(vague).code is ErrorCode.INTERNAL
    unforeseen = problem_of(ZeroDivisionError("x"))
    assert unforeseen.params == {"problem": "something happened that it was not written for"}
    assert unforeseen.detail == "ZeroDivisionError: x"
    assert problem_of(ZeroDivisionError()).detail == "ZeroDivisionError"
    assert "unexpected failure" in caplog.text


STATISTICS = Statistics(1.0, 1, 2, 3, 4, 0, 0.002, 0, 5, ())


def test_hub_tells_and_forgets() -> None:
    hub = Hub()
    told: list[m.Event] = []
    hub.add(told.append)
    assert told == [m.Snapshot(m.Status(m.StateKind.DISCONNECTED), None, ())]
    hub.set_state(c.Connecting(1, ONE), now=1.0)
    hub.update_facts(context="one")
    hub.update_facts(context="one")
    hub.set_state(c.Connected(1, ONE, 5.0), now=5.0)
    hub.set_statistics(STATISTICS)
    hub.set_probe(ProbeReport(True, 0.1, 0.1))
    reason = problem_of(KubeferryError(ErrorCode.TUNNEL_CLOSED))
    hub.set_state(c.Reconnecting(1, ONE, 5.0, reason, 6.0), now=6.0)
    hub.set_state(c.Connected(1, ONE, 5.0), now=7.5)
    status = hub.status()
    assert (status.rtt_s, status.reconnects, status.facts.context) == (0.002, 1, "one")
    (entry,) = hub.snapshot().reconnects
    assert (entry.lost_at, entry.restored_at, entry.reason.code) == (6.0, 7.5, ErrorCode.TUNNEL_CLOSED)
    assert sum(isinstance(event, m.ReconnectLogged) for event in told) == 2
    hub.set_state(c.Disconnected(), now=8.0)
    assert hub.status() == m.Status(m.StateKind.DISCONNECTED)
    hub.remove(told.append)
    assert RECONNECTS_KEPT > 0
