"""Follows the session and asks it for connections; the window and the tray see only what this says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from app.controllers.connection_view import connection_view, traffic_sample
from app.controllers.scope import Scope
from app.controllers.views import ConnectionView, Phase
from app.controllers.words import translated
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.session import messages as m
from helper.protocol.worker_messages import Statistics

_FAREWELL_S = 2.0
"""How long quitting waits for the session to take the wish to disconnect."""


MakeRequests = Callable[[str, str | None], tuple[m.Request, ...]]


class SessionRequests(Protocol):
    async def request(self, request: m.Request, /) -> m.Answer: ...

    def close(self) -> None: ...


class ConnectionController(QObject):
    """Signals:
    changed: ConnectionView, what the connection is now.
    sampled: TrafficSample, the last second; None when the counting begins anew.
    heard: app.session.messages.Event, each as it comes: for other controllers, never for widgets.
    """

    changed = Signal(object)
    sampled = Signal(object)
    heard = Signal(object)

    def __init__(
        self,
        scope: Scope,
        session: SessionRequests,
        watch: Callable[[], AsyncIterator[m.Event]],
        requests: MakeRequests,
    ) -> None:
        """`requests`: what is said to the session to connect to a context and a namespace; a Connect comes last."""
        super().__init__()
        self._scope = scope
        self._session = session
        self._watch = watch
        self._requests = requests
        self._view = ConnectionView()
        self._statistics: Statistics | None = None
        self._asked: tuple[str | None, str | None] = (None, None)
        self._is_asked_early = False
        self._is_following = False

    @property
    def view(self) -> ConnectionView:
        return self._view

    def start(self) -> None:
        """Begins to follow the session, or begins again after that failed."""
        self._is_following = True
        self._scope.replace("session", self._follow())

    def connect_to(self, context: str, namespace: str | None) -> None:
        """Before anything is known of the session, it waits for that."""
        self._follow_again()
        self._asked = (context, namespace)
        self._is_asked_early = self._view.phase is Phase.STARTING
        if not self._is_asked_early:
            self._connect(context, namespace)

    def _follow_again(self) -> None:
        """A session that could not be had before may be there when the user tries again."""
        if not self._is_following:
            self.start()

    def _connect(self, context: str, namespace: str | None) -> None:
        self._scope.start(self._ask(*self._requests(context, namespace)))

    def disconnect_now(self) -> None:
        """Ends the connection, or calls off the attempt to make one."""
        self._is_asked_early = False
        self._follow_again()
        self._scope.start(self._ask(m.Disconnect()))

    async def farewell(self) -> None:
        """Before the end: what is connected is not left behind unseen."""
        if not self._view.phase.holds_connection:
            return
        try:
            async with asyncio.timeout(_FAREWELL_S):
                await self._session.request(m.Disconnect())
        except (KubeferryError, TimeoutError):
            return

    async def _follow(self) -> None:
        try:
            async for event in self._watch():
                self._take(event)
        except KubeferryError as error:
            self._is_following = False
            self._fail(error)

    async def _ask(self, *requests: m.Request) -> None:
        try:
            for request in requests:
                await self._session.request(request)
        except KubeferryError as error:
            self._refuse(error)

    def _take(self, event: m.Event) -> None:
        self.heard.emit(event)
        match event:
            case m.Snapshot(status, statistics, _):
                self._show(connection_view(status))
                self._statistics = statistics
                self.sampled.emit(None)
            case m.StatusChanged(status):
                self._show(connection_view(status))
            case m.StatisticsChanged(statistics):
                self._count(statistics)
            case m.ReconnectLogged():
                pass

    def _count(self, statistics: Statistics) -> None:
        before, self._statistics = self._statistics, statistics
        if before is not None:
            self.sampled.emit(traffic_sample(before, statistics))
        if statistics.rtt_s is not None and self._view.phase is Phase.CONNECTED:
            self._show(replace(self._view, rtt_s=statistics.rtt_s))

    def _refuse(self, error: KubeferryError) -> None:
        """A wish that came to nothing does not end the connection that there is."""
        if self._view.phase.holds_connection and error.code is not ErrorCode.CANCELLED:
            self._show(replace(self._view, problem=translated(Problem.of(error))))
        else:
            self._fail(error)

    def _fail(self, error: KubeferryError) -> None:
        self._is_asked_early = False
        if error.code is ErrorCode.CANCELLED:
            return
        self._show(ConnectionView(Phase.FAILED, problem=translated(Problem.of(error))))

    def _show(self, view: ConnectionView) -> None:
        if view.phase is Phase.CONNECTING and view.context is None:
            view = replace(view, context=self._asked[0], namespace=self._asked[1])
        if view != self._view:
            self._view = view
            self.changed.emit(view)
        context, namespace = self._asked
        if self._is_asked_early and context is not None:
            self._is_asked_early = False
            self._connect(context, namespace)
