"""A session and a cluster that tests speak for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from app.controllers.views import ContextRow, WorkloadsView
from app.domain.errors import KubeferryError
from app.session import messages as m


class FakeSession:
    """Records requests; `say` is what its watchers hear."""

    def __init__(self) -> None:
        self.requests: list[m.Request] = []
        self.refusal: KubeferryError | None = None
        self._events: asyncio.Queue[m.Event | KubeferryError] = asyncio.Queue()

    def say(self, event: m.Event | KubeferryError) -> None:
        self._events.put_nowait(event)

    def close(self) -> None:
        self._events = asyncio.Queue()

    async def request(self, request: m.Request, /) -> m.Answer:
        self.requests.append(request)
        if self.refusal is not None:
            raise self.refusal
        return m.Done()

    async def watch(self) -> AsyncIterator[m.Event]:
        while True:
            event = await self._events.get()
            if isinstance(event, KubeferryError):
                raise event
            yield event


class FakeSource:
    def __init__(self, view: WorkloadsView) -> None:
        self._view = view

    def view(self) -> WorkloadsView:
        return self._view


class FakeCluster:
    """What is put into `namespaces` and `workloads` is what watchers of them see next; an error ends their watch."""

    def __init__(self, contexts: tuple[ContextRow, ...]) -> None:
        self.rows = contexts
        self.namespaces: asyncio.Queue[tuple[str, ...] | KubeferryError] = asyncio.Queue()
        self.workloads: asyncio.Queue[WorkloadsView | KubeferryError] = asyncio.Queue()
        self.watched: list[tuple[str, str | None]] = []
        self.open_watches = 0

    async def contexts(self) -> tuple[ContextRow, ...]:
        return self.rows

    async def watch_namespaces(self, context: str) -> AsyncGenerator[tuple[str, ...], None]:
        while True:
            names = await self.namespaces.get()
            if isinstance(names, KubeferryError):
                raise names
            yield names

    async def watch_workloads(self, context: str, namespace: str | None) -> AsyncGenerator[FakeSource, None]:
        self.watched.append((context, namespace))
        self.open_watches += 1
        try:
            while True:
                rows = await self.workloads.get()
                if isinstance(rows, KubeferryError):
                    raise rows
                yield FakeSource(rows)
        finally:
            self.open_watches -= 1
