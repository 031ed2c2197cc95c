"""Live lists of namespaces and workloads for whoever shows them. Of each object only a small record is kept.

A record is decoded straight from the wire; the rest of the object never becomes Python objects. Records are Structs
that the collector of garbage passes by (they hold no cycles): with thousands of them each of its rounds would stop a
window for a tenth of a second.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

import msgspec

from app.domain.errors import KubeferryError
from app.domain.intercepts import Claim
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.api import ApiClient
from app.kube.list_watch import Deleted, Interrupted, Listed, Upserted, list_and_watch
from app.kube.objects import Named, PodSpec, PodStatus, WorkloadMetadata
from app.kube.task_group import task_group
from app.kube.workload_paths import collection_path
from app.kube.workload_suitability import why_impossible
from helper.cluster.api import SIDECAR_CONTAINER

QUEUE_LIMIT = 256
"""Changes that wait for a slow reader; the watches wait then too."""

WORKLOADS_A_TURN = 200
"""Of a list, as many are converted in one turn of the event loop, which a window shares: 15 µs each, on a slow machine
more."""


class DeclaredPort(msgspec.Struct, frozen=True, gc=False):
    """`protocol`: TCP, UDP or SCTP."""

    number: int
    name: str = ""
    protocol: str = "TCP"


class Workload(msgspec.Struct, frozen=True, gc=False):
    """`ready` of `desired` pods. `labels` are the object's own. `ports` are what its containers declare.

    `claims`: none where their annotation cannot be read: a list is no place to fail. `impossible`: why it cannot be
    intercepted, as far as its own object says so; empty when nothing speaks against it.
    """

    ref: WorkloadRef
    ready: int
    desired: int
    created: datetime.datetime | None
    images: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]
    ports: tuple[DeclaredPort, ...] = ()
    claims: tuple[Claim, ...] = ()
    impossible: str = ""


@dataclass(frozen=True)
class WorkloadsListed:
    """All of one kind; whatever of that kind is not here is gone."""

    kind: WorkloadKind
    workloads: tuple[Workload, ...]


@dataclass(frozen=True)
class WorkloadChanged:
    workload: Workload


@dataclass(frozen=True)
class WorkloadRemoved:
    ref: WorkloadRef


@dataclass(frozen=True)
class WorkloadsUnread:
    """`final`: this kind cannot be watched (forbidden, say); else what is known may be stale, and it is tried again."""

    kind: WorkloadKind
    error: KubeferryError
    final: bool


_CLAIMS_DECODER = msgspec.json.Decoder(tuple[Claim, ...])

WorkloadChange = WorkloadsListed | WorkloadChanged | WorkloadRemoved | WorkloadsUnread


@dataclass(frozen=True)
class NamespacesChanged:
    """All names, sorted; on every change. `stale`: the watch is interrupted, and is tried again."""

    names: tuple[str, ...]
    stale: KubeferryError | None = None


class _Template(msgspec.Struct, frozen=True, gc=False):
    spec: PodSpec = PodSpec()


class _Spec(msgspec.Struct, frozen=True, gc=False):
    replicas: int = 1
    paused: bool = False
    template: _Template = _Template()


class _Status(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    ready_replicas: int = 0
    number_ready: int = 0
    desired_number_scheduled: int = 0


class _Controller(msgspec.Struct, frozen=True, gc=False):
    metadata: WorkloadMetadata
    spec: _Spec = _Spec()
    status: _Status = _Status()


class _BarePod(msgspec.Struct, frozen=True, gc=False):
    metadata: WorkloadMetadata
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


@asynccontextmanager
async def watch_workloads(api: ApiClient, namespace: str | None) -> AsyncIterator[AsyncGenerator[WorkloadChange, None]]:
    """The changes of all kinds, in one namespace or (None) in all. The watches end with the context."""
    queue: asyncio.Queue[WorkloadChange] = asyncio.Queue(QUEUE_LIMIT)

    async def changes() -> AsyncGenerator[WorkloadChange, None]:
        while True:
            yield await queue.get()

    async with task_group() as group:
        tasks = [group.create_task(_watch_kind(api, kind, namespace, queue)) for kind in WorkloadKind]
        try:
            async with aclosing(changes()) as iterator:
                yield iterator
        finally:
            for task in tasks:
                task.cancel()


async def watch_namespaces(api: ApiClient) -> AsyncGenerator[NamespacesChanged, None]:
    """Raises API_FORBIDDEN where namespaces cannot be listed."""
    names: set[str] = set()
    async with aclosing(list_and_watch(api, "/api/v1/namespaces", Named)) as changes:
        async for change in changes:
            stale = None
            if isinstance(change, Listed):
                names = {item.metadata.name for item in change.items}
            elif isinstance(change, Upserted):
                if change.item.metadata.name in names:
                    continue
                names.add(change.item.metadata.name)
            elif isinstance(change, Deleted):
                names.discard(change.item.metadata.name)
            else:
                stale = change.error
            yield NamespacesChanged(tuple(sorted(names)), stale)


def workload_of(kind: WorkloadKind, item: _Controller | _BarePod) -> Workload | None:
    """None for what something else owns, and for a pod that has done its work."""
    meta = item.metadata
    if kind in (WorkloadKind.REPLICA_SET, WorkloadKind.POD) and any(o.controller for o in meta.owner_references or ()):
        return None
    if isinstance(item, _BarePod):
        if item.status.phase in ("Succeeded", "Failed"):
            return None
        spec, desired = item.spec, 1
        ready = int(any(c.type == "Ready" and c.status == "True" for c in item.status.conditions or ()))
    elif kind is WorkloadKind.DAEMON_SET:
        spec = item.spec.template.spec
        ready, desired = item.status.number_ready, item.status.desired_number_scheduled
    else:
        spec = item.spec.template.spec
        ready, desired = item.status.ready_replicas, item.spec.replicas
    return Workload(
        ref=WorkloadRef(kind, meta.namespace, meta.name),
        ready=ready,
        desired=desired,
        created=_time(meta.creation_timestamp),
        images=tuple(c.image for c in spec.containers or () if c.name != SIDECAR_CONTAINER),
        labels=tuple(sorted((meta.labels or {}).items())),
        ports=tuple(_ports(spec)),
        claims=_claims(meta),
        impossible=why_impossible(kind, meta, spec, paused=isinstance(item, _Controller) and item.spec.paused),
    )


async def _watch_kind(
    api: ApiClient, kind: WorkloadKind, namespace: str | None, queue: asyncio.Queue[WorkloadChange]
) -> None:
    path = collection_path(kind, namespace)
    known: dict[WorkloadRef, Workload] = {}
    record: type[_Controller | _BarePod] = _BarePod if kind is WorkloadKind.POD else _Controller
    try:
        async with aclosing(list_and_watch(api, path, record)) as changes:
            async for change in changes:
                if isinstance(change, Listed):
                    await queue.put(await _listed(kind, change.items, known))
                elif (told := _told(kind, change, known)) is not None:
                    await queue.put(told)
    except KubeferryError as error:
        await queue.put(WorkloadsUnread(kind, error, final=True))


async def _listed(
    kind: WorkloadKind, items: Sequence[_Controller | _BarePod], known: dict[WorkloadRef, Workload]
) -> WorkloadsListed:
    """In turns: of thousands of objects the conversion alone would hold up a window for as long as one sees it."""
    known.clear()
    for start in range(0, len(items), WORKLOADS_A_TURN):
        for item in items[start : start + WORKLOADS_A_TURN]:
            if (found := workload_of(kind, item)) is not None:
                known[found.ref] = found
        await asyncio.sleep(0)
    return WorkloadsListed(kind, tuple(known.values()))


def _told(
    kind: WorkloadKind,
    change: Upserted[_Controller | _BarePod] | Deleted[_Controller | _BarePod] | Interrupted,
    known: dict[WorkloadRef, Workload],
) -> WorkloadChange | None:
    """None where nothing that is shown has changed: most updates of a status."""
    if isinstance(change, Interrupted):
        return WorkloadsUnread(kind, change.error, final=False)
    meta = change.item.metadata
    ref = WorkloadRef(kind, meta.namespace, meta.name)
    workload = None if isinstance(change, Deleted) else workload_of(kind, change.item)
    if workload is None:
        return WorkloadRemoved(ref) if known.pop(ref, None) is not None else None
    if known.get(ref) == workload:
        return None
    known[ref] = workload
    return WorkloadChanged(workload)


def _ports(spec: PodSpec) -> Iterator[DeclaredPort]:
    """Also those of sidecars, which are init containers that go on running."""
    for container in (*(spec.init_containers or ()), *(spec.containers or ())):
        if container.name != SIDECAR_CONTAINER:
            for port in container.ports or ():
                yield DeclaredPort(port.container_port, port.name, port.protocol)


def _claims(meta: WorkloadMetadata) -> tuple[Claim, ...]:
    text = meta.annotations.claims if meta.annotations else None
    if not text:
        return ()
    try:
        return _CLAIMS_DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ()


def _time(text: str) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
