"""A bare Pod cannot be changed: it is deleted, and made anew under its name. Nobody else would make it again."""

from __future__ import annotations

import asyncio
import copy
import logging
from typing import Any

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.api import FIELD_MANAGER, ApiClient
from app.kube.api_errors import ApiError
from app.kube.injection.workload_objects import Object, find_workload, missing
from app.kube.object_removal import wait_until_gone
from app.kube.unbroken import unbroken
from app.kube.workload_paths import collection_path, object_path

log = logging.getLogger(__name__)

GRACE_MARGIN_S = 15.0
"""What the kubelet takes beyond the pod's own grace period until it is gone."""

DEFAULT_GRACE_S = 30
CREATE_TRIES = 5
_SERVERS_OWN = frozenset(
    {
        *("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"),
        *("deletionTimestamp", "deletionGracePeriodSeconds"),
    }
)


def fresh_pod(pod: Object) -> Object:
    """What to create so that it is the same pod again: without what belongs to the one that was. Pure.

    The node is chosen anew. The volume of its service account's token stays, as does everything else that admission
    filled in: what is there is not filled in a second time.
    """
    metadata = {key: value for key, value in pod["metadata"].items() if key not in _SERVERS_OWN}
    spec = {key: value for key, value in pod["spec"].items() if key not in ("nodeName", "ephemeralContainers")}
    return copy.deepcopy({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})


async def recreate(api: ApiClient, ref: WorkloadRef, before: Object, after: Object) -> Object:
    """Puts `after` in the place of `before`; returns it as it was made. Raises KubeferryError; an ApiError with
    `conflict` when the pod is not `before` any more, with nothing done. If the new pod is refused, or this is
    cancelled, the old one is made again."""
    try:
        await _delete(api, ref, before)
    except asyncio.CancelledError:
        await _make_again(api, ref, before)
        raise
    try:
        grace_s = before["spec"].get("terminationGracePeriodSeconds", DEFAULT_GRACE_S) + GRACE_MARGIN_S
        async with asyncio.timeout(grace_s):
            await wait_until_gone(api, collection_path(WorkloadKind.POD, ref.namespace), ref.name)
        return await _create(api, ref, after)
    except TimeoutError as error:
        problem = f"the pod does not end within {grace_s:.0f} s, and is not made anew; its node may be gone"
        raise KubeferryError(
            ErrorCode.SIDECAR_STUCK, workload=str(ref), namespace=ref.namespace, problem=problem
        ) from error
    except BaseException:
        await _make_again(api, ref, before)
        raise


async def _delete(api: ApiClient, ref: WorkloadRef, pod: Object) -> None:
    metadata = pod["metadata"]
    preconditions = {"uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]}
    options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": preconditions}
    try:
        await unbroken(api.delete(object_path(ref), options=options))
    except ApiError as error:
        if error.not_found:
            raise missing(ref) from error
        raise


async def _create(api: ApiClient, ref: WorkloadRef, pod: Object) -> Object:
    path, query = collection_path(WorkloadKind.POD, ref.namespace), {"fieldManager": FIELD_MANAGER}
    created: Any = await unbroken(api.create(path, fresh_pod(pod), query=query))
    return dict(created)


async def _is_there(api: ApiClient, ref: WorkloadRef) -> bool:
    """Its deletion was cancelled before it was asked for, or the new one had been made: whoever undoes more looks."""
    found = await find_workload(api, ref)
    return found is not None and not found["metadata"].get("deletionTimestamp")


async def _make_again(api: ApiClient, ref: WorkloadRef, pod: Object) -> None:
    """As long as it takes the pod to be gone, and in spite of a server that stammers: it would be lost otherwise."""
    grace_s = pod["spec"].get("terminationGracePeriodSeconds", DEFAULT_GRACE_S) + GRACE_MARGIN_S
    try:
        async with asyncio.timeout(grace_s):
            for again in range(CREATE_TRIES):
                try:
                    if await _is_there(api, ref):
                        return
                    await wait_until_gone(api, collection_path(WorkloadKind.POD, ref.namespace), ref.name)
                    await _create(api, ref, pod)
                except KubeferryError as error:
                    if isinstance(error, ApiError) and error.conflict:
                        log.info("%s was made again by somebody else", ref)
                        return
                    log.warning("%s could not be made again (try %d): %s", ref, again + 1, error)
                    await asyncio.sleep(again)
                else:
                    return
    except TimeoutError:
        log.error("%s did not end, and was not made again", ref)
