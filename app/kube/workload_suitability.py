"""Why a workload in a list cannot be intercepted: the words of `injection.suitability`, for the small record that a
list keeps. Most workloads can; of those nothing but a few fields is looked at."""

from __future__ import annotations

from typing import Any

from app.domain.errors import KubeferryError
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.injection.suitability import RESERVED_PROBE_PORTS, require_suitable
from app.kube.objects import Container, PodSpec, WorkloadMetadata
from helper.cluster.api import ENVOY_PORT, FIRST_PROBE_PORT, RELAY_PORT
from helper.cluster.injection.record import MANIFEST_MARK

_RESERVED = frozenset((ENVOY_PORT, RELAY_PORT, *range(FIRST_PROBE_PORT, FIRST_PROBE_PORT + RESERVED_PROBE_PORTS)))


def why_impossible(kind: WorkloadKind, meta: WorkloadMetadata, spec: PodSpec, *, paused: bool) -> str:
    """Empty when nothing in the record speaks against an intercept; the plan looks at all the rest."""
    if not (paused or _is_suspicious(meta, spec)):
        return ""
    try:
        require_suitable(WorkloadRef(kind, meta.namespace, meta.name), _object(kind, meta, spec, paused=paused))
    except KubeferryError as error:
        return error.params.get("problem", "")
    return ""


def _is_suspicious(meta: WorkloadMetadata, spec: PodSpec) -> bool:
    return bool(
        meta.deletion_timestamp
        or spec.host_network
        or spec.os
        or spec.node_selector
        or (meta.annotations and meta.annotations.manifest is not None)
        or any(port.container_port in _RESERVED for one in _containers(spec) for port in one.ports or ())
    )


def _object(kind: WorkloadKind, meta: WorkloadMetadata, spec: PodSpec, *, paused: bool) -> dict[str, Any]:
    """As much of the API's object as suitability looks at."""
    manifest = meta.annotations.manifest if meta.annotations else None
    metadata: dict[str, Any] = {"deletionTimestamp": meta.deletion_timestamp}
    if manifest is not None:
        metadata["annotations"] = {MANIFEST_MARK: manifest}
    pod: dict[str, Any] = {
        "hostNetwork": spec.host_network,
        "os": {"name": spec.os.name if spec.os else ""},
        "nodeSelector": spec.node_selector or {},
        "containers": [
            {"name": one.name, "ports": [{"containerPort": port.container_port} for port in one.ports or ()]}
            for one in _containers(spec)
        ],
    }
    if kind is WorkloadKind.POD:
        return {"kind": "Pod", "metadata": metadata, "spec": pod}
    return {"kind": str(kind), "metadata": metadata, "spec": {"paused": paused, "template": {"spec": pod}}}


def _containers(spec: PodSpec) -> tuple[Container, ...]:
    return (*(spec.init_containers or ()), *(spec.containers or ()))
