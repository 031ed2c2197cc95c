"""A connection on fakes that is being made, held and undone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.domain import connection as c
from app.domain.errors import ErrorCode, KubeferryError
from app.session.attempt import ConnectAttempt
from app.session.ports import Cluster, Helper
from app.session.runner import problem_of
from tests.unit.session.fakes import FakeCluster, FakeHelper, FakeWorker, Recorder, make_context


class Bench:
    """One attempt on fakes, run until the test is done with it and then undone as the runner would."""

    def __init__(self) -> None:
        self.worker = FakeWorker()
        self.helper = FakeHelper(self.worker)
        self.cluster = FakeCluster()
        self.recorder = Recorder()
        self.target = c.Target(context="one")
        self.resume: str | None = None
        self.left: tuple[str, ...] = ()
        self.failure: BaseException | None = None
        self.no_helper: KubeferryError | None = None

    @asynccontextmanager
    async def run(self) -> AsyncIterator[asyncio.Task[None]]:
        async def open_helper() -> Helper:
            if self.no_helper is not None:
                raise self.no_helper
            return self.helper

        async def open_cluster(_: c.Target) -> Cluster:
            return self.cluster

        async with asyncio.TaskGroup() as group:
            self.context = make_context(group, self.recorder, self.target, self.resume)
            attempt = ConnectAttempt(self.context, open_helper, open_cluster)

            async def supervised() -> None:
                try:
                    await attempt.run()
                except Exception as error:  # noqa: BLE001  (what the runner does)
                    self.failure = error

            task = group.create_task(supervised())
            try:
                yield task
            finally:
                task.cancel()
                await asyncio.wait([task])
                self.left = await attempt.undo()

    def code(self) -> ErrorCode:
        assert self.failure is not None
        return problem_of(self.failure).code

    def said(self, kind: type) -> list[object]:
        return [message for message in self.worker.sent if isinstance(message, kind)]
