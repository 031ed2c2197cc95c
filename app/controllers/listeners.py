"""What listens on this machine, for as long as somebody looks at it."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject, Signal

from app.controllers.scope import Scope
from app.platform.listeners import Listener, ListenerSource
from app.platform.this_system import listener_source

EVERY_S = 2.0
_TASK = "listeners"


class ListenersController(QObject):
    """Reads off the event loop: there may be many processes.

    Signals:
        changed: tuple[Listener, ...], sorted by port; None where it cannot be found out. Once after `watch`, and then
            whenever it is something else.
    """

    changed = Signal(object)

    def __init__(self, scope: Scope, source: ListenerSource | None = None, every_s: float = EVERY_S) -> None:
        super().__init__()
        self._scope = scope
        self._source = source or listener_source()
        self._every_s = every_s
        self._is_watching = False
        self._reading = asyncio.Lock()
        """A thread that reads cannot be cancelled, and the source is not to be read twice at once."""

    @property
    def is_watching(self) -> bool:
        return self._is_watching

    def watch(self) -> None:
        """Until `stop`. Harmless while it watches already."""
        if not self._is_watching:
            self._is_watching = True
            self._scope.replace(_TASK, self._follow())

    def stop(self) -> None:
        self._is_watching = False
        self._scope.stop(_TASK)

    async def _follow(self) -> None:
        told: tuple[Listener, ...] | None = None
        is_first = True
        while True:
            found = await self._read()
            if is_first or found != told:
                is_first, told = False, found
                self.changed.emit(found)
            await asyncio.sleep(self._every_s)

    async def _read(self) -> tuple[Listener, ...] | None:
        if self._source is None:
            return None
        async with self._reading:
            reading = asyncio.create_task(asyncio.to_thread(self._source.read))  # noqa: TID251 - awaited right here
            try:
                return await asyncio.shield(reading)
            except asyncio.CancelledError:
                await asyncio.wait([reading])
                raise
