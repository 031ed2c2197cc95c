"""What happened to the connection: states as they were seen, and the session's own log of losses."""

from __future__ import annotations

from bisect import insort

from app.controllers.connection_view import explanation
from app.controllers.diagnosis_views import Happening, TimelineEntry
from app.session import messages as m

KEPT = 200
"""Entries; the oldest go first."""

_UP = (m.StateKind.CONNECTED, m.StateKind.DEGRADED, m.StateKind.RECONNECTING)
_PASSING = (m.StateKind.CONNECTING, m.StateKind.DISCONNECTING, m.StateKind.RECONNECTING)
"""States that lead to others; a loss is told by the session's log, with the time at which it was noticed."""


class Timeline:
    """`entries` are newest first. What is heard twice, as after the window was started again, is told once."""

    def __init__(self) -> None:
        self._entries: list[TimelineEntry] = []
        self._state: m.StateKind | None = None
        self._since: float | None = None
        self._place = ""

    @property
    def entries(self) -> tuple[TimelineEntry, ...]:
        return tuple(reversed(self._entries))

    def see_snapshot(self, snapshot: m.Snapshot, now: float) -> bool:
        """Returns whether there is something new."""
        is_new = self.see_status(snapshot.status, now)
        for reconnect in snapshot.reconnects:
            is_new = self.see_reconnect(reconnect) or is_new
        return is_new

    def see_status(self, status: m.Status, now: float) -> bool:
        """Returns whether there is something new. How it came to the first state nobody saw: it is not told."""
        before, self._state = self._state, status.state
        if status.facts.context:
            self._place = f"{status.facts.context} ▸ {status.facts.namespace}"
        is_new = False
        if status.state in _UP and status.since is not None and status.since != self._since:
            self._since = status.since
            is_new = self._add(TimelineEntry(status.since, Happening.CONNECTED, self._place))
        entry = self._entry(before, status, now)
        return (entry is not None and self._add(entry)) or is_new

    def see_reconnect(self, reconnect: m.Reconnect) -> bool:
        reason = explanation(reconnect.reason)
        is_new = self._add(TimelineEntry(reconnect.lost_at, Happening.LOST, self._place, reason=reason))
        if reconnect.restored_at is not None:
            took_s = max(0.0, reconnect.restored_at - reconnect.lost_at)
            restored = TimelineEntry(reconnect.restored_at, Happening.RESTORED, self._place, took_s)
            is_new = self._add(restored) or is_new
        return is_new

    def _entry(self, before: m.StateKind | None, status: m.Status, now: float) -> TimelineEntry | None:
        state = status.state
        if state == before or state in _PASSING:
            return None
        reason = explanation(status.problem) if status.problem is not None else None
        if state is m.StateKind.DEGRADED:
            return TimelineEntry(now, Happening.DEGRADED, self._place, reason=reason)
        if state is m.StateKind.CONNECTED:
            recovered = before is m.StateKind.DEGRADED
            return TimelineEntry(now, Happening.RECOVERED, self._place) if recovered else None
        lasted_s = None if self._since is None else max(0.0, now - self._since)
        self._since = None
        if state is m.StateKind.FAILED:
            return None if before is None else TimelineEntry(now, Happening.FAILED, self._place, lasted_s, reason)
        return None if lasted_s is None else TimelineEntry(now, Happening.DISCONNECTED, self._place, lasted_s)

    def _add(self, entry: TimelineEntry) -> bool:
        if any(known.at == entry.at and known.what is entry.what for known in self._entries):
            return False
        insort(self._entries, entry, key=lambda one: one.at)
        del self._entries[:-KEPT]
        return True
