"""Why a pod of ours does not run, in the pod's own words: pure reading of statuses, conditions and events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.manager_pods import manager_container
from app.kube.objects import Condition, Event, Pod, Terminated

_PULL_REASONS = {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable"}
_PULL_FINAL = _PULL_REASONS - {"ErrImagePull"}
"""The first failure may be chance; the kubelet backs off after the second."""

_CREATE_REASONS = {"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "PostStartHookError"}
_HARMLESS_EVENTS = {"Unhealthy"}
"""A startup probe that fails once while the manager starts."""

PROBLEM_LIMIT = 400


@dataclass(frozen=True)
class Trouble:
    """`final`: waiting longer will not help. `logs_wanted`: the container's last lines say more."""

    error: KubeferryError
    final: bool
    logs_wanted: bool = False


def pod_trouble(pod: Pod) -> Trouble | None:
    """None while everything is on its way."""
    namespace = pod.metadata.namespace
    unschedulable = _condition(pod.status.conditions, "PodScheduled", "False")
    if unschedulable is not None:
        problem = _short(unschedulable.message) or unschedulable.reason
        error = KubeferryError(ErrorCode.UNSCHEDULABLE, namespace=namespace, problem=problem)
        # A cluster's autoscaler may be bringing a node.
        return Trouble(error, final=False)
    if pod.status.phase == "Failed":
        problem = _short(pod.status.message or pod.status.reason or "the pod has failed")
        return Trouble(KubeferryError(ErrorCode.MANAGER_STUCK, namespace=namespace, problem=problem), final=False)
    return _container_trouble(pod)


def has_crashed(pod: Pod) -> bool:
    """Did its process end before it was ever ready? Then that it runs at the moment means little."""
    status = manager_container(pod)
    return status is not None and status.restart_count > 0 and not status.ready


def _container_trouble(pod: Pod) -> Trouble | None:
    namespace = pod.metadata.namespace
    status = manager_container(pod)
    if status is None:
        return None
    ended = status.state.terminated or status.last_state.terminated
    waiting = status.state.waiting
    if waiting is None:
        if ended is None or status.ready:
            return None
        return Trouble(_ended(namespace, ended), final=False, logs_wanted=True)
    if waiting.reason in _PULL_REASONS:
        image = next((c.image for c in pod.spec.containers or () if c.name == status.name), "")
        problem = _short(waiting.message) or waiting.reason
        error = KubeferryError(ErrorCode.IMAGE_PULL_FAILED, image=image, problem=problem, detail=waiting.message)
        return Trouble(error, final=waiting.reason in _PULL_FINAL)
    if waiting.reason == "CrashLoopBackOff":
        return Trouble(_ended(namespace, ended), final=True, logs_wanted=True)
    if waiting.reason in _CREATE_REASONS:
        problem = _short(waiting.message) or waiting.reason
        error = KubeferryError(ErrorCode.MANAGER_STUCK, namespace=namespace, problem=problem, detail=waiting.message)
        return Trouble(error, final=True)
    return None


def _ended(namespace: str, ended: Terminated | None) -> KubeferryError:
    code = f" with exit code {ended.exit_code}" if ended is not None else ""
    problem = f"its process ends{code} again and again"
    return KubeferryError(ErrorCode.MANAGER_STUCK, namespace=namespace, problem=problem)


def deployment_trouble(conditions: Iterable[Condition] | None, namespace: str) -> Trouble | None:
    """Why no pod is made at all: quota, Pod Security, an admission webhook."""
    failure = _condition(conditions, "ReplicaFailure", "True")
    if failure is None:
        return None
    message = failure.message
    if "violates PodSecurity" in message:
        problem = _short(message[message.index("violates PodSecurity") :])
        error = KubeferryError(ErrorCode.POD_SECURITY_FORBIDS, namespace=namespace, problem=problem, detail=message)
        return Trouble(error, final=True)
    quota = next((words for words in ("exceeded quota", "failed quota") if words in message), None)
    if quota is not None:
        problem = _short(message[message.index(quota) :])
        error = KubeferryError(ErrorCode.QUOTA_EXCEEDED, namespace=namespace, problem=problem, detail=message)
        return Trouble(error, final=True)
    error = KubeferryError(ErrorCode.MANAGER_STUCK, namespace=namespace, problem=_short(message), detail=message)
    # A new namespace has no service account for a moment.
    return Trouble(error, final=False)


def event_trouble(events: Iterable[Event], namespace: str) -> Trouble | None:
    """The latest warning about a pod whose statuses say nothing yet (no network for it, no volume)."""
    warnings = [event for event in events if event.type == "Warning" and event.reason not in _HARMLESS_EVENTS]
    latest = max(warnings, key=lambda event: event.last_timestamp or event.metadata.creation_timestamp, default=None)
    if latest is None:
        return None
    problem = _short(f"{latest.reason}: {latest.message}")
    error = KubeferryError(ErrorCode.MANAGER_STUCK, namespace=namespace, problem=problem, detail=latest.message)
    return Trouble(error, final=False)


def _condition(conditions: Iterable[Condition] | None, type: str, status: str) -> Condition | None:
    return next((c for c in conditions or () if c.type == type and c.status == status), None)


def _short(text: str) -> str:
    return " ".join(text.split())[:PROBLEM_LIMIT]
