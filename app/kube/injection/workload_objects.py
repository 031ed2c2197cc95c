"""Reading and writing whole workloads: as the server gives them, so that nothing that we do not know is lost."""

from __future__ import annotations

from typing import Any

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.api import FIELD_MANAGER, JSON_PATCH, ApiClient
from app.kube.api_errors import ApiError
from app.kube.unbroken import unbroken
from app.kube.workload_paths import api_version, object_path
from helper.cluster.injection.json_patch import patch_between

Object = dict[str, Any]


async def get_workload(api: ApiClient, ref: WorkloadRef) -> Object:
    """Raises KubeferryError, WORKLOAD_MISSING when there is none."""
    found = await find_workload(api, ref)
    if found is None:
        raise missing(ref)
    return found


async def find_workload(api: ApiClient, ref: WorkloadRef) -> Object | None:
    try:
        found: Object = await api.get(object_path(ref))
    except ApiError as error:
        if error.not_found:
            return None
        raise
    return _typed(ref, found)


async def write_workload(
    api: ApiClient, ref: WorkloadRef, before: Object, after: Object, *, dry_run: bool = False
) -> Object:
    """What the server has then. Raises KubeferryError; an ApiError with `conflict` when it is not `before` any more."""
    patch = patch_between(before, after)
    if not patch:
        return before
    query: dict[str, str | int | bool] = {"fieldManager": FIELD_MANAGER}
    if dry_run:
        query["dryRun"] = "All"
    try:
        changed: Object = await unbroken(api.patch(object_path(ref), patch, content_type=JSON_PATCH, query=query))
    except ApiError as error:
        if error.not_found:
            raise missing(ref) from error
        raise
    return _typed(ref, changed)


def missing(ref: WorkloadRef) -> KubeferryError:
    return KubeferryError(ErrorCode.WORKLOAD_MISSING, workload=str(ref), namespace=ref.namespace)


def selector_text(workload: Object) -> str:
    """The labelSelector of its pods. A bare pod's own labels say nothing: see `pods_query`."""
    selector = workload["spec"]["selector"]
    terms = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for expression in selector.get("matchExpressions") or ():
        key, values = expression["key"], ",".join(expression.get("values") or ())
        terms.append(
            {
                "In": f"{key} in ({values})",
                "NotIn": f"{key} notin ({values})",
                "Exists": key,
                "DoesNotExist": f"!{key}",
            }[expression["operator"]]
        )
    return ",".join(terms)


def pods_query(ref: WorkloadRef, workload: Object) -> dict[str, str | int | bool]:
    """Which pods to list or watch in its namespace."""
    if ref.kind is WorkloadKind.POD:
        return {"fieldSelector": f"metadata.name={ref.name}"}
    return {"labelSelector": selector_text(workload)}


def desired_pods(ref: WorkloadRef, workload: Object) -> int:
    if ref.kind is WorkloadKind.POD:
        return 1
    if ref.kind is WorkloadKind.DAEMON_SET:
        return int((workload.get("status") or {}).get("desiredNumberScheduled", 0))
    return int(workload["spec"].get("replicas", 1))


def _typed(ref: WorkloadRef, found: Object) -> Object:
    """Old servers leave the kind out of some answers."""
    found.setdefault("kind", str(ref.kind))
    found.setdefault("apiVersion", api_version(ref.kind))
    return found
