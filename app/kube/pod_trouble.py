"""Why a pod does not run, in the pod's own words: pure reading of statuses, conditions and events.

Of the manager's pod, unless a `Watched` says whose it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.manager_pods import manager_container
from app.kube.objects import Condition, ContainerStatus, Event, Pod, Terminated

_PULL_REASONS = {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable"}
_PULL_FINAL = _PULL_REASONS - {"ErrImagePull"}
"""The first failure may be chance; the kubelet backs off after the second."""

_CREATE_REASONS = {"CreateContainerConfigError", "CreateContainerError", "RunContainerError"}
_ENDED_REASONS = {"CrashLoopBackOff", "PostStartHookError"}
"""A hook cannot be run in a process that ended at once."""

_HARMLESS_EVENTS = frozenset({"Unhealthy"})
"""A startup probe that fails once while the manager starts."""

PROBLEM_LIMIT = 400


@dataclass(frozen=True)
class Trouble:
    """`final`: waiting longer will not help. `logs_of`: the container whose last lines say more."""

    error: KubeferryError
    final: bool
    logs_of: str = ""

    @property
    def logs_wanted(self) -> bool:
        return bool(self.logs_of)


@dataclass(frozen=True)
class Watched:
    """Whose pods are looked at. `stuck` with `params` (and a problem) is said where no other code has its sentence.

    `containers`: those that count. `restarts`: how many may pass: many a workload ends until its database is there.
    """

    stuck: ErrorCode
    params: Mapping[str, str]
    containers: Callable[[Pod], Iterable[ContainerStatus]]
    restarts: int = 0

    def error(self, problem: str, detail: str = "") -> KubeferryError:
        return KubeferryError(self.stuck, problem=problem, detail=detail, **self.params)


def pod_trouble(pod: Pod, watched: Watched | None = None) -> Trouble | None:
    """None while everything is on its way."""
    namespace = pod.metadata.namespace
    watched = watched or _manager(namespace)
    unschedulable = _condition(pod.status.conditions, "PodScheduled", "False")
    if unschedulable is not None:
        problem = _short(unschedulable.message) or unschedulable.reason
        error = KubeferryError(ErrorCode.UNSCHEDULABLE, namespace=namespace, problem=problem)
        # A cluster's autoscaler may be bringing a node.
        return Trouble(error, final=False)
    if pod.status.phase == "Failed":
        problem = _short(pod.status.message or pod.status.reason or "the pod has failed")
        return Trouble(watched.error(problem), final=False)
    found = [trouble for status in watched.containers(pod) if (trouble := _container_trouble(pod, status, watched))]
    return max(found, key=lambda trouble: trouble.final, default=None)


def has_crashed(pod: Pod) -> bool:
    """Did its process end before it was ever ready? Then that it runs at the moment means little."""
    status = manager_container(pod)
    return status is not None and status.restart_count > 0 and not status.ready


def _manager(namespace: str) -> Watched:
    def containers(pod: Pod) -> list[ContainerStatus]:
        status = manager_container(pod)
        return [] if status is None else [status]

    return Watched(ErrorCode.MANAGER_STUCK, {"namespace": namespace}, containers)


def _container_trouble(pod: Pod, status: ContainerStatus, watched: Watched) -> Trouble | None:
    ended = status.state.terminated or status.last_state.terminated
    waiting = status.state.waiting
    if waiting is None:
        if ended is None or status.ready:
            return None
        return Trouble(_ended(status, ended, watched), final=False, logs_of=status.name)
    if waiting.reason in _PULL_REASONS:
        containers = [*(pod.spec.containers or ()), *(pod.spec.init_containers or ())]
        image = next((c.image for c in containers if c.name == status.name), "")
        problem = _short(waiting.message) or waiting.reason
        error = KubeferryError(ErrorCode.IMAGE_PULL_FAILED, image=image, problem=problem, detail=waiting.message)
        return Trouble(error, final=waiting.reason in _PULL_FINAL)
    if waiting.reason in _ENDED_REASONS and (ended is not None or waiting.reason == "CrashLoopBackOff"):
        final = status.restart_count >= watched.restarts
        return Trouble(_ended(status, ended, watched), final, logs_of=status.name)
    if waiting.reason in _CREATE_REASONS | _ENDED_REASONS:
        problem = _short(waiting.message) or waiting.reason
        final = waiting.reason in _CREATE_REASONS or status.restart_count >= watched.restarts
        return Trouble(watched.error(problem, waiting.message), final)
    return None


def _ended(status: ContainerStatus, ended: Terminated | None, watched: Watched) -> KubeferryError:
    whose = "its process" if watched.stuck is ErrorCode.MANAGER_STUCK else f"container {status.name}"
    code = f" with exit code {ended.exit_code}" if ended is not None else ""
    return watched.error(f"{whose} ends{code} again and again")


def deployment_trouble(
    conditions: Iterable[Condition] | None, namespace: str, watched: Watched | None = None
) -> Trouble | None:
    """Why no pod is made at all: quota, Pod Security, an admission webhook."""
    failure = _condition(conditions, "ReplicaFailure", "True")
    return None if failure is None else creation_trouble(failure.message, namespace, watched)


def creation_trouble(message: str, namespace: str, watched: Watched | None = None) -> Trouble:
    """The same, from what a controller says about a pod that it could not make."""
    watched = watched or _manager(namespace)
    if "violates PodSecurity" in message:
        problem = _short(message[message.index("violates PodSecurity") :])
        error = KubeferryError(ErrorCode.POD_SECURITY_FORBIDS, namespace=namespace, problem=problem, detail=message)
        return Trouble(error, final=True)
    quota = next((words for words in ("exceeded quota", "failed quota") if words in message), None)
    if quota is not None:
        problem = _short(message[message.index(quota) :])
        error = KubeferryError(ErrorCode.QUOTA_EXCEEDED, namespace=namespace, problem=problem, detail=message)
        return Trouble(error, final=True)
    # A new namespace has no service account for a moment.
    return Trouble(watched.error(_short(message), message), final=False)


def event_trouble(
    events: Iterable[Event], namespace: str, watched: Watched | None = None, *, probes: bool = False
) -> Trouble | None:
    """The latest warning about a pod whose statuses say nothing yet (no network for it, no volume). `probes`: those
    that failed count too, as when there is nothing else to say about a pod that never became ready."""
    watched = watched or _manager(namespace)
    harmless = frozenset() if probes else _HARMLESS_EVENTS
    warnings = [event for event in events if event.type == "Warning" and event.reason not in harmless]
    latest = max(warnings, key=lambda event: event.last_timestamp or event.metadata.creation_timestamp, default=None)
    if latest is None:
        return None
    return Trouble(watched.error(_short(f"{latest.reason}: {latest.message}"), latest.message), final=False)


def _condition(conditions: Iterable[Condition] | None, type: str, status: str) -> Condition | None:
    return next((c for c in conditions or () if c.type == type and c.status == status), None)


def _short(text: str) -> str:
    return " ".join(text.split())[:PROBLEM_LIMIT]
