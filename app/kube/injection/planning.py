"""What intercepting a workload would change, found out before anything is changed: refusals, warnings, the difference.

Everything that can be asked at the same time is: with a server 20 ms away a plan takes about 0.1 s.
"""

from __future__ import annotations

import difflib
import secrets
from dataclasses import dataclass, field, replace

import yaml

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercepts import Claim, PortMap, Wish
from app.domain.workload import WorkloadRef
from app.kube.api import ApiClient
from app.kube.injection.claims import read_claims
from app.kube.injection.dry_run import try_injection
from app.kube.injection.join_secret import secret_name
from app.kube.injection.permissions import create_pods, injection_permissions, missing_rights
from app.kube.injection.ports import mesh_ports, services_around, tls_ports
from app.kube.injection.suitability import require_independent, require_suitable, unsuitable
from app.kube.injection.warnings import Warned, headers_unreadable, warnings_of
from app.kube.injection.workload_objects import Object, desired_pods, get_workload
from app.kube.preflight import Permission, missing_permissions
from app.kube.task_group import task_group
from helper.cluster.injection.record import injection_of, pod_of
from helper.cluster.injection.sidecar_template import SidecarSpec, inject

NATIVE_SIDECARS_SINCE = (1, 29)
_ID_BYTES = 8


@dataclass(frozen=True)
class InjectionPlan:
    """`wish` has its ports filled in. `injection_id`: of the sidecar that is there, or of the one that will be.

    `pods` are wanted of the workload now. `diff`: unified, of its template (of a bare pod: of all of it); empty where
    the sidecar is there already. `workload`: its object as it was read.
    """

    wish: Wish
    sidecar: SidecarSpec
    injection_id: str
    already_injected: bool
    claims: tuple[Claim, ...]
    pods: int
    unreadable_ports: tuple[int, ...]
    warnings: tuple[Warned, ...]
    diff: tuple[str, ...]
    workload: Object = field(repr=False)

    @property
    def ref(self) -> WorkloadRef:
        return self.wish.workload


def has_native_sidecars(version: tuple[int, int]) -> bool:
    """Init containers that go on: there by default from 1.29 on."""
    return version >= NATIVE_SIDECARS_SINCE


async def plan_injection(api: ApiClient, wish: Wish, sidecar: SidecarSpec) -> InjectionPlan:
    """Changes nothing. Raises KubeferryError for what cannot be done; `sidecar` is used where there is none yet."""
    ref = wish.workload
    workload, missing = await _look(api, ref)
    await require_independent(api, ref, workload)
    require_suitable(ref, workload)
    if missing_needed := [p for p in missing if p in injection_permissions(ref, workload)]:
        raise missing_rights(missing_needed)
    async with task_group() as group:
        around = group.create_task(services_around(api, ref.namespace)) if _wants_services(wish) else None
        space = group.create_task(_namespace(api, ref.namespace))
    ports = mesh_ports(workload, around.result()) if around is not None else ()
    if wish.rule is not None and not wish.ports:
        if not ports:
            problem = "neither it nor a Service names a TCP port of it; say which with --port"
            raise unsuitable(ref, problem)
        wish = replace(wish, ports=tuple(PortMap(port, port) for port in ports))
    existing = injection_of(workload)
    plan = InjectionPlan(
        wish=wish,
        sidecar=sidecar,
        injection_id=existing or secrets.token_hex(_ID_BYTES),
        already_injected=existing is not None,
        claims=read_claims(ref, workload) if existing is not None else (),
        pods=desired_pods(ref, workload),
        unreadable_ports=_unreadable(wish, workload),
        warnings=(),
        diff=(),
        workload=workload,
    )
    warnings: tuple[Warned, ...] = ()
    if existing is None:
        changed = inject(workload, sidecar, plan.injection_id, secret_name(ref, plan.injection_id))
        may_create = create_pods(ref.namespace) not in missing
        await try_injection(api, ref, workload, changed, space.result(), may_create_pods=may_create)
        warnings = warnings_of(ref, workload, space.result())
        plan = replace(plan, diff=template_diff(workload, changed))
    if plan.unreadable_ports:
        warnings = (*warnings, headers_unreadable(plan.unreadable_ports))
    return replace(plan, warnings=warnings)


def template_diff(before: Object, after: Object) -> tuple[str, ...]:
    """As `diff -u` shows it, with as much around each change as tells where it is. Pure."""
    old, new = (yaml.safe_dump(_shown(one), sort_keys=False).splitlines() for one in (before, after))
    return tuple(difflib.unified_diff(old, new, "now", "with the sidecar", lineterm="", n=3))


async def _look(api: ApiClient, ref: WorkloadRef) -> tuple[Object, tuple[Permission, ...]]:
    """The workload, and every right that is missing. Without a right to read the workload, that is what is said."""
    asked = dict.fromkeys((*injection_permissions(ref, None), create_pods(ref.namespace)))
    asked[Permission("delete", "pods", ref.namespace)] = None
    async with task_group() as group:
        rights = group.create_task(missing_permissions(api, asked))
        found = group.create_task(_read(api, ref))
    workload, missing = found.result(), rights.result()
    if isinstance(workload, KubeferryError):
        needed = [permission for permission in missing if permission in injection_permissions(ref, None)]
        raise missing_rights(needed) if needed else workload
    return workload, missing


async def _read(api: ApiClient, ref: WorkloadRef) -> Object | KubeferryError:
    try:
        return await get_workload(api, ref)
    except KubeferryError as error:
        if error.code is ErrorCode.API_FORBIDDEN:
            return error
        raise


async def _namespace(api: ApiClient, name: str) -> Object | None:
    """None where it may not be read."""
    try:
        found: Object = await api.get(f"/api/v1/namespaces/{name}")
    except KubeferryError as error:
        if error.code is ErrorCode.API_FORBIDDEN:
            return None
        raise
    return found


def _wants_services(wish: Wish) -> bool:
    return wish.rule is not None and not wish.ports


def _unreadable(wish: Wish, workload: Object) -> tuple[int, ...]:
    """Only a mesh reads."""
    if wish.rule is None:
        return ()
    return tls_ports(workload, tuple(port.remote for port in wish.ports))


def _shown(workload: Object) -> Object:
    pod = pod_of(workload)
    metadata = {key: value for key, value in (pod.get("metadata") or {}).items() if key in ("labels", "annotations")}
    return {"metadata": metadata, "spec": pod["spec"]}
