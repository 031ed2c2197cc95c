"""Takes the traffic manager away: all that we made, and nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api import ApiClient
from app.kube.api_errors import ApiError
from app.kube.manager_attachments import remove_account
from app.kube.manager_pods import MANAGER_SELECTOR
from app.kube.manager_rollout import InstallProgress, InstallStep, Report
from app.kube.namespace_content import foreign_content
from app.kube.object_removal import delete_exactly, is_ours, wait_until_gone, wait_until_none
from app.kube.task_group import task_group
from helper.cluster.api import MANAGER_NAME

UNINSTALL_TIMEOUT_S = 60.0
"""Deleting an empty namespace takes the namespace controller 5 s and more."""


@dataclass(frozen=True)
class Uninstalled:
    """`kept`: why a namespace that we made is still there, in words; empty when it is gone or was never ours."""

    found: bool
    namespace_removed: bool
    kept: str = ""


async def uninstall_manager(
    api: ApiClient, namespace: str, report: Report, *, timeout_s: float = UNINSTALL_TIMEOUT_S
) -> Uninstalled:
    """Returns when nothing of ours is left. Raises KubeferryError."""
    report(InstallProgress(InstallStep.REMOVING, namespace))
    try:
        async with asyncio.timeout(timeout_s):
            async with task_group() as group:
                removals = [group.create_task(_remove_deployment(api, namespace))]
                removals += [group.create_task(_remove(api, namespace, kind)) for kind in ("services", "secrets")]
            found = any([removal.result() for removal in removals] + [await remove_account(api, namespace)])
            space = await _our_namespace(api, namespace)
            if space is None:
                return Uninstalled(found, namespace_removed=False)
            kept = await foreign_content(api, namespace)
            if kept:
                return Uninstalled(found, namespace_removed=False, kept=kept)
            report(InstallProgress(InstallStep.NAMESPACE, namespace))
            await delete_exactly(api, f"/api/v1/namespaces/{namespace}", space)
            await wait_until_gone(api, "/api/v1/namespaces", namespace)
            return Uninstalled(found=True, namespace_removed=True)
    except TimeoutError as error:
        what = f"namespace {namespace} to be empty"
        raise KubeferryError(ErrorCode.TIMED_OUT, waiting_for=what, seconds=f"{timeout_s:.0f}") from error


async def _remove_deployment(api: ApiClient, namespace: str) -> bool:
    if not await _remove_at(api, f"/apis/apps/v1/namespaces/{namespace}/deployments/{MANAGER_NAME}"):
        return False
    for collection in (f"/apis/apps/v1/namespaces/{namespace}/replicasets", f"/api/v1/namespaces/{namespace}/pods"):
        await wait_until_none(api, collection, f"labelSelector={MANAGER_SELECTOR}")
    return True


async def _remove(api: ApiClient, namespace: str, resource: str) -> bool:
    return await _remove_at(api, f"/api/v1/namespaces/{namespace}/{resource}/{MANAGER_NAME}")


async def _remove_at(api: ApiClient, path: str) -> bool:
    """Only what is ours."""
    try:
        found = await api.get(path)
    except ApiError as error:
        if error.not_found:
            return False
        raise
    if not is_ours(found):
        return False
    await delete_exactly(api, path, found)
    return True


async def _our_namespace(api: ApiClient, name: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = await api.get(f"/api/v1/namespaces/{name}")
    except ApiError as error:
        if error.not_found or error.code is ErrorCode.API_FORBIDDEN:
            return None
        raise
    return found if is_ours(found) else None
