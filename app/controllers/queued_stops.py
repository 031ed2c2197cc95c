"""Stops that were asked for while their workload is being worked on: they follow when that has ended.

Nothing is asked of the session before: it would do both at once, and which came last would be luck.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.controllers.intercept_views import InterceptRow, Key

Only = tuple[str, ...]
"""Ids of own intercepts of a workload; empty: all of them, also one that has just been started."""


class QueuedStops:
    """One a workload: who asks again means all that was asked for."""

    def __init__(self) -> None:
        self._waiting: dict[Key, Only] = {}
        self._running: dict[Key, Only] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._waiting

    def begin(self, key: Key, only: Only) -> None:
        """These are being stopped now."""
        self._running[key] = only

    def ask(self, key: Key, only: Only) -> bool:
        """Returns False when all of it is being stopped already."""
        running = self._running.get(key)
        if running is not None and (not running or (only and set(only) <= set(running))):
            return False
        before = self._waiting.get(key, only)
        self._waiting[key] = tuple(dict.fromkeys((*before, *only))) if before and only else ()
        return True

    def end(self, key: Key) -> Only | None:
        """What was being done has ended. Returns what is to be stopped now; None: nothing."""
        self._running.pop(key, None)
        return self._waiting.pop(key, None)

    def forget(self) -> None:
        """The connection, and with it every intercept, has gone."""
        self._waiting.clear()


def are_all(only: Only, key: Key, own: Iterable[InterceptRow]) -> bool:
    """Does `only` name everything that the user has at the workload?"""
    return not only or {one.intercept_id for one in own if one.key == key} <= set(only)
