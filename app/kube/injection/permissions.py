"""Which rights a user needs to intercept a workload, and the one sentence that names those that are missing."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.injection.rollout_state import by_hand
from app.kube.injection.workload_objects import Object
from app.kube.preflight import Permission
from app.kube.workload_paths import resource_of

_SECRET_VERBS = ("get", "create", "patch", "delete")


def create_pods(namespace: str) -> Permission:
    """Needed for bare pods; for others it lets the cluster's rules be asked before anything is changed."""
    return Permission("create", "pods", namespace)


def injection_permissions(ref: WorkloadRef, workload: Object | None) -> tuple[Permission, ...]:
    """`workload` None: it may not be read, so its strategy is not known."""
    group, resource = resource_of(ref.kind)
    needed = [Permission(verb, resource, ref.namespace, group=group) for verb in ("get", "patch")]
    needed += [Permission(verb, "secrets", ref.namespace) for verb in _SECRET_VERBS]
    needed += [Permission(verb, "pods", ref.namespace) for verb in ("list", "watch")]
    if ref.kind is WorkloadKind.POD:
        needed += [create_pods(ref.namespace), Permission("delete", "pods", ref.namespace)]
    elif workload is not None and by_hand(ref, workload):
        needed.append(Permission("delete", "pods", ref.namespace))
    return tuple(needed)


def missing_rights(missing: Sequence[Permission]) -> KubeferryError:
    """All of them in one sentence: `patch deployments.apps, nor get, create and delete secrets`."""
    first, *others = missing
    verbs: dict[str, list[str]] = {}
    for permission in missing:
        verbs.setdefault(permission.told_resource, []).append(permission.verb)
    told = [f"{_listed(names)} {resource}" for resource, names in verbs.items()]
    verb, _, rest = ", nor ".join(told).partition(" ")
    detail = "missing: " + "; ".join(map(str, (first, *others)))
    return KubeferryError(
        ErrorCode.API_FORBIDDEN, verb=verb, resource=rest, namespace=first.namespace or "*", detail=detail
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
