"""Where the API server has each kind of workload."""

from __future__ import annotations

from app.domain.workload import WorkloadKind, WorkloadRef

_RESOURCES = {
    WorkloadKind.DEPLOYMENT: ("apps", "deployments"),
    WorkloadKind.STATEFUL_SET: ("apps", "statefulsets"),
    WorkloadKind.DAEMON_SET: ("apps", "daemonsets"),
    WorkloadKind.REPLICA_SET: ("apps", "replicasets"),
    WorkloadKind.POD: ("", "pods"),
}


def resource_of(kind: WorkloadKind) -> tuple[str, str]:
    """API group and resource, as rights name them."""
    return _RESOURCES[kind]


def api_version(kind: WorkloadKind) -> str:
    group, _ = _RESOURCES[kind]
    return f"{group}/v1" if group else "v1"


def collection_path(kind: WorkloadKind, namespace: str | None) -> str:
    """`namespace` None: of all namespaces."""
    group, resource = _RESOURCES[kind]
    base = f"/apis/{group}/v1" if group else "/api/v1"
    return f"{base}/namespaces/{namespace}/{resource}" if namespace else f"{base}/{resource}"


def object_path(ref: WorkloadRef) -> str:
    return f"{collection_path(ref.kind, ref.namespace)}/{ref.name}"
