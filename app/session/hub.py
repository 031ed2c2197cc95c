"""What the session knows and who wants to hear of it. The one place where a Status is put together."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

import msgspec

from app.domain import connection as c
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.convert import status_of
from app.session.problems import info_from_problem
from helper.protocol.worker_messages import ProbeReport, Statistics

RECONNECTS_KEPT = 50

Listener = Callable[[m.Event], None]


class Hub:
    """Listeners are called at once, with a whole Status at every change; they must not raise or block."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._state: c.State = c.Disconnected()
        self._facts = m.Facts()
        self._statistics: Statistics | None = None
        self._probe: ProbeReport | None = None
        self._probed_at: float | None = None
        self._reconnects: deque[m.Reconnect] = deque(maxlen=RECONNECTS_KEPT)
        self._losses = 0
        self._intercepts: tuple[im.InterceptInfo, ...] = ()

    def status(self) -> m.Status:
        return msgspec.structs.replace(
            status_of(self._state),
            facts=self._facts,
            rtt_s=None if self._statistics is None else self._statistics.rtt_s,
            reconnects=self._losses,
            probe=self._probe,
            probed_at=self._probed_at,
            intercepts=self._intercepts,
        )

    def snapshot(self) -> m.Snapshot:
        return m.Snapshot(self.status(), self._statistics, tuple(self._reconnects))

    def add(self, listener: Listener) -> None:
        """The listener's first event is a Snapshot."""
        self._listeners.append(listener)
        listener(self.snapshot())

    def remove(self, listener: Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)

    def set_state(self, state: c.State, *, now: float) -> None:
        """A new attempt begins with no facts; an old one's are kept while it is undone."""
        before, self._state = self._state, state
        if isinstance(state, c.Connecting) and not isinstance(before, c.Connecting):
            self._forget()
        if isinstance(state, c.Disconnected | c.Failed):
            self._forget()
        self._log_losses(before, state, now)
        self._tell(m.StatusChanged(self.status()))

    def update_facts(self, **changes: object) -> None:
        facts = msgspec.structs.replace(self._facts, **changes)
        if facts != self._facts:
            self._facts = facts
            self._tell(m.StatusChanged(self.status()))

    def set_intercepts(self, intercepts: tuple[im.InterceptInfo, ...]) -> None:
        if intercepts != self._intercepts:
            self._intercepts = intercepts
            self._tell(m.StatusChanged(self.status()))

    def set_statistics(self, statistics: Statistics) -> None:
        self._statistics = statistics
        self._tell(m.StatisticsChanged(statistics))

    def set_probe(self, probe: ProbeReport) -> None:
        """Kept for the next Status; a change of what it means is a change of state, which is told."""
        self._probe, self._probed_at = probe, time.time()

    def _forget(self) -> None:
        self._facts = m.Facts()
        self._statistics = None
        self._probe = self._probed_at = None
        self._intercepts = ()
        self._reconnects.clear()
        self._losses = 0

    def _log_losses(self, before: c.State, state: c.State, now: float) -> None:
        if isinstance(state, c.Reconnecting) and not isinstance(before, c.Reconnecting):
            self._losses += 1
            self._reconnects.append(m.Reconnect(state.lost_at, None, info_from_problem(state.reason)))
        elif isinstance(before, c.Reconnecting) and isinstance(state, c.Connected | c.Degraded) and self._reconnects:
            self._reconnects[-1] = msgspec.structs.replace(self._reconnects[-1], restored_at=now)
        else:
            return
        self._tell(m.ReconnectLogged(self._reconnects[-1]))

    def _tell(self, event: m.Event) -> None:
        for listener in tuple(self._listeners):
            listener(event)
