"""Asks the server whether it would take the workload with the sidecar, and the pods made from it, and changes nothing.

Rules about pods are applied where pods are made: a Deployment that no pod can be made from is accepted without a word.
So a pod is tried as well, as the user; a webhook that knows no dry runs is left to the rollout to find out.
"""

from __future__ import annotations

import copy

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.api import FIELD_MANAGER, ApiClient
from app.kube.api_errors import ApiError
from app.kube.injection.bare_pod import fresh_pod
from app.kube.injection.warnings import surges
from app.kube.injection.workload_objects import Object, write_workload
from app.kube.task_group import task_group
from app.kube.workload_paths import collection_path
from helper.cluster.injection.record import pod_of

_LEVEL = "pod-security.kubernetes.io/enforce"
_STRICT = ("baseline", "restricted")
_NO_DRY_RUN = "does not support dry run"
_NAME_LIMIT = 200


async def try_injection(
    api: ApiClient, ref: WorkloadRef, before: Object, after: Object, namespace: Object | None, *, may_create_pods: bool
) -> None:
    """`namespace`: its object, where it may be read. Raises KubeferryError: POD_SECURITY_FORBIDS, QUOTA_EXCEEDED,
    ADMISSION_DENIED with the words of who denied it."""
    async with task_group() as group:
        if ref.kind is not WorkloadKind.POD:
            group.create_task(_try_object(api, ref, before, after))
        if may_create_pods:
            group.create_task(_try_pod(api, ref, before, after))
        else:
            _require_lenient(ref, namespace)


def sample_pod(ref: WorkloadRef, workload: Object) -> Object:
    """A pod as the workload's controller would make one. Pure."""
    if ref.kind is WorkloadKind.POD:
        pod = fresh_pod(workload)
        del pod["metadata"]["name"]
    else:
        template = copy.deepcopy(pod_of(workload))
        pod = {"apiVersion": "v1", "kind": "Pod", **template}
    pod["metadata"] = {
        **{key: value for key, value in (pod.get("metadata") or {}).items() if key in ("labels", "annotations")},
        "generateName": f"{ref.name[:_NAME_LIMIT]}-",
        "namespace": ref.namespace,
    }
    # Volumes that a StatefulSet makes for each pod: something has to stand for them.
    known = {volume["name"] for volume in pod["spec"].get("volumes") or ()}
    claims = [claim["metadata"]["name"] for claim in workload["spec"].get("volumeClaimTemplates") or ()]
    stand_ins = [{"name": name, "emptyDir": {}} for name in claims if name not in known]
    if stand_ins:
        pod["spec"]["volumes"] = [*(pod["spec"].get("volumes") or ()), *stand_ins]
    return pod


async def _try_object(api: ApiClient, ref: WorkloadRef, before: Object, after: Object) -> None:
    try:
        await write_workload(api, ref, before, after, dry_run=True)
    except ApiError as error:
        # Changed by somebody meanwhile: what is written later is made from what is there then.
        if not error.conflict:
            _raise_denial(ref, error)


async def _try_pod(api: ApiClient, ref: WorkloadRef, before: Object, after: Object) -> None:
    try:
        await api.create(
            collection_path(WorkloadKind.POD, ref.namespace),
            sample_pod(ref, after),
            query={"dryRun": "All", "fieldManager": FIELD_MANAGER},
        )
    except ApiError as error:
        if error.code is ErrorCode.QUOTA_EXCEEDED and "exceeded quota" in error.message and not surges(before):
            # An old pod goes first, and leaves its room to the new one: whether that will do only the rollout can tell.
            return
        _raise_denial(ref, error)


def _raise_denial(ref: WorkloadRef, error: ApiError) -> None:
    if error.code in (ErrorCode.POD_SECURITY_FORBIDS, ErrorCode.QUOTA_EXCEEDED, ErrorCode.LOGIN_EXPIRED):
        raise error
    if _NO_DRY_RUN in error.message:
        return
    if error.status in (400, 403, 422):
        raise KubeferryError(
            ErrorCode.ADMISSION_DENIED,
            workload=str(ref),
            namespace=ref.namespace,
            problem=error.message or error.reason,
            detail=error.message,
        ) from error
    raise error


def _require_lenient(ref: WorkloadRef, namespace: Object | None) -> None:
    """For who may not make pods: the namespace's label says the same, but knows no exemptions."""
    labels = (namespace["metadata"].get("labels") or {}) if namespace is not None else {}
    level = labels.get(_LEVEL)
    if level in _STRICT:
        problem = f"its label {_LEVEL} is {level}, which does not allow NET_ADMIN"
        raise KubeferryError(ErrorCode.POD_SECURITY_FORBIDS, namespace=ref.namespace, problem=problem)
