"""Which workloads have a sidecar of ours, whose they are, and which pods have it: for status and repair."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercepts import Claim
from app.domain.repairs import InjectedWorkload
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.api import ApiClient
from app.kube.injection.claims import read_claims
from app.kube.injection.join_secret import join_data, renew_join_secret, secret_name
from app.kube.injection.rollout import list_pods
from app.kube.injection.rollout_state import belongs, carries
from app.kube.injection.workload_objects import Object, find_workload
from app.kube.task_group import task_group
from app.kube.workload_paths import api_version, collection_path
from helper.cluster.injection.record import (
    INJECTED_LABEL,
    injection_of,
    injection_of_pod,
    is_injected,
    pod_of,
)
from helper.protocol.intercepts import JoinTicket


@dataclass(frozen=True)
class FoundInjected:
    """`unread`: why a kind could not be looked through."""

    injected: tuple[InjectedWorkload, ...]
    unread: tuple[KubeferryError, ...] = ()


async def find_injected(api: ApiClient, namespace: str | None) -> FoundInjected:
    """In one namespace or (None) in all, by our label. A workload whose claims are garbage counts as one without any:
    nobody can say whose they were. Raises KubeferryError when the server does not answer."""
    async with task_group() as group:
        looks = [group.create_task(_look_through(api, kind, namespace)) for kind in WorkloadKind]
    results = [look.result() for look in looks]
    return FoundInjected(
        tuple(sorted((one for found in results if isinstance(found, list) for one in found), key=_order)),
        tuple(error for error in results if isinstance(error, KubeferryError)),
    )


async def look_at(api: ApiClient, ref: WorkloadRef) -> InjectedWorkload | None:
    """None: it has no sidecar, or is not there. Raises KubeferryError, CLAIMS_UNREADABLE too."""
    workload = await find_workload(api, ref)
    if workload is None or injection_of(workload) is None:
        return None
    return InjectedWorkload(ref, injection_of(workload) or "", read_claims(ref, workload))


async def pods_with_sidecar(api: ApiClient, ref: WorkloadRef, injection_id: str) -> tuple[str, ...]:
    """Names of those that are ready."""
    workload = await find_workload(api, ref)
    if workload is None:
        return ()
    follows = carries(injection_id)
    pods = await list_pods(api, ref, workload)
    return tuple(sorted(pod.name for pod in pods if pod.ready and follows(pod) and belongs(ref, workload, pod)))


async def renew_ticket(
    api: ApiClient, ref: WorkloadRef, injection_id: str, ticket: JoinTicket, manager_addresses: tuple[str, ...]
) -> bool:
    """Makes the workload's Secret say what lets its sidecars in now, and where; True when it said something else."""
    workload = await find_workload(api, ref)
    if workload is None or injection_of(workload) != injection_id:
        return False
    name = secret_name(ref, injection_id)
    return await renew_join_secret(api, ref, name, join_data(ref, injection_id, ticket, manager_addresses))


async def _look_through(
    api: ApiClient, kind: WorkloadKind, namespace: str | None
) -> list[InjectedWorkload] | KubeferryError:
    query = {"labelSelector": INJECTED_LABEL}
    try:
        items, _ = await api.list_all(collection_path(kind, namespace), query=query)
    except KubeferryError as error:
        if error.code is ErrorCode.API_FORBIDDEN:
            return error
        raise
    found = []
    for item in items:
        workload: Object = {"kind": str(kind), "apiVersion": api_version(kind), **item}
        # A template's labels may have been copied from its workload by somebody: what is owned is changed elsewhere.
        if kind in (WorkloadKind.POD, WorkloadKind.REPLICA_SET) and _is_owned(workload):
            continue
        if not is_injected(workload) or workload["metadata"].get("deletionTimestamp"):
            continue
        ref = WorkloadRef(kind, workload["metadata"]["namespace"], workload["metadata"]["name"])
        injection_id = injection_of(workload) or injection_of_pod(pod_of(workload)) or ""
        found.append(InjectedWorkload(ref, injection_id, _claims(ref, workload)))
    return found


def _claims(ref: WorkloadRef, workload: Object) -> tuple[Claim, ...]:
    try:
        return read_claims(ref, workload)
    except KubeferryError:
        return ()


def _is_owned(workload: Object) -> bool:
    return any(owner.get("controller") for owner in workload["metadata"].get("ownerReferences") or ())


def _order(one: InjectedWorkload) -> WorkloadRef:
    return one.workload
