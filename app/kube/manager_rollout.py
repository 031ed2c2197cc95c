"""Waits until the manager's pod runs, and says what it waits for. Two watches feed one judgement; nothing is polled
but the events of a pod that is silent about itself."""

from __future__ import annotations

import asyncio
import enum
import logging
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import msgspec

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api import ApiClient, Query
from app.kube.list_watch import Deleted, Interrupted, Listed, Upserted, list_and_watch
from app.kube.manager_pods import MANAGER_SELECTOR, ManagerPod, pick_pod
from app.kube.objects import Condition, Event, Metadata, Pod
from app.kube.pod_trouble import Trouble, deployment_trouble, event_trouble, has_crashed, pod_trouble
from app.kube.task_group import task_group
from helper.cluster.api import MANAGER_NAME

log = logging.getLogger(__name__)

SILENCE_S = 3.0
"""A pod that says nothing about itself for this long is asked for its events."""

LOG_LINES = 10


class InstallStep(enum.StrEnum):
    NAMESPACE = "namespace"
    DEPLOYMENT = "deployment"
    POD = "pod"
    REMOVING = "removing"


@dataclass(frozen=True)
class InstallProgress:
    """`trouble`: what the step is held up by, if it said; the catalogue has its sentence."""

    step: InstallStep
    namespace: str
    trouble: KubeferryError | None = None


Report = Callable[[InstallProgress], None]


class _DeploymentStatus(msgspec.Struct, frozen=True):
    conditions: list[Condition] | None = None


class _Deployment(msgspec.Struct, frozen=True):
    metadata: Metadata
    status: _DeploymentStatus = _DeploymentStatus()


@dataclass
class _Seen:
    """What the watches have told so far."""

    ignored_uids: frozenset[str]
    pods: dict[str, Pod] = field(default_factory=dict)
    conditions: list[Condition] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def candidates(self) -> list[Pod]:
        return [
            pod
            for uid, pod in self.pods.items()
            if uid not in self.ignored_uids and pod.metadata.deletion_timestamp is None
        ]


async def wait_until_running(
    api: ApiClient, namespace: str, *, ignored_uids: frozenset[str], report: Report, timeout_s: float
) -> ManagerPod:
    """A pod whose container runs (ready or not). `ignored_uids`: pods of a former template. Raises KubeferryError."""
    seen = _Seen(ignored_uids)
    judge = _Judge(api, namespace, report)
    try:
        async with asyncio.timeout(timeout_s), task_group() as group:
            watches = [group.create_task(_watch_pods(api, namespace, seen))]
            watches.append(group.create_task(_watch_deployment(api, namespace, seen)))
            try:
                return await judge.until_running(seen)
            finally:
                for watch in watches:
                    watch.cancel()
    except TimeoutError as error:
        if judge.trouble is not None:
            raise judge.trouble.error from error
        problem = f"its pod did not run within {timeout_s:.0f} s"
        raise KubeferryError(ErrorCode.MANAGER_STUCK, namespace=namespace, problem=problem) from error


class _Judge:
    """Looks at what was seen, and says what is in the way once each time it changes."""

    def __init__(self, api: ApiClient, namespace: str, report: Report) -> None:
        self._api = api
        self._namespace = namespace
        self._report = report
        self._told: str | None = None
        self.trouble: Trouble | None = None

    async def until_running(self, seen: _Seen) -> ManagerPod:
        self._report(InstallProgress(InstallStep.POD, self._namespace))
        while True:
            pod = pick_pod(pod for pod in seen.candidates() if not has_crashed(pod))
            if pod is not None:
                return pod
            trouble = self._from_statuses(seen)
            if trouble is None and self.trouble is not None and self._told == "silent":
                trouble = self.trouble
            await self._tell(trouble, seen)
            seen.changed.clear()
            try:
                async with asyncio.timeout(SILENCE_S):
                    await seen.changed.wait()
            except TimeoutError:
                if trouble is None or self._told == "silent":
                    await self._ask_events(seen)

    def _from_statuses(self, seen: _Seen) -> Trouble | None:
        found = [trouble for pod in seen.candidates() if (trouble := pod_trouble(pod)) is not None]
        if found:
            return max(found, key=lambda trouble: trouble.final)
        return None if seen.candidates() else deployment_trouble(seen.conditions, self._namespace)

    async def _tell(self, trouble: Trouble | None, seen: _Seen) -> None:
        self.trouble = trouble
        if trouble is None:
            return
        if trouble.final:
            raise await self._with_logs(trouble, seen) if trouble.logs_wanted else trouble.error
        if str(trouble.error) != self._told and self._told != "silent":
            self._told = str(trouble.error)
            self._report(InstallProgress(InstallStep.POD, self._namespace, trouble.error))

    async def _ask_events(self, seen: _Seen) -> None:
        for pod in seen.candidates():
            query = {"fieldSelector": f"involvedObject.uid={pod.metadata.uid}"}
            try:
                events, _ = await self._api.list_all(
                    f"/api/v1/namespaces/{self._namespace}/events", type=Event, query=query
                )
            except KubeferryError as error:
                log.debug("events cannot be read: %s", error)
                return
            trouble = event_trouble(events, self._namespace)
            if trouble is not None:
                self.trouble = trouble
                self._told = "silent"
                self._report(InstallProgress(InstallStep.POD, self._namespace, trouble.error))

    async def _with_logs(self, trouble: Trouble, seen: _Seen) -> KubeferryError:
        lines = ""
        for pod in seen.candidates():
            path = f"/api/v1/namespaces/{self._namespace}/pods/{pod.metadata.name}/log"
            query: Query = {"container": "manager", "previous": True, "tailLines": LOG_LINES}
            try:
                lines = await self._api.get_text(path, query=query)
            except KubeferryError as unread:
                log.debug("the pod's log cannot be read: %s", unread)
        error = trouble.error
        return KubeferryError(error.code, detail=lines or error.detail, **error.params)


async def _watch_pods(api: ApiClient, namespace: str, seen: _Seen) -> None:
    path = f"/api/v1/namespaces/{namespace}/pods"
    async with aclosing(list_and_watch(api, path, Pod, query={"labelSelector": MANAGER_SELECTOR})) as changes:
        async for change in changes:
            if isinstance(change, Listed):
                seen.pods = {pod.metadata.uid: pod for pod in change.items}
            elif isinstance(change, Upserted):
                seen.pods[change.item.metadata.uid] = change.item
            elif isinstance(change, Deleted):
                seen.pods.pop(change.item.metadata.uid, None)
            seen.changed.set()


async def _watch_deployment(api: ApiClient, namespace: str, seen: _Seen) -> None:
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    query = {"fieldSelector": f"metadata.name={MANAGER_NAME}"}
    try:
        async with aclosing(list_and_watch(api, path, _Deployment, query=query)) as changes:
            async for change in changes:
                if isinstance(change, Interrupted | Deleted):
                    continue
                for deployment in change.items if isinstance(change, Listed) else (change.item,):
                    seen.conditions = deployment.status.conditions or []
                seen.changed.set()
    except KubeferryError as error:
        # Who may not read Deployments still learns from the pods.
        log.debug("the manager's Deployment cannot be watched: %s", error)
