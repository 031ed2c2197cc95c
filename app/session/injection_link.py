"""The real workloads behind the session's port: app.kube.injection, and what it has to know of the manager."""

from __future__ import annotations

from app.domain.catalogue import explain
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.domain.intercept_stages import InterceptStage
from app.domain.intercepts import Claim, Wish
from app.domain.repairs import InjectedWorkload
from app.domain.workload import WorkloadRef
from app.kube.api import ApiClient
from app.kube.api_errors import ApiError
from app.kube.injection.claims import read_claims
from app.kube.injection.finding import find_injected, renew_ticket
from app.kube.injection.operations import drop_claims, put_back_claim, take_claim
from app.kube.injection.planning import InjectionPlan, has_native_sidecars, plan_injection
from app.kube.injection.progress import InjectionProgress, InjectionStep
from app.kube.injection.progress import Report as ReportInjection
from app.kube.injection.warnings import tell
from app.kube.injection.workload_objects import find_workload
from app.kube.manager_pods import find_manager
from app.kube.objects import Service
from app.kube.preflight import server_version
from app.kube.task_group import task_group
from app.session.injection_probes import bare_probe_ports
from app.session.intercept_ports import Dropped, Found, GetTicket, Notice, Planned, Report, Taken
from helper.cluster.api import DEFAULT_SIDECAR_IMAGE, MANAGER_NAME
from helper.cluster.injection.record import injection_of
from helper.cluster.injection.sidecar_template import SidecarSpec
from helper.protocol.intercepts import JoinTicket

_STAGES = {
    InjectionStep.TICKET: InterceptStage.PREPARING,
    InjectionStep.CHANGING: InterceptStage.INJECTING,
    InjectionStep.ROLLING_OUT: InterceptStage.ROLLING_OUT,
    InjectionStep.RESTORING: InterceptStage.RESTORING,
    InjectionStep.UNDOING: InterceptStage.UNDOING,
}


class InjectionLink:
    """Implements the port `Injection`. `manager_namespace` may be empty where nothing is taken, only given back."""

    def __init__(
        self, api: ApiClient, manager_namespace: str, sidecar_image: str | None, pull_secret: str | None = None
    ) -> None:
        self._api = api
        self._manager_namespace = manager_namespace
        self._sidecar_image = sidecar_image
        self._pull_secret = pull_secret
        self._native: bool | None = None

    async def plan(self, wish: Wish) -> Planned:
        plan = await plan_injection(self._api, wish, await self._sidecar())
        return Planned(
            wish=plan.wish,
            injects=not plan.already_injected,
            pods=plan.pods,
            claims=plan.claims,
            notices=tuple(Notice(one.code.value, tell(one), one.consent) for one in plan.warnings),
            diff=plan.diff,
            inner=plan,
        )

    async def take(
        self, planned: Planned, claim: Claim, *, ticket: GetTicket, take_over: bool, report: Report
    ) -> Taken:
        if not isinstance(planned.inner, InjectionPlan):
            raise KubeferryError(ErrorCode.INTERNAL, problem="a plan of somebody else's")
        taken = await take_claim(
            self._api,
            planned.inner,
            claim,
            _reporter(report),
            get_ticket=ticket,
            manager_addresses=await self._manager_addresses(),
            take_over=take_over,
        )
        return Taken(taken.injection_id, taken.pods, taken.losers)

    async def drop(self, workload: WorkloadRef, claims: frozenset[str], *, wait: bool, report: Report) -> Dropped:
        done = await drop_claims(self._api, workload, claims, _reporter(report), wait=wait)
        return Dropped(done.removed_sidecar, done.others)

    async def put_back(self, workload: WorkloadRef, claim: Claim) -> None:
        await put_back_claim(self._api, workload, claim)

    async def look(self, workload: WorkloadRef) -> InjectedWorkload | None:
        found = await find_workload(self._api, workload)
        injection_id = None if found is None else injection_of(found)
        if found is None or injection_id is None:
            return None
        return InjectedWorkload(workload, injection_id, read_claims(workload, found), bare_probe_ports(found))

    async def find(self, namespace: str | None) -> Found:
        found = await find_injected(self._api, namespace)
        unread = dict.fromkeys(explain(Problem.of(error)).what for error in found.unread)
        return Found(found.injected, tuple(unread))

    async def renew_ticket(self, workload: WorkloadRef, injection_id: str, ticket: JoinTicket) -> None:
        await renew_ticket(self._api, workload, injection_id, ticket, await self._manager_addresses())

    async def _sidecar(self) -> SidecarSpec:
        async with task_group() as group:
            native = group.create_task(self._has_native_sidecars())
            image = group.create_task(self._image())
        return SidecarSpec(image=image.result(), pull_secret=self._pull_secret, native=native.result())

    async def _has_native_sidecars(self) -> bool:
        if self._native is None:
            self._native = has_native_sidecars((await server_version(self._api)).number)
        return self._native

    async def _image(self) -> str:
        if self._sidecar_image:
            return self._sidecar_image
        found = await find_manager(self._api, (self._manager_namespace,)) if self._manager_namespace else None
        return sidecar_image_beside(found.pod.image if found is not None and found.pod is not None else "")

    async def _manager_addresses(self) -> tuple[str, ...]:
        """Of its Service. Raises KubeferryError (TICKET_MISSING) where it has none: a manager of before them."""
        namespace = self._manager_namespace
        try:
            service = await self._api.get(f"/api/v1/namespaces/{namespace}/services/{MANAGER_NAME}", type=Service)
        except ApiError as error:
            if error.not_found:
                raise KubeferryError(ErrorCode.TICKET_MISSING, namespace=namespace, detail=str(error)) from error
            raise
        addresses = service.spec.cluster_ips or [service.spec.cluster_ip]
        return tuple(address for address in addresses if address and address != "None")


def sidecar_image_beside(manager_image: str) -> str:
    """In the same registry, with the same tag: `registry/team/manager:2` has `registry/team/sidecar:2` beside it.

    A digest is of one image alone; without a tag beside it nothing is known of the other.
    """
    name, _, digest = manager_image.partition("@")
    folder, slash, last = name.rpartition("/")
    base, colon, tag = last.partition(":")
    if (digest and not tag) or not (base == "manager" or base.endswith("-manager")):
        return DEFAULT_SIDECAR_IMAGE
    return f"{folder}{slash}{base.removesuffix('manager')}sidecar{colon}{tag}"


def _reporter(report: Report) -> ReportInjection:
    def told(progress: InjectionProgress) -> None:
        waits_for = str(progress.workload)
        if progress.trouble is not None:
            waits_for = explain(Problem.of(progress.trouble)).what.rstrip(".")
        elif progress.desired:
            waits_for = f"{progress.workload} {progress.ready}/{progress.desired}"
        report(_STAGES[progress.step], waits_for)

    return told
