"""An owner for tasks that begin in Qt slots: none outlives it, and none fails unheard."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any

log = logging.getLogger(__name__)


class Scope:
    """An `async with` block around a TaskGroup whose members are known by name. Leaving the block cancels them.

    A member that raises is a bug: it is logged and told to `on_bug`, and the other members go on, because a window
    that lost one list is still worth having.
    """

    def __init__(self, on_bug: Callable[[Exception], None]) -> None:
        self._on_bug = on_bug
        self._group = asyncio.TaskGroup()
        self._members: dict[str, asyncio.Task[None]] = {}
        self._all: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Scope:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._all:
            task.cancel()
        await self._group.__aexit__(kind, error, trace)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """One more task; it ends by itself or with the scope."""
        self._spawn(work)

    def replace(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """The one task of this name from now on; the one before is cancelled."""
        self.stop(name)
        self._members[name] = self._spawn(work)

    def stop(self, name: str) -> None:
        task = self._members.pop(name, None)
        if task is not None:
            task.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._group.create_task(self._guarded(work))
        self._all.add(task)
        task.add_done_callback(self._all.discard)
        # A task that is cancelled before its first step never enters `_guarded`.
        task.add_done_callback(lambda _: work.close())
        return task

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            log.exception("a task of the window failed")
            self._on_bug(error)
