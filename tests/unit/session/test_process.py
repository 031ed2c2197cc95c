"""The session's own life: what it takes over, when it ends, and that two clients start one."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from app.domain import connection as c
from app.platform import launch, paths
from app.session import memory
from app.session import messages as m
from app.session.client import SessionClient
from app.session.process import serve
from app.session.runner import Attempt, AttemptContext
from tests.unit.session.test_runner import FakeAttempt

HELD = "0123456789ab"


class Made:
    def __init__(self) -> None:
        self.attempts: list[FakeAttempt] = []
        self.held = True
        self.started = asyncio.Event()

    def attempt(self, context: AttemptContext) -> Attempt:
        self.attempts.append(FakeAttempt(context, None))
        self.started.set()
        return self.attempts[-1]

    async def still_held(self, connection_id: str) -> bool:
        return self.held and connection_id == HELD


@pytest.fixture
def made() -> Made:
    return Made()


async def request(message: m.Request) -> m.Answer:
    client = SessionClient()
    try:
        return await client.request(message)
    finally:
        client.close()


async def test_ends_when_nobody_needs_it(made: Made) -> None:
    async with asyncio.timeout(5):
        await serve(made.attempt, made.still_held, idle_s=0.01)
    assert not paths.session_socket().exists()


async def test_takes_over_what_the_helper_still_holds(made: Made) -> None:
    memory.remember(HELD, c.Target(context="one"))
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(serve(made.attempt, made.still_held, idle_s=0.01))
        await made.started.wait()
        assert made.attempts[0].context.resume == HELD
        assert made.attempts[0].context.target == c.Target(context="one")
        await request(m.Shutdown())
    assert made.attempts[0].undone == 1


async def test_does_not_connect_by_itself_when_the_helper_has_let_go(made: Made) -> None:
    made.held = False
    memory.remember(HELD, c.Target(context="one"))
    async with asyncio.timeout(5):
        await serve(made.attempt, made.still_held, idle_s=0.01)
    assert made.attempts == []
    assert memory.recall() is None


async def test_sigterm_disconnects(made: Made) -> None:
    memory.remember(HELD, c.Target(context="one"))
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(serve(made.attempt, made.still_held))
        await made.started.wait()
        os.kill(os.getpid(), signal.SIGTERM)
    assert made.attempts[0].undone == 1


def test_memory_keeps_a_later_connection() -> None:
    memory.remember(HELD, c.Target(context="one"))
    memory.forget("ffffffffffff")
    assert memory.recall() == (HELD, c.Target(context="one"))
    memory.forget(HELD)
    assert memory.recall() is None


def test_memory_that_is_damaged_is_none(caplog: pytest.LogCaptureFixture) -> None:
    (paths.runtime_dir() / "connection.json").write_text("{")
    assert memory.recall() is None
    assert "cannot be read" in caplog.text


async def test_two_clients_start_one_session() -> None:
    """Real processes: the session starts on demand, detached, and is the same for both."""
    launch._started.clear()
    one, two = SessionClient(), SessionClient()
    answers = await asyncio.gather(one.request(m.GetStatus()), two.request(m.GetStatus()))
    assert all(isinstance(answer, m.StatusIs) for answer in answers)
    (process,) = launch._started
    await one.request(m.Shutdown())
    assert await asyncio.to_thread(process.wait, 10) == 0
    log = paths.session_log().read_text()
    assert "cannot start" not in log
    one.close()
    two.close()
