"""What `repair` does in a cluster without a connection. Apart from it because app.kube takes a while to import."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercept_stages import InterceptStage, describe_intercept_stage
from app.domain.repairs import Remains, find_remains
from app.kube.api import ApiClient
from app.kube.contexts import load_kubeconfig
from app.kube.credentials import Login
from app.kube.manager_pods import MANAGER_SELECTOR, find_manager, pick_pod
from app.kube.objects import Pod
from app.session import intercept_messages as im
from app.session.cluster_link import environment, places_to_look
from app.session.injection_link import InjectionLink
from app.session.intercept_convert import workload_of
from app.session.intercept_work import repair_one
from app.session.intercepts import remains_info
from helper.protocol.intercepts import Workload


async def plan_unconnected(
    context: str | None, kubeconfig: str | None, namespace: str | None, *, everywhere: bool
) -> im.RepairPlan:
    """Raises KubeferryError (NOT_CONNECTED) when a manager runs: who is there is known to it alone."""
    async with _api(context, kubeconfig) as api:
        remains, unread = await _find(api, namespace, everywhere=everywhere)
    return im.RepairPlan(tuple(remains_info(one) for one in remains), unread)


async def repair_unconnected(
    context: str | None,
    kubeconfig: str | None,
    namespace: str | None,
    chosen: frozenset[Workload],
    tell: Callable[[str], None],
    *,
    everywhere: bool,
) -> tuple[im.Restored, ...]:
    def report(stage: InterceptStage, waits_for: str) -> None:
        tell(describe_intercept_stage(stage, waits_for))

    async with _api(context, kubeconfig) as api:
        remains, _ = await _find(api, namespace, everywhere=everywhere)
        injection = InjectionLink(api, "", None)
        wanted = [one for one in remains if workload_of(one.workload) in chosen]
        return tuple([await repair_one(injection, one, report) for one in wanted])


async def _find(
    api: ApiClient, namespace: str | None, *, everywhere: bool
) -> tuple[tuple[Remains, ...], tuple[str, ...]]:
    place = namespace or api.login.context.namespace
    if await _any_manager(api, places_to_look(None, place)):
        raise KubeferryError(ErrorCode.NOT_CONNECTED)
    found = await InjectionLink(api, "", None).find(None if everywhere else place)
    return find_remains(found.workloads, (), time.time(), any_manager=False), found.unread


async def _any_manager(api: ApiClient, places: tuple[str, ...]) -> bool:
    """In the whole cluster, where that may be looked at: one in a namespace of somebody's choice knows its owners."""
    try:
        pods, _ = await api.list_all("/api/v1/pods", type=Pod, query={"labelSelector": MANAGER_SELECTOR})
    except KubeferryError as error:
        if error.code is not ErrorCode.API_FORBIDDEN:
            raise
        found = await find_manager(api, places)
        return found is not None and found.pod is not None
    return pick_pod(pods) is not None


def _api(context: str | None, kubeconfig: str | None) -> ApiClient:
    environ = environment(kubeconfig)
    return ApiClient(Login(load_kubeconfig(environ).select(context), environ))
