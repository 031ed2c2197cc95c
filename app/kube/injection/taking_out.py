"""Takes a sidecar out of a workload: the write, its Secret, and the pods that nobody else would replace."""

from __future__ import annotations

import logging

from app.domain.errors import KubeferryError
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.api import ApiClient
from app.kube.injection.bare_pod import recreate
from app.kube.injection.join_secret import delete_join_secret, secret_name
from app.kube.injection.progress import InjectionStep, Report
from app.kube.injection.rollout import Purpose, list_pods, roll_out
from app.kube.injection.rollout_state import belongs, by_hand, carries, is_rid_of
from app.kube.injection.workload_objects import Object, write_workload
from app.kube.unbroken import unbroken
from app.kube.workload_paths import collection_path
from helper.cluster.injection.record import injection_of, injection_of_pod, pod_of, read_record

log = logging.getLogger(__name__)

UNDO_TIMEOUT_S = 60.0
"""Undoing must not hang: a bare pod has its grace period to end, and then is made anew."""


async def take_out(
    api: ApiClient, ref: WorkloadRef, before: Object, after: Object, report: Report, *, wait: bool
) -> None:
    """Raises KubeferryError; an ApiError with `conflict` when the workload is not `before` any more, with nothing
    done."""
    injection_id = injection_of(before) or injection_of_pod(pod_of(before)) or ""
    record = read_record(before)
    recorded = record.injection_id if record is not None else injection_id
    # Never the name that stands in the record: who may change a workload may write any Secret's there.
    name = secret_name(ref, recorded) if recorded else ""

    async def put() -> Object:
        written = await write_workload(api, ref, before, after)
        await _delete_secret(api, ref, name)
        return written

    if ref.kind is WorkloadKind.POD:
        # Not `unbroken` as a whole: it has to wait until the pod ends.
        written = await recreate(api, ref, before, after)
        await unbroken(_delete_secret(api, ref, name))
    else:
        written = await unbroken(put())
    if not injection_id:
        return
    if ref.kind is WorkloadKind.STATEFUL_SET:
        await _unblock(api, ref, written, injection_id)
    if wait or (ref.kind is not WorkloadKind.POD and by_hand(ref, written)):
        await roll_out(api, ref, written, Purpose(InjectionStep.RESTORING, is_rid_of(injection_id), report))


async def _delete_secret(api: ApiClient, ref: WorkloadRef, name: str) -> None:
    if name:
        await delete_join_secret(api, ref, name)


async def _unblock(api: ApiClient, ref: WorkloadRef, workload: Object, injection_id: str) -> None:
    """A StatefulSet's controller waits for a broken pod to become ready before it replaces it with a good template
    (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback)."""
    if by_hand(ref, workload):
        return
    follows = carries(injection_id)
    for pod in await list_pods(api, ref, workload):
        if pod.alive and follows(pod) and not pod.ready and belongs(ref, workload, pod):
            options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": pod.marks.uid}}
            try:
                path = collection_path(WorkloadKind.POD, ref.namespace)
                await api.delete(f"{path}/{pod.name}", options=options)
            except KubeferryError as error:
                log.warning("the broken pod %s of %s could not be deleted: %s", pod.name, ref, error)
