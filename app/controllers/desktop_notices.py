"""Hands notices to the desktop, and says which one the user has clicked or which the desktop does not take."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, aclosing

from PySide6.QtCore import QObject, Signal

from app.controllers.notices import Notice, action_word
from app.controllers.scope import Scope
from app.platform.notifications import (
    Closed,
    Heard,
    NoNotificationsError,
    Notifications,
    Pressed,
    Shown,
    open_notifications,
)
from app.settings.preferences import NoticeKind

log = logging.getLogger(__name__)

_KEPT = 32
"""So many that are shown are remembered for a click; a desktop keeps older ones in its list."""
_WAITING = 16


class DesktopNotices(QObject):
    """The bus is asked for at the first notice, and again at the next one after it was lost.

    Signals:
        pressed: Notice, the user has clicked it.
        refused: Notice, nobody on this desktop shows it.
    """

    pressed = Signal(object)
    refused = Signal(object)

    def __init__(
        self, scope: Scope, connect: Callable[[], AbstractAsyncContextManager[Notifications]] = open_notifications
    ) -> None:
        super().__init__()
        self._scope = scope
        self._connect = connect
        self._queue: asyncio.Queue[Notice] = asyncio.Queue(_WAITING)
        self._shown: dict[int, Notice] = {}
        self._is_serving = False
        self._one_by_one = asyncio.Lock()

    def show(self, notice: Notice) -> None:
        if self._queue.full():
            log.info("a notification was dropped: the desktop does not take them")
            return
        self._queue.put_nowait(notice)
        if not self._is_serving:
            self._is_serving = True
            self._scope.start(self._serve())

    async def _serve(self) -> None:
        try:
            async with self._connect() as desktop, asyncio.TaskGroup() as group:
                group.create_task(self._listen(desktop))
                while True:
                    await self._show_next(desktop)
        except* NoNotificationsError as errors:
            log.info("no desktop notifications: %s", errors.exceptions[0])
        finally:
            self._is_serving = False
            self._shown.clear()
        while not self._queue.empty():
            self.refused.emit(self._queue.get_nowait())

    async def _show_next(self, desktop: Notifications) -> None:
        notice = await self._queue.get()
        shown = Shown(notice.title, notice.text, action_word(notice.action), self._before(notice), notice.urgent)
        async with self._one_by_one:  # so that a click on it is heard after its number is known
            try:
                number = await desktop.show(shown)
            except NoNotificationsError:
                self.refused.emit(notice)
                raise
            self._shown.pop(number, None)
            self._shown[number] = notice
        while len(self._shown) > _KEPT:
            self._shown.pop(next(iter(self._shown)))

    def _before(self, notice: Notice) -> int:
        """Of the connection only the last one is true: it takes the place of the one before. 0: none."""
        if notice.kind is not NoticeKind.CONNECTION:
            return 0
        return next((number for number, one in self._shown.items() if one.kind is notice.kind), 0)

    async def _listen(self, desktop: Notifications) -> None:
        async with aclosing(desktop.heard()) as heard:
            async for event in heard:
                async with self._one_by_one:
                    self._take(event)

    def _take(self, event: Heard) -> None:
        match event:
            case Pressed(number, token) if number in self._shown:
                if token:
                    os.environ["XDG_ACTIVATION_TOKEN"] = token  # Qt's Wayland part looks for it there.
                self.pressed.emit(self._shown.pop(number))
            case Closed(number):
                self._shown.pop(number, None)
