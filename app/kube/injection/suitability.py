"""Which workloads cannot have a sidecar, and why: each refusal is one sentence, and nothing was changed. Pure but for
the search for an owner."""

from __future__ import annotations

from typing import Any

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.api import ApiClient
from app.kube.injection.workload_objects import Object, find_workload
from helper.cluster.api import ENVOY_PORT, FIRST_PROBE_PORT, RELAY_PORT
from helper.cluster.injection.record import MANIFEST_MARK, containers_of, pod_of

RESERVED_PROBE_PORTS = 100
"""From FIRST_PROBE_PORT on: more ports than a pod's probes have."""

_INTERCEPTABLE = {str(kind): kind for kind in WorkloadKind}
_OWNERS_DEEP = 4


def require_suitable(ref: WorkloadRef, workload: Object) -> None:
    """Raises KubeferryError (WORKLOAD_UNSUITABLE)."""
    problem = _problem(ref, workload)
    if problem:
        raise unsuitable(ref, problem)


async def require_independent(api: ApiClient, ref: WorkloadRef, workload: Object) -> None:
    """ReplicaSets and Pods that something else made are changed there. Raises KubeferryError (WORKLOAD_UNSUITABLE)
    that names what to use instead."""
    if ref.kind not in (WorkloadKind.REPLICA_SET, WorkloadKind.POD):
        return
    owner = await _topmost_owner(api, ref, workload)
    if owner is None:
        return
    kind = _INTERCEPTABLE.get(owner["kind"])
    if kind is not None:
        instead = WorkloadRef(kind, ref.namespace, owner["name"])
        raise unsuitable(ref, f"it belongs to {instead}, which would make it anew as it was; name {instead} instead")
    problem = f"it belongs to {owner['kind']} {owner['name']}"
    if owner["kind"] in ("Job", "CronJob"):
        problem += ", and is over when its work is done"
    raise unsuitable(ref, problem)


def unsuitable(ref: WorkloadRef, problem: str) -> KubeferryError:
    return KubeferryError(ErrorCode.WORKLOAD_UNSUITABLE, workload=str(ref), problem=problem)


def _problem(ref: WorkloadRef, workload: Object) -> str:
    metadata, spec = workload["metadata"], pod_of(workload)["spec"]
    checks: tuple[tuple[bool, str], ...] = (
        (bool(metadata.get("deletionTimestamp")), "it is being deleted"),
        (
            ref.kind is WorkloadKind.DEPLOYMENT and bool(workload["spec"].get("paused")),
            "its rollouts are paused; `kubectl rollout resume` lets them go on",
        ),
        (
            ref.kind is WorkloadKind.POD and (workload.get("status") or {}).get("phase") in ("Succeeded", "Failed"),
            "it has ended",
        ),
        (
            MANIFEST_MARK in (metadata.get("annotations") or {}),
            "it is a static pod, which only its node can change",
        ),
        (
            bool(spec.get("hostNetwork")),
            "its pods use the host network, where a sidecar would take the traffic of the whole node",
        ),
        (_is_windows(spec), "its pods run on Windows, which has no nftables"),
    )
    found = next((problem for holds, problem in checks if holds), "")
    return found or _port_problem(spec)


def _is_windows(spec: Any) -> bool:
    selected = (spec.get("nodeSelector") or {}).get("kubernetes.io/os", "")
    return "windows" in ((spec.get("os") or {}).get("name", ""), selected)


def _port_problem(spec: Any) -> str:
    reserved = {ENVOY_PORT, RELAY_PORT, *range(FIRST_PROBE_PORT, FIRST_PROBE_PORT + RESERVED_PROBE_PORTS)}
    for container in containers_of(spec):
        for port in container.get("ports") or ():
            if port.get("containerPort") in reserved:
                return f"its container {container['name']} has port {port['containerPort']}, which the sidecar needs"
    return ""


async def _topmost_owner(api: ApiClient, ref: WorkloadRef, workload: Object) -> dict[str, Any] | None:
    """As far up as we may look: Pod, ReplicaSet, Deployment."""
    owner: dict[str, Any] | None = None
    for _ in range(_OWNERS_DEEP):
        references = workload["metadata"].get("ownerReferences") or ()
        above = next((one for one in references if one.get("controller")), None)
        if above is None:
            return owner
        owner = above
        kind = _INTERCEPTABLE.get(above["kind"])
        if kind is None:
            return owner
        try:
            found = await find_workload(api, WorkloadRef(kind, ref.namespace, above["name"]))
        except KubeferryError:
            # Not ours to read: what is known so far has to do.
            return owner
        if found is None:
            return owner
        workload = found
    return owner
