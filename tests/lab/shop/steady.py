"""A client that never stops: so many requests a second, whatever becomes of them, each one remembered.

On new connections every request begins at its time, also while others still wait; on one kept connection it waits for
the one before, and a connection that breaks is opened anew.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from tests.lab.shop.client import answer, request

_TIMEOUT_S = 3.0

Record = tuple[float, float, str, str]
"""When it began (of this process's monotonic clock), how long it took (s), who answered, what failed ("" nothing)."""


class _StatusError(ValueError):
    """An answer, but none of those that count."""


class Steady:
    def __init__(
        self,
        host: str,
        port: int,
        *,
        path: str = "/",
        headers: Sequence[Sequence[str]] = (),
        rate: float = 50.0,
        kept: bool = False,
    ) -> None:
        self.records: list[Record] = []
        self._host, self._port, self._rate, self._kept = host, port, rate, kept
        pairs = [*headers] if kept else [*headers, ["Connection", "close"]]
        self._request = request("GET", path, f"{host}:{port}", pairs)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def run(self) -> None:
        """Until cancelled."""
        due = time.monotonic()
        async with asyncio.TaskGroup() as group:
            while True:
                if self._kept:
                    await self._ask()
                else:
                    group.create_task(self._ask())
                due = max(due + 1 / self._rate, time.monotonic() - 1)
                await asyncio.sleep(max(due - time.monotonic(), 0))

    async def _ask(self) -> None:
        begin = time.monotonic()
        who = failure = ""
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                who = await self._once()
        except (OSError, asyncio.IncompleteReadError, ValueError, TimeoutError) as error:
            failure = str(error) if isinstance(error, _StatusError) else type(error).__name__
            self._close()
        self.records.append((begin, time.monotonic() - begin, who, failure))

    async def _once(self) -> str:
        reader, writer = self._streams or await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(self._request)
            head, _ = await answer(reader)
            if self._kept:
                self._streams = (reader, writer)
        finally:
            if self._streams is None:
                writer.transport.abort()
        if head.status != 200:
            raise _StatusError(head.start.partition(" ")[2])
        return head.get("x-answered-by", "?")

    def _close(self) -> None:
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None


class Jobs:
    """Those that run, by number."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._running: dict[int, tuple[Steady, asyncio.Task[None]]] = {}

    async def start(self, **options: Any) -> dict[str, Any]:
        steady = Steady(**options)
        number = len(self._running) + 1
        self._running[number] = (steady, self._group.create_task(steady.run()))
        return {"job": number}

    async def records(self, job: int, since: int = 0) -> dict[str, Any]:
        """From the record with this index on."""
        return {"records": self._running[job][0].records[since:], "now": time.monotonic()}

    async def stop(self, job: int) -> dict[str, Any]:
        self._running[job][1].cancel()
        return await self.records(job)
