"""Puts the traffic manager into a namespace with the user's rights; what was begun and failed is taken back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api import JSON_PATCH, ApiClient
from app.kube.api_errors import ApiError
from app.kube.manager_attachments import Attachments, bounded, ensure_account
from app.kube.manager_manifest import ManagerSpec, deployment_object, namespace_object
from app.kube.manager_pods import ManagerPod, manager_pods
from app.kube.manager_rollout import InstallProgress, InstallStep, Report, wait_until_running
from app.kube.object_removal import is_ours, wait_until_gone
from app.kube.task_group import task_group
from app.kube.unbroken import unbroken
from helper.cluster.api import MANAGER_NAME

INSTALL_TIMEOUT_S = 90.0


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
        attachments = Attachments(api, spec.namespace)
        async with task_group() as group:
            group.create_task(attachments.prepare())
            space = group.create_task(_ensure_namespace(api, spec.namespace, undo))
        created = space.result()
        report(InstallProgress(InstallStep.DEPLOYMENT, spec.namespace))
        async with task_group() as group:
            group.create_task(attachments.ensure(undo, namespace_created=created))
            looked = group.create_task(_existing(api, spec.namespace))
        before = looked.result()
        if spec.reap_after_s is not None:
            await ensure_account(api, spec.namespace, undo)
        ignored: frozenset[str] = frozenset()
        if before is None:
            undo.push_async_callback(bounded, "Deployment", lambda: api.delete(_path(spec.namespace)))
        else:
            _require_ours(before, spec.namespace)
            undo.push_async_callback(bounded, "Deployment", lambda: _restore(api, spec.namespace, before))
            ignored = frozenset(pod.metadata.uid for pod in await manager_pods(api, spec.namespace))
        after = await unbroken(api.apply(_path(spec.namespace), deployment))
        if before is not None and before["metadata"].get("generation") == after["metadata"].get("generation"):
            ignored = frozenset()
        pod = await wait_until_running(api, spec.namespace, ignored_uids=ignored, report=report, timeout_s=timeout_s)
        return Installed(pod, created, undo.pop_all())


async def _ensure_namespace(api: ApiClient, name: str, undo: AsyncExitStack) -> bool:
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

    async def make() -> None:
        await api.create("/api/v1/namespaces", namespace_object(name))
        undo.push_async_callback(bounded, "namespace", lambda: api.delete(path))

    try:
        await unbroken(make())
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


async def _restore(api: ApiClient, namespace: str, before: dict[str, Any]) -> None:
    patch = [{"op": "replace", "path": "/spec/template", "value": before["spec"]["template"]}]
    await api.patch(_path(namespace), patch, content_type=JSON_PATCH)


def _path(namespace: str) -> str:
    return f"/apis/apps/v1/namespaces/{namespace}/deployments/{MANAGER_NAME}"
