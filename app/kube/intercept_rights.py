"""May this user intercept anything in a namespace? A few questions to the API server, before a button is offered."""

from __future__ import annotations

from app.domain.workload import WorkloadKind
from app.kube.api import ApiClient
from app.kube.injection.permissions import create_pods
from app.kube.preflight import Permission, missing_permissions
from app.kube.workload_paths import resource_of

_CONTROLLERS = (WorkloadKind.DEPLOYMENT, WorkloadKind.STATEFUL_SET, WorkloadKind.DAEMON_SET)


async def why_no_intercepts(api: ApiClient, namespace: str) -> str:
    """Empty: something can be intercepted there, as far as the server says. What a single workload takes beyond this is
    told by its plan. Raises KubeferryError when the server cannot be asked."""
    resources = [resource_of(kind) for kind in _CONTROLLERS]
    patches = [Permission("patch", resource, namespace, group=group) for group, resource in resources]
    secrets = Permission("create", "secrets", namespace)
    missing = await missing_permissions(api, (*patches, secrets, create_pods(namespace)))
    if secrets in missing:
        return f"You may not create secrets in namespace {namespace}, which an intercept needs. Ask for that right."
    if all(permission in missing for permission in (*patches, create_pods(namespace))):
        return f"You may look at namespace {namespace} but not change its workloads. Ask for the right to patch them."
    return ""
