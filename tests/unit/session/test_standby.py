"""What waits at the helper for the next attempt, and that nothing depends on it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from app.domain import connection as c
from app.session import memory
from app.session.process import serve
from app.session.runner import Attempt, AttemptContext
from app.session.standby import Standby
from helper.protocol import helper_messages as h
from helper.protocol.knock import knock
from tests.unit.session.test_helper_link import HELD, helper, refusing
from tests.unit.session.test_runner import FakeAttempt


async def test_the_prepared_one_is_taken_once(own_dirs: Path) -> None:
    heard: list[h.Request] = []
    async with helper(own_dirs, heard=heard):
        standby = Standby()
        await standby.prepare()
        await standby.prepare()
        link = await standby.take()
        assert link is not None
        (await link.open("one")).worker.close()
        assert await standby.take() is None
        link.close()
    assert [type(request) for request in heard if not isinstance(request, h.ListConnections)] == [
        h.Hello,
        h.PrepareWorker,
        h.OpenConnection,
    ]


async def test_without_a_helper_there_is_none() -> None:
    standby = Standby()
    await standby.prepare()
    assert await standby.take() is None
    standby.close()


async def test_a_helper_that_refuses_to_prepare_is_let_go(own_dirs: Path) -> None:
    async with helper(own_dirs, refusing(h.PrepareWorker, h.RefusalCode.TOO_MANY_CONNECTIONS)):
        standby = Standby()
        await standby.prepare()
        assert await standby.take() is None


async def test_one_whose_helper_has_gone_is_not_taken(own_dirs: Path) -> None:
    standby = Standby()
    async with helper(own_dirs, refusing(h.ListConnections, h.RefusalCode.SYSTEM_FAILED)):
        await standby.prepare()
        assert await standby.take() is None


class Counting:
    def __init__(self) -> None:
        self.prepared: asyncio.Queue[int] = asyncio.Queue()
        self.closed = 0

    async def prepare(self) -> None:
        self.prepared.put_nowait(1)

    def close(self) -> None:
        self.closed += 1


async def test_prepared_after_an_attempt_and_not_during_one() -> None:
    attempts: list[FakeAttempt] = []

    def make_attempt(context: AttemptContext) -> Attempt:
        attempts.append(FakeAttempt(context, None))
        asyncio.get_running_loop().call_later(0.01, context.post, c.DisconnectRequested())
        return attempts[-1]

    async def still_held(_: str) -> bool:
        return True

    memory.remember(HELD, c.Target(context="one"))
    standby = Counting()
    async with asyncio.timeout(5):
        await serve(make_attempt, still_held, standby=standby, idle_s=0.05)
    assert attempts[0].undone == 1
    assert standby.prepared.qsize() == 1
    assert standby.closed == 1


async def test_what_knocked_before_is_taken(own_dirs: Path) -> None:
    heard: list[h.Request] = []
    async with helper(own_dirs, heard=heard):
        knocked = knock()
        assert knocked is not None
        standby = Standby(knocked)
        await standby.prepare()
        link = await standby.take()
        assert link is not None
        assert link.version == "0.1.0"
        assert [type(request) for request in heard[:2]] == [h.Hello, h.PrepareWorker]
        link.close()


async def test_a_knock_that_is_refused_is_no_failure(own_dirs: Path) -> None:
    async with helper(own_dirs, refusing(h.Hello, h.RefusalCode.NOT_ALLOWED)):
        standby = Standby(knock())
        await standby.prepare()
        assert await standby.take() is None


async def test_a_knock_that_nobody_needs_is_taken_back(own_dirs: Path) -> None:
    async with helper(own_dirs):
        knocked = knock()
        assert knocked is not None
        assert await Standby(knocked).take() is None
        assert knocked.fileno() == -1


def test_nobody_to_knock_at() -> None:
    assert knock() is None
