"""A session's server in this process, on attempts that do what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.domain import connection as c
from app.session import messages as m
from app.session.hub import Hub
from app.session.runner import Attempt, AttemptContext, Runner
from app.session.server import Server, listen
from tests.unit.session.test_runner import FakeAttempt


class Running:
    def __init__(self) -> None:
        self.attempts: list[FakeAttempt] = []
        self.runner = Runner(Hub(), self._make)
        self.server = Server(self.runner)

    def _make(self, context: AttemptContext) -> Attempt:
        self.attempts.append(FakeAttempt(context, None))
        return self.attempts[-1]

    async def until(self, kind: type[c.State]) -> None:
        changed = asyncio.Event()

        def notice(_: m.Event) -> None:
            changed.set()

        self.runner.hub.add(notice)
        async with asyncio.timeout(5):
            while not isinstance(self.runner.state, kind):
                changed.clear()
                await changed.wait()
        self.runner.hub.remove(notice)


@asynccontextmanager
async def running() -> AsyncIterator[Running]:
    made = Running()
    listener = listen()
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(made.runner.run()), group.create_task(made.server.run(listener))]
            await made.runner.started.wait()
            try:
                yield made
            finally:
                for task in tasks:
                    task.cancel()
    finally:
        listener.close()
