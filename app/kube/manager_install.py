"""Puts the traffic manager into a namespace with the user's rights; what was begun and failed is taken back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api import JSON_PATCH, ApiClient
from app.kube.api_errors import ApiError
from app.kube.manager_manifest import MANAGED_BY, MANAGED_BY_LABEL, ManagerSpec, deployment_object, namespace_object
from app.kube.manager_pods import ManagerPod, manager_pods
from app.kube.manager_rollout import InstallProgress, InstallStep, Report, wait_until_running
from app.kube.object_removal import wait_until_gone
from helper.cluster.api import MANAGER_NAME

log = logging.getLogger(__name__)

INSTALL_TIMEOUT_S = 90.0
UNDO_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Installed:
    pod: ManagerPod
    namespace_created: bool
    taking_back: AsyncExitStack
    """Closed, it undoes the installation: for whoever installed only to do something that then failed."""


async def install_manager(
    api: ApiClient,
    spec: ManagerSpec,
    report: Report,
    *,
    timeout_s: float = INSTALL_TIMEOUT_S,
    change: Callable[[dict[str, Any]], None] | None = None,
) -> Installed:
    """Installs or brings up to date; returns when a pod's container runs. Raises KubeferryError, having undone its
    own changes, also when cancelled. `change` may amend the rendered Deployment."""
    deployment = deployment_object(spec)
    if change is not None:
        change(deployment)
    async with AsyncExitStack() as undo:
        report(InstallProgress(InstallStep.NAMESPACE, spec.namespace))
        created = await _ensure_namespace(api, spec.namespace)
        if created:
            undo.push_async_callback(_bounded, "namespace", lambda: api.delete(f"/api/v1/namespaces/{spec.namespace}"))
        report(InstallProgress(InstallStep.DEPLOYMENT, spec.namespace))
        before = await _existing(api, spec.namespace)
        ignored: frozenset[str] = frozenset()
        if before is None:
            undo.push_async_callback(_bounded, "Deployment", lambda: api.delete(_path(spec.namespace)))
        else:
            _require_ours(before, spec.namespace)
            undo.push_async_callback(_bounded, "Deployment", lambda: _restore(api, spec.namespace, before))
            ignored = frozenset(pod.metadata.uid for pod in await manager_pods(api, spec.namespace))
        after = await api.apply(_path(spec.namespace), deployment)
        if before is not None and before["metadata"].get("generation") == after["metadata"].get("generation"):
            ignored = frozenset()
        pod = await wait_until_running(api, spec.namespace, ignored_uids=ignored, report=report, timeout_s=timeout_s)
        return Installed(pod, created, undo.pop_all())


async def _ensure_namespace(api: ApiClient, name: str) -> bool:
    """True when it was not there and we made it."""
    path = f"/api/v1/namespaces/{name}"
    try:
        found = await api.get(path)
    except ApiError as error:
        if error.code is ErrorCode.API_FORBIDDEN:
            # One may have rights inside a namespace without a right to look at it; what comes next will tell.
            return False
        if not error.not_found:
            raise
    else:
        if found["metadata"].get("deletionTimestamp") is None:
            return False
        await wait_until_gone(api, "/api/v1/namespaces", name)
    try:
        await api.create("/api/v1/namespaces", namespace_object(name))
    except ApiError as error:
        if error.conflict:
            return False
        raise
    return True


async def _existing(api: ApiClient, namespace: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = await api.get(_path(namespace))
    except ApiError as error:
        if error.not_found:
            return None
        raise
    return found


def _require_ours(deployment: dict[str, Any], namespace: str) -> None:
    if not is_ours(deployment):
        problem = f"there is a Deployment {MANAGER_NAME} that is not Kubeferry's"
        raise KubeferryError(ErrorCode.MANAGER_STUCK, namespace=namespace, problem=problem)


def is_ours(found: dict[str, Any]) -> bool:
    return (found["metadata"].get("labels") or {}).get(MANAGED_BY_LABEL) == MANAGED_BY


async def _restore(api: ApiClient, namespace: str, before: dict[str, Any]) -> None:
    patch = [{"op": "replace", "path": "/spec/template", "value": before["spec"]["template"]}]
    await api.patch(_path(namespace), patch, content_type=JSON_PATCH)


async def _bounded(what: str, undo: Callable[[], Awaitable[None]]) -> None:
    """Undoing must neither hang nor hide why it is done."""
    try:
        async with asyncio.timeout(UNDO_TIMEOUT_S):
            await undo()
    except ApiError as error:
        if not error.not_found:
            log.warning("what the installation made could not be taken back (%s): %s", what, error)
    except (KubeferryError, TimeoutError) as error:
        log.warning("what the installation made could not be taken back (%s): %s", what, error)


def _path(namespace: str) -> str:
    return f"/apis/apps/v1/namespaces/{namespace}/deployments/{MANAGER_NAME}"
