"""Which contexts, namespaces and workloads there are: live, for whatever the user looks at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from app.controllers.scope import Scope
from app.controllers.views import ContextRow, WorkloadsView
from app.controllers.words import tr, translated
from app.domain.errors import ErrorCode, KubeferryError, Problem

PAUSES_S = (2.0, 5.0, 10.0, 30.0)
"""Between tries to reach a cluster that does not answer; the last one for ever, until it has answered once."""

GATHER_S = 0.15
"""Changes that come together are shown together: a rollout of hundreds of pods redraws the table a few times."""


class WorkloadSource(Protocol):
    def view(self) -> WorkloadsView: ...


class ClusterReader(Protocol):
    """Where contexts and what runs in them come from. Iterators yield all there is, then again at each change."""

    async def contexts(self) -> tuple[ContextRow, ...]: ...

    def watch_namespaces(self, context: str) -> AsyncGenerator[tuple[str, ...], None]: ...

    def watch_workloads(self, context: str, namespace: str | None) -> AsyncGenerator[WorkloadSource, None]:
        """Yields the same source at each change."""
        ...


class RightsReader(Protocol):
    async def missing_rights(self, context: str, namespace: str) -> str:
        """Why nothing can be intercepted there; empty where something can. Raises KubeferryError."""
        ...


class BrowserController(QObject):
    """Signals:
    contexts_changed: tuple[ContextRow, ...], all there are.
    context_changed: str or None, the one looked into.
    namespaces_changed: tuple[str, ...] and a note (str) for when they cannot be listed.
    namespace_changed: str or None, the one looked into; None is all.
    workloads_changed: WorkloadsView, what runs where the user looks.
    problem_changed: Explanation or None, why there is nothing to see.
    rights_changed: str, why nothing can be intercepted where the user looks; empty where it can, or is not known yet.
    """

    contexts_changed = Signal(object)
    context_changed = Signal(object)
    namespaces_changed = Signal(object, str)
    namespace_changed = Signal(object)
    workloads_changed = Signal(object)
    problem_changed = Signal(object)
    rights_changed = Signal(str)

    def __init__(self, scope: Scope, reader: ClusterReader, rights: RightsReader | None = None) -> None:
        """`rights` None: nobody is asked, and the cluster says at each intercept what is not allowed."""
        super().__init__()
        self._scope = scope
        self._reader = reader
        self._rights = rights
        self._known_rights: dict[tuple[str, str], str] = {}
        self._asked_rights: tuple[str, str] | None = None
        self._contexts: tuple[ContextRow, ...] = ()
        self._remembered: dict[str, str] = {}
        self._context: str | None = None
        self._namespace: str | None = None
        self._source: WorkloadSource | None = None
        self._gathering: asyncio.TimerHandle | None = None

    @property
    def contexts(self) -> tuple[ContextRow, ...]:
        return self._contexts

    @property
    def context(self) -> str | None:
        return self._context

    @property
    def namespace(self) -> str | None:
        return self._namespace

    def remember(self, context: str | None, namespaces: dict[str, str]) -> None:
        """What was looked into last time; taken up where it still exists."""
        self._context = context
        self._remembered = dict(namespaces)

    @property
    def remembered(self) -> dict[str, str]:
        return dict(self._remembered)

    def reload(self) -> None:
        """Reads the kubeconfig again and watches anew."""
        self._known_rights.clear()
        self._scope.replace("contexts", self._load_contexts())

    def choose_context(self, name: str) -> None:
        if name != self._context:
            self._look_into(name)

    def choose_namespace(self, name: str | None) -> None:
        if name == self._namespace or self._context is None:
            return
        self._namespace = name
        if name is not None:
            self._remembered[self._context] = name
        self.namespace_changed.emit(name)
        self._watch_workloads()

    def look_at(self, namespace: str | None) -> None:
        """The namespace of the workload that is looked at: where all are shown, rights are asked for it alone."""
        place = namespace or self._namespace
        if self._rights is None or self._context is None or place is None:
            self._asked_rights = None
            return
        asked = self._context, place
        if asked == self._asked_rights:
            return
        self._asked_rights = asked
        self.rights_changed.emit(self._known_rights.get(asked, ""))
        if asked not in self._known_rights:
            self._scope.replace("rights", self._ask_rights(self._rights, asked))

    def connect_namespace(self, context: str) -> str | None:
        """The namespace whose short names a connection to `context` would resolve; None: the kubeconfig's."""
        return self._namespace if context == self._context else self._remembered.get(context)

    async def _load_contexts(self) -> None:
        try:
            self._contexts = await self._reader.contexts()
        except KubeferryError as error:
            self.problem_changed.emit(translated(Problem.of(error)))
            return
        self.contexts_changed.emit(self._contexts)
        known = {context.name for context in self._contexts}
        current = next((context.name for context in self._contexts if context.is_current), None)
        chosen = self._context if self._context in known else current
        if chosen is None and self._contexts:
            chosen = self._contexts[0].name
        self._look_into(chosen)

    def _look_into(self, context: str | None) -> None:
        self._context = context
        row = next((row for row in self._contexts if row.name == context), None)
        self._namespace = self._remembered.get(row.name, row.namespace) if row else None
        self.problem_changed.emit(None)
        self.context_changed.emit(context)
        self.namespaces_changed.emit((self._namespace,) if self._namespace else (), "")
        self.namespace_changed.emit(self._namespace)
        if context is None:
            self._stop_gathering()
            self._scope.stop("namespaces")
            self._scope.stop("workloads")
            return
        self._scope.replace("namespaces", self._follow_namespaces(context))
        self._watch_workloads()

    def _stop_gathering(self) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        self._source = None

    def _tell_workloads(self) -> None:
        self._gathering = None
        if self._source is not None:
            self.problem_changed.emit(None)
            self.workloads_changed.emit(self._source.view())

    def _watch_workloads(self) -> None:
        self._stop_gathering()
        self._look_anew()
        if self._context is not None:
            self._scope.replace("workloads", self._follow_workloads(self._context, self._namespace))

    def _look_anew(self) -> None:
        self._scope.stop("rights")
        self._asked_rights = None
        self.rights_changed.emit("")
        self.look_at(None)

    async def _ask_rights(self, rights: RightsReader, asked: tuple[str, str]) -> None:
        """A cluster that does not answer is told of by the lists; it allows everything until it says otherwise."""
        try:
            reason = await rights.missing_rights(*asked)
        except KubeferryError:
            if self._asked_rights == asked:
                self._asked_rights = None
            return
        self._known_rights[asked] = reason
        if self._asked_rights == asked:
            self.rights_changed.emit(reason)

    async def _follow_namespaces(self, context: str) -> None:
        pauses = _pauses()
        while True:
            try:
                async with aclosing(self._reader.watch_namespaces(context)) as news:
                    async for names in news:
                        pauses = _pauses()
                        self.namespaces_changed.emit(names, "")
            except KubeferryError as error:
                if error.code is ErrorCode.API_FORBIDDEN:
                    own = (self._namespace,) if self._namespace else ()
                    self.namespaces_changed.emit(own, tr("You may not list this cluster's namespaces."))
            await asyncio.sleep(next(pauses))

    async def _follow_workloads(self, context: str, namespace: str | None) -> None:
        pauses = _pauses()
        while True:
            try:
                async with aclosing(self._reader.watch_workloads(context, namespace)) as news:
                    async for self._source in news:
                        pauses = _pauses()
                        if self._gathering is None:
                            self._gathering = asyncio.get_running_loop().call_later(GATHER_S, self._tell_workloads)
            except KubeferryError as error:
                self._stop_gathering()
                self.problem_changed.emit(translated(Problem.of(error)))
            await asyncio.sleep(next(pauses))


def _pauses() -> Iterator[float]:
    yield from PAUSES_S
    while True:
        yield PAUSES_S[-1]
