"""Waits until a workload's pods have followed its template, replaces them where nobody else does, and says why not.

A watch of the pods and a look at the workload every second feed one judgement.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import msgspec

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.api import ApiClient, Query
from app.kube.api_errors import ApiError
from app.kube.injection.progress import InjectionProgress, InjectionStep, Report
from app.kube.injection.rollout_state import Follows, MarkedPod, Marks, Rollout, by_hand, look, next_to_delete, watched
from app.kube.injection.workload_objects import get_workload, pods_query
from app.kube.list_watch import Deleted, Listed, Upserted, list_and_watch
from app.kube.objects import Condition, Event, Pod
from app.kube.pod_trouble import Trouble, creation_trouble, deployment_trouble, event_trouble, pod_trouble
from app.kube.task_group import task_group
from app.kube.workload_paths import collection_path

log = logging.getLogger(__name__)

ROLLOUT_TIMEOUT_S = 120.0
LOOK_S = 1.0
SILENCE_S = 3.0
"""A rollout in which nothing moves for this long is asked for its events."""

UNSCHEDULABLE_S = 30.0
"""How long no node may be found for a pod: an autoscaler begins within seconds, and says so by another reason."""

LOG_LINES = 10


@dataclass(frozen=True)
class Purpose:
    """What is waited for, and how it is told."""

    step: InjectionStep
    follows: Follows
    report: Report
    timeout_s: float = ROLLOUT_TIMEOUT_S


@dataclass
class _Seen:
    pods: dict[str, MarkedPod] = field(default_factory=dict)
    listed: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)


async def roll_out(api: ApiClient, ref: WorkloadRef, workload: dict[str, Any], purpose: Purpose) -> Rollout:
    """`workload`: as it was written. Returns when all pods are as they are to be, and ready. Raises KubeferryError
    with the pods' own reason as soon as waiting does not help, or after the time is up."""
    judge = _Judge(api, ref, purpose)
    seen = _Seen()
    try:
        async with asyncio.timeout(purpose.timeout_s), task_group() as group:
            watch = group.create_task(_watch_pods(api, ref, workload, seen))
            try:
                return await judge.until_done(workload, seen)
            finally:
                watch.cancel()
    except TimeoutError as error:
        raise await judge.give_up() from error


async def list_pods(api: ApiClient, ref: WorkloadRef, workload: dict[str, Any]) -> list[MarkedPod]:
    path = collection_path(WorkloadKind.POD, ref.namespace)
    found, _ = await api.list_all(path, type=msgspec.Raw, query=pods_query(ref, workload))
    return [_marked(raw) for raw in found]


class _Judge:
    def __init__(self, api: ApiClient, ref: WorkloadRef, purpose: Purpose) -> None:
        self._api = api
        self._ref = ref
        self._purpose = purpose
        self._watched = watched(ref)
        self._told: tuple[int, int, str] | None = None
        self._trouble: Trouble | None = None
        self._rollout: Rollout | None = None
        self._uid = ""
        self._known_events: dict[str, int] | None = None
        self._deleted: set[str] = set()
        self._unschedulable_since: float | None = None

    async def until_done(self, workload: dict[str, Any], seen: _Seen) -> Rollout:
        self._uid = workload["metadata"]["uid"]
        self._known_events = {event.metadata.uid: event.count for event in await self._events(self._uid)}
        quiet_since = asyncio.get_running_loop().time()
        while True:
            seen.changed.clear()
            rollout = self._rollout = look(self._ref, workload, seen.pods.values(), self._purpose.follows)
            if seen.listed:
                if rollout.done:
                    self._tell(None)
                    return rollout
                self._tell(await self._find_trouble(rollout, workload))
                if by_hand(self._ref, workload):
                    await self._replace_next(rollout)
            moved = await self._wait(seen)
            now = asyncio.get_running_loop().time()
            if moved or not seen.listed:
                quiet_since = now
            elif now - quiet_since > SILENCE_S:
                quiet_since = now
                await self._ask_events(rollout)
            if self._ref.kind is not WorkloadKind.POD:
                workload = await get_workload(self._api, self._ref)

    async def give_up(self) -> KubeferryError:
        if self._trouble is not None:
            return await self._with_logs(self._trouble)
        problem = f"they are not ready after {self._purpose.timeout_s:.0f} s"
        for pod in self._unready():
            trouble = event_trouble(await self._events(pod.marks.uid), self._ref.namespace, self._watched, probes=True)
            if trouble is not None:
                return self._watched.error(f"{problem}; {trouble.error.params['problem']}", trouble.error.detail)
        return self._watched.error(problem)

    def _unready(self) -> Iterable[MarkedPod]:
        return [pod for pod in self._rollout.followers if not pod.ready] if self._rollout is not None else []

    async def _wait(self, seen: _Seen) -> bool:
        try:
            async with asyncio.timeout(LOOK_S):
                await seen.changed.wait()
        except TimeoutError:
            return False
        return True

    async def _find_trouble(self, rollout: Rollout, workload: dict[str, Any]) -> Trouble | None:
        """Raises what will not pass."""
        waiting = [pod.pod for pod in rollout.followers if not pod.ready]
        found = [trouble for pod in waiting if (trouble := pod_trouble(pod, self._watched)) is not None]
        trouble = max(found, key=lambda one: one.final, default=None)
        if trouble is None and not waiting and rollout.observed:
            raw = (workload.get("status") or {}).get("conditions") or ()
            conditions = msgspec.convert(raw, list[Condition]) if self._ref.kind is not WorkloadKind.POD else []
            trouble = deployment_trouble(conditions, self._ref.namespace, self._watched)
        if trouble is not None and (trouble.final or self._has_no_node(trouble)):
            raise await self._with_logs(trouble)
        # What events told stays until a status tells something else, or a pod gets on.
        return trouble if trouble is not None or not waiting else self._trouble

    def _has_no_node(self, trouble: Trouble) -> bool:
        if trouble.error.code is not ErrorCode.UNSCHEDULABLE:
            self._unschedulable_since = None
            return False
        now = asyncio.get_running_loop().time()
        self._unschedulable_since = self._unschedulable_since or now
        return now - self._unschedulable_since > UNSCHEDULABLE_S

    def _tell(self, trouble: Trouble | None) -> None:
        self._trouble = trouble
        rollout = self._rollout
        ready, expected = (len(rollout.ready), rollout.expected) if rollout is not None else (0, 0)
        error = trouble.error if trouble is not None else None
        told = (ready, expected, str(error))
        if told != self._told:
            self._told = told
            self._purpose.report(InjectionProgress(self._purpose.step, self._ref, ready, expected, error))

    async def _replace_next(self, rollout: Rollout) -> None:
        pod = next_to_delete(rollout)
        if pod is None or pod.marks.uid in self._deleted:
            return
        self._deleted.add(pod.marks.uid)
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": pod.marks.uid}}
        try:
            path = collection_path(WorkloadKind.POD, self._ref.namespace)
            await self._api.delete(f"{path}/{pod.name}", options=options)
        except ApiError as error:
            if not error.not_found and not error.conflict:
                raise

    async def _ask_events(self, rollout: Rollout) -> None:
        """Raises what will not pass: a quota or a rule that lets no pod be made."""
        for pod in self._unready():
            trouble = event_trouble(await self._events(pod.marks.uid), self._ref.namespace, self._watched)
            if trouble is not None:
                self._tell(trouble)
                return
        if len(rollout.followers) >= rollout.expected:
            return
        known = self._known_events or {}
        for event in await self._events(self._uid):
            if event.reason == "FailedCreate" and event.count > known.get(event.metadata.uid, -1):
                made = creation_trouble(event.message, self._ref.namespace, self._watched)
                if made.final:
                    raise made.error
                self._tell(made)

    async def _events(self, uid: str) -> list[Event]:
        query = {"fieldSelector": f"involvedObject.uid={uid}"}
        try:
            found, _ = await self._api.list_all(
                f"/api/v1/namespaces/{self._ref.namespace}/events", type=Event, query=query
            )
        except KubeferryError as error:
            log.debug("events cannot be read: %s", error)
            return []
        return found

    async def _with_logs(self, trouble: Trouble) -> KubeferryError:
        error = trouble.error
        if not trouble.logs_of:
            return error
        lines = ""
        for pod in self._unready():
            for previous in (True, False):
                lines = lines or await self._log(pod.name, trouble.logs_of, previous=previous)
        return KubeferryError(error.code, detail=lines or error.detail, **error.params)

    async def _log(self, pod: str, container: str, *, previous: bool) -> str:
        path = f"{collection_path(WorkloadKind.POD, self._ref.namespace)}/{pod}/log"
        query: Query = {"container": container, "previous": previous, "tailLines": LOG_LINES}
        try:
            return await self._api.get_text(path, query=query)
        except KubeferryError as unread:
            log.debug("the pod's log cannot be read: %s", unread)
            return ""


async def _watch_pods(api: ApiClient, ref: WorkloadRef, workload: dict[str, Any], seen: _Seen) -> None:
    path = collection_path(WorkloadKind.POD, ref.namespace)
    async with aclosing(list_and_watch(api, path, msgspec.Raw, query=pods_query(ref, workload))) as changes:
        async for change in changes:
            if isinstance(change, Listed):
                seen.pods = {pod.marks.uid: pod for pod in map(_marked, change.items)}
                seen.listed = True
            elif isinstance(change, Upserted):
                pod = _marked(change.item)
                seen.pods[pod.marks.uid] = pod
            elif isinstance(change, Deleted):
                seen.pods.pop(_marked(change.item).marks.uid, None)
            seen.changed.set()


def _marked(raw: msgspec.Raw) -> MarkedPod:
    try:
        return MarkedPod(msgspec.json.decode(raw, type=Pod), msgspec.json.decode(raw, type=Marks).metadata)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise KubeferryError(ErrorCode.API_ERROR, server="", problem="a pod is not one", detail=str(error)) from error
