"""Contexts, namespaces and workloads from the user's kubeconfig and clusters.

What talks to Kubernetes is imported when it is first needed, beside the event loop, so that the window is up first.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING

from app.controllers.views import ContextRow, PortRow, WorkloadRow, WorkloadsView
from app.controllers.words import translated
from app.domain.errors import KubeferryError, Problem
from app.domain.workload import WorkloadKind, WorkloadRef

if TYPE_CHECKING:
    from app.kube.api import ApiClient
    from app.kube.workloads import Workload, WorkloadChange, WorkloadsUnread


_STALE_AFTER_S = 2.0
"""Gateways cut watches now and then; what is back within this was never away."""

_ROWS_A_TURN = 500
"""Of a list, as many become rows in one turn of the event loop: 5 µs each on a slow machine."""


class KubeReader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    async def contexts(self) -> tuple[ContextRow, ...]:
        await _load("app.kube.contexts")
        from app.kube.contexts import load_kubeconfig

        kubeconfig = await asyncio.to_thread(load_kubeconfig, self._environ)
        rows = tuple(
            ContextRow(info.name, info.cluster, info.namespace, info.current) for info in kubeconfig.contexts()
        )
        if not rows and kubeconfig.problems:
            kubeconfig.select()
        return rows

    async def watch_namespaces(self, context: str) -> AsyncGenerator[tuple[str, ...], None]:
        await _load("app.kube.workloads")
        from app.kube.workloads import watch_namespaces

        async with self._api(context) as api, aclosing(watch_namespaces(api)) as changes:
            async for change in changes:
                if change.names or change.stale is None:
                    yield change.names

    async def watch_workloads(self, context: str, namespace: str | None) -> AsyncGenerator[KnownWorkloads, None]:
        await _load("app.kube.workloads")
        from app.kube.workloads import watch_workloads

        known = KnownWorkloads()
        async with self._api(context) as api, watch_workloads(api, namespace) as changes:
            async for change in changes:
                await known.take_in_turns(change)
                if known.is_complete:
                    yield known

    async def missing_rights(self, context: str, namespace: str) -> str:
        """Why this user can intercept nothing in the namespace; empty where there is something, or nobody can say."""
        await _load("app.kube.intercept_rights")
        from app.kube.intercept_rights import why_no_intercepts

        async with self._api(context) as api:
            return await why_no_intercepts(api, namespace)

    @asynccontextmanager
    async def _api(self, context: str) -> AsyncIterator[ApiClient]:
        from app.kube.api import ApiClient
        from app.kube.contexts import load_kubeconfig
        from app.kube.credentials import Login

        kubeconfig = await asyncio.to_thread(load_kubeconfig, self._environ)
        async with ApiClient(Login(kubeconfig.select(context), self._environ)) as api:
            yield api


class KnownWorkloads:
    """What the watches of all kinds have told so far. It changes under its holder; `view` is how it is now."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rows: dict[WorkloadRef, WorkloadRow] = {}
        self._listed: set[WorkloadKind] = set()
        self._stale: dict[WorkloadKind, tuple[float, KubeferryError]] = {}
        self._unreadable: dict[WorkloadKind, KubeferryError] = {}

    @property
    def is_complete(self) -> bool:
        """Every kind was listed once, or told why not: before, an empty list would be a lie."""
        return set(WorkloadKind) <= self._listed | self._unreadable.keys() | self._stale.keys()

    async def take_in_turns(self, change: WorkloadChange) -> None:
        """As `take`, and a long list does not hold up the window. Until it is through, what was known stays."""
        from app.kube.workloads import WorkloadsListed

        if not isinstance(change, WorkloadsListed):
            self.take(change)
            return
        rows: dict[WorkloadRef, WorkloadRow] = {}
        for start in range(0, len(change.workloads), _ROWS_A_TURN):
            part = change.workloads[start : start + _ROWS_A_TURN]
            rows.update((workload.ref, _row(workload)) for workload in part)
            await asyncio.sleep(0)
        self._take_list(change.kind, rows)

    def take(self, change: WorkloadChange) -> None:
        """Raises the reason when no kind at all can be read."""
        from app.kube.workloads import WorkloadChanged, WorkloadRemoved, WorkloadsListed, WorkloadsUnread

        match change:
            case WorkloadsListed(kind, workloads):
                self._take_list(kind, {workload.ref: _row(workload) for workload in workloads})
            case WorkloadChanged(workload):
                self._rows[workload.ref] = _row(workload)
            case WorkloadRemoved(ref):
                self._rows.pop(ref, None)
            case WorkloadsUnread():
                self._take_unread(change)

    def view(self) -> WorkloadsView:
        too_old = self._clock() - _STALE_AFTER_S
        stale = next((error for since, error in self._stale.values() if since <= too_old or not self._listed), None)
        return WorkloadsView(
            rows=tuple(self._rows.values()),
            unreadable=tuple(kind.value for kind in WorkloadKind if kind in self._unreadable),
            problem=translated(Problem.of(stale)) if stale else None,
        )

    def _take_list(self, kind: WorkloadKind, rows: dict[WorkloadRef, WorkloadRow]) -> None:
        self._listed.add(kind)
        self._stale.pop(kind, None)
        self._rows = {ref: row for ref, row in self._rows.items() if ref.kind is not kind}
        self._rows.update(rows)

    def _take_unread(self, unread: WorkloadsUnread) -> None:
        if not unread.final:
            since, _ = self._stale.get(unread.kind, (self._clock(), None))
            self._stale[unread.kind] = since, unread.error
            return
        self._stale.pop(unread.kind, None)
        self._unreadable[unread.kind] = unread.error
        if self._unreadable.keys() == set(WorkloadKind):
            raise unread.error


def _row(workload: Workload) -> WorkloadRow:
    created = workload.created.timestamp() if workload.created else 0.0
    ref = workload.ref
    return WorkloadRow(
        ref.kind.value,
        ref.namespace,
        ref.name,
        workload.ready,
        workload.desired,
        created,
        images=workload.images,
        labels=workload.labels,
        ports=tuple(PortRow(port.number, port.name, port.protocol) for port in workload.ports),
        claims=workload.claims,
        impossible=workload.impossible,
    )


async def _load(module: str) -> None:
    """Imports what takes long in a thread; the import statement that follows is then instant."""
    await asyncio.to_thread(importlib.import_module, module)
