"""Takes the traffic manager away: all that we made, and nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api import ApiClient
from app.kube.api_errors import ApiError
from app.kube.manager_install import is_ours
from app.kube.manager_pods import MANAGER_SELECTOR
from app.kube.manager_rollout import InstallProgress, InstallStep, Report
from app.kube.namespace_content import foreign_content
from app.kube.object_removal import wait_until_gone, wait_until_none
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
            found = await _remove_deployment(api, namespace)
            space = await _our_namespace(api, namespace)
            if space is None:
                return Uninstalled(found, namespace_removed=False)
            kept = await foreign_content(api, namespace)
            if kept:
                return Uninstalled(found, namespace_removed=False, kept=kept)
            report(InstallProgress(InstallStep.NAMESPACE, namespace))
            await _delete(api, f"/api/v1/namespaces/{namespace}", space)
            await wait_until_gone(api, "/api/v1/namespaces", namespace)
            return Uninstalled(found=True, namespace_removed=True)
    except TimeoutError as error:
        what = f"namespace {namespace} to be empty"
        raise KubeferryError(ErrorCode.TIMED_OUT, waiting_for=what, seconds=f"{timeout_s:.0f}") from error


async def _remove_deployment(api: ApiClient, namespace: str) -> bool:
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{MANAGER_NAME}"
    try:
        deployment = await api.get(path)
    except ApiError as error:
        if error.not_found:
            return False
        raise
    if not is_ours(deployment):
        return False
    await _delete(api, path, deployment)
    for collection in (f"/apis/apps/v1/namespaces/{namespace}/replicasets", f"/api/v1/namespaces/{namespace}/pods"):
        await wait_until_none(api, collection, f"labelSelector={MANAGER_SELECTOR}")
    return True


async def _our_namespace(api: ApiClient, name: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = await api.get(f"/api/v1/namespaces/{name}")
    except ApiError as error:
        if error.not_found or error.code is ErrorCode.API_FORBIDDEN:
            return None
        raise
    return found if is_ours(found) else None


async def _delete(api: ApiClient, path: str, found: dict[str, Any]) -> None:
    """This very object, not one that somebody put in its place meanwhile."""
    options = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "propagationPolicy": "Background",
        "preconditions": {"uid": found["metadata"]["uid"]},
    }
    try:
        await api.delete(path, options=options)
    except ApiError as error:
        if not error.not_found:
            raise
