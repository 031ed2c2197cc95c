"""Live traffic for the window: flows by name, and the meshed workloads' requests, gathered to cost little."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from app.controllers.flow_book import FlowBook, rates_by_workload
from app.controllers.intercept_views import InterceptRow, Key, ref_of
from app.controllers.intercepts import SessionTalks, Talk
from app.controllers.scope import Scope
from app.controllers.traffic_views import NamesNote, RequestRow
from app.controllers.views import ConnectionView, Phase
from app.domain.errors import KubeferryError
from app.domain.flow_names import Place
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.intercept_convert import workload_of
from helper.protocol.intercepts import MAX_INTERCEPTS, RequestBatch
from helper.protocol.worker_messages import Statistics

log = logging.getLogger(__name__)

GATHER_S = 0.1
"""Requests that come within this are told together: ten times a second at the most."""

RETRY_S = 2.0
NAMES_PAUSE_S = 2.0
NAMES_RETRY_S = 10.0
"""After the cluster did not answer."""

_NAMED_ADDRESSES = 64
_MAX_RULES = 2_000
_UP = (Phase.CONNECTED, Phase.DEGRADED, Phase.RECONNECTING)


class Names(Protocol):
    """Structurally app.kube.addresses.Addresses."""

    @property
    def is_forbidden(self) -> bool: ...

    def find(self, address: str, /) -> Place | None: ...

    async def learn(self, addresses: Iterable[str], /) -> bool: ...


class NameSource(Protocol):
    """Structurally app.controllers.kube_names.KubeNames."""

    def open(self, context: str, namespace: str | None, /) -> AbstractAsyncContextManager[Names]: ...


class TrafficController(QObject):
    """Signals:
    flows_changed: tuple[FlowRow, ...], busiest first; once a second, and when a name is learned.
    names_changed: NamesNote, why there may be no names.
    requests_seen: tuple[RequestRow, ...] and an int, how many more there were than these; ten times a second at most.
    rates_changed: Mapping[Key, float], bytes per second of workloads that have any; once a second.
    watched_changed: tuple[Key, ...], whose requests are told.
    """

    flows_changed = Signal(object)
    names_changed = Signal(object)
    requests_seen = Signal(object, int)
    rates_changed = Signal(object)
    watched_changed = Signal(object)

    def __init__(
        self,
        scope: Scope,
        session: SessionTalks,
        names: NameSource | None = None,
    ) -> None:
        super().__init__()
        self._scope = scope
        self._session = session
        self._names = names
        self._book = FlowBook()
        self._is_up = False
        self._place: tuple[str | None, str | None] = (None, None)
        self._intercepts: tuple[InterceptRow, ...] = ()
        self._rules: dict[str, InterceptRow] = {}
        self._watched: tuple[Key, ...] = ()
        self._talk: Talk | None = None
        self._pending: list[RequestRow] = []
        self._skipped = 0
        self._gathering: asyncio.TimerHandle | None = None
        self._note = NamesNote.NONE

    @property
    def watched(self) -> tuple[Key, ...]:
        return self._watched

    def show_connection(self, view: ConnectionView) -> None:
        """Follows the traffic for as long as there is a connection."""
        is_up, place = view.phase in _UP, (view.context, view.namespace)
        if is_up == self._is_up and (not is_up or place == self._place):
            return
        self._is_up, self._place = is_up, place
        self._book.clear()
        if is_up:
            self._scope.replace("traffic", self._follow())
            if self._names is not None and view.context is not None:
                self._scope.replace("names", self._learn(self._names, view.context, view.namespace))
            return
        self._scope.stop("traffic")
        self._scope.stop("names")
        self.flows_changed.emit(())
        self.rates_changed.emit({})

    def follow(self, selection: tuple[Key, ...], intercepts: tuple[InterceptRow, ...]) -> None:
        """Watches the selected workloads that have a mesh, else all own ones that have."""
        self._intercepts = intercepts
        self._remember(intercepts)
        meshes = [one for one in intercepts if one.mode == "mesh"]
        selected = {one.key for one in meshes} & set(selection)
        wanted = tuple(sorted(selected or {one.key for one in meshes if one.mine}))[:MAX_INTERCEPTS]
        if wanted == self._watched:
            return
        self._watched = wanted
        self.watched_changed.emit(wanted)
        if self._talk is not None:
            self._scope.replace("watch", self._tell_watched(self._talk))

    def _remember(self, intercepts: tuple[InterceptRow, ...]) -> None:
        """Requests may be told a moment after the intercept that took them has gone."""
        for one in intercepts:
            self._rules.pop(one.intercept_id, None)
            self._rules[one.intercept_id] = one
        while len(self._rules) > _MAX_RULES:
            del self._rules[next(iter(self._rules))]

    async def _follow(self) -> None:
        while True:
            talk: Talk | None = None
            try:
                async with self._session.conversation() as talk:
                    await talk.request(m.Subscribe())
                    watched = self._watched
                    await talk.request(_watch(watched))
                    self._talk = talk
                    if watched != self._watched:
                        await talk.tell(_watch(self._watched))
                    async with aclosing(talk.events()) as events:
                        async for event in events:
                            self._take(event)
            except KubeferryError as error:
                log.debug("traffic is not told: %s", error)
            finally:
                # The one after it may be there already.
                if self._talk is talk:
                    self._talk = None
            await asyncio.sleep(RETRY_S)

    async def _tell_watched(self, talk: Talk) -> None:
        try:
            await talk.tell(_watch(self._watched))
        except KubeferryError as error:
            log.debug("the session does not hear what to watch: %s", error)  # `_follow` begins anew, and says it then.

    async def _learn(self, source: NameSource, context: str, namespace: str | None) -> None:
        while True:
            note, pause_s = NamesNote.UNREACHABLE, NAMES_RETRY_S
            try:
                async with source.open(context, namespace) as names:
                    self._book.name_of = names.find
                    while True:
                        changed = await names.learn(self._book.addresses[:_NAMED_ADDRESSES])
                        self._tell_note(NamesNote.FORBIDDEN if names.is_forbidden else NamesNote.NONE)
                        if changed:
                            self.flows_changed.emit(self._book.rows(self._intercepts))
                        await asyncio.sleep(NAMES_PAUSE_S)
            except KubeferryError as error:
                log.debug("addresses have no names: %s", error)
            self._tell_note(note)
            await asyncio.sleep(pause_s)

    def _take(self, event: m.Event) -> None:
        if isinstance(event, m.StatisticsChanged):
            self._count(event.statistics)
        elif isinstance(event, im.RequestsSeen):
            self._see(event.batch)

    def _count(self, statistics: Statistics) -> None:
        self._book.count(statistics.flows, statistics.time)
        rows = self._book.rows(self._intercepts)
        self.flows_changed.emit(rows)
        self.rates_changed.emit(rates_by_workload(rows))

    def _tell_note(self, note: NamesNote) -> None:
        if note is not self._note:
            self._note = note
            self.names_changed.emit(note)

    def _see(self, batch: RequestBatch) -> None:
        workload = batch.workload
        key = workload.kind, workload.namespace, workload.name
        self._skipped += max(0, batch.seen - len(batch.records))
        self._pending += request_rows(batch, key, self._rules)
        if self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(GATHER_S, self._tell_requests)

    def _tell_requests(self) -> None:
        self._gathering = None
        rows, skipped = tuple(self._pending), self._skipped
        self._pending, self._skipped = [], 0
        self.requests_seen.emit(rows, skipped)


def request_rows(batch: RequestBatch, key: Key, rules: dict[str, InterceptRow]) -> list[RequestRow]:
    rows = []
    for record in batch.records:
        rule = rules.get(record.intercept_id)
        rows.append(
            RequestRow(
                record.time,
                record.method,
                record.path,
                record.status,
                record.duration_s,
                record.verdict.value,
                key,
                batch.pod,
                record.host,
                record.protocol,
                record.port,
                record.grpc_status,
                record.intercept_id,
                "" if rule is None else rule.rule,
                "" if rule is None else rule.owner,
                rule is not None and rule.mine,
                record.headers,
            )
        )
    return rows


def _watch(keys: tuple[Key, ...]) -> im.WatchTraffic:
    return im.WatchTraffic(tuple(workload_of(ref_of(key)) for key in keys))
