"""What `connect` would do, found out without doing it: the same questions as an attempt asks, and no change."""

from __future__ import annotations

import asyncio
import ipaddress
import os
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from app.domain.connect_plan import ConnectPlan
from app.domain.connection import Target
from app.domain.errors import KubeferryError, Problem
from app.domain.names import cluster_names
from app.domain.subnets import IPAddress, Overlap, Plan, Subnet, merge, plan
from app.kube.api import ApiClient
from app.kube.api_errors import ApiError
from app.kube.contexts import ClusterContext, load_kubeconfig
from app.kube.credentials import Login
from app.kube.discovery import ClusterSubnets, discover_subnets, list_namespaces
from app.kube.manager_pods import Manager, find_manager
from app.kube.preflight import check_connect, check_install
from app.session.cluster_link import environment, places_to_look
from app.session.helper_link import HelperLink
from helper.cluster.api import DEFAULT_MANAGER_IMAGE, DEFAULT_MANAGER_NAMESPACE, MANAGER_NAME

USUAL_DOMAIN = "cluster.local"


@dataclass(frozen=True)
class _Cluster:
    """What the cluster says. `outside`: addresses that have to stay reachable without the tunnel."""

    subnets: ClusterSubnets
    namespaces: tuple[str, ...]
    manager: Manager | None
    installs: tuple[str, ...]
    outside: frozenset[IPAddress]


async def plan_connect(target: Target) -> ConnectPlan:
    """Raises KubeferryError where a connection would fail before anything was found out."""
    environ = environment(target.kubeconfig)
    # Beside the event loop, which is the window's: files are parsed, and a keyring may ask its owner first.
    context = await asyncio.to_thread(_select, environ, target.context)
    namespace = target.namespace or context.namespace
    async with ApiClient(Login(context, environ)) as api:
        await api.login.access()
        found = await _ask_cluster(api, target, namespace)
    routes, problem = await _decide(target, found)
    names = cluster_names(USUAL_DOMAIN, namespace, found.namespaces, ())
    where = found.manager.namespace if found.manager else target.manager_namespace or DEFAULT_MANAGER_NAMESPACE
    return ConnectPlan(
        context=context.name,
        namespace=namespace,
        server=context.server_url,
        routes=_texts(routes.routes),
        excluded=_texts(routes.excluded),
        match_domains=names.match,
        search_domains=names.search,
        manager_namespace=where,
        installs=found.installs,
        image=(target.image or DEFAULT_MANAGER_IMAGE) if found.installs else "",
        unread=tuple(source.what for source in found.subnets.unread),
        problem=problem,
    )


def _select(environ: dict[str, str], context: str | None) -> ClusterContext:
    return load_kubeconfig(environ).select(context)


async def _ask_cluster(api: ApiClient, target: Target, namespace: str) -> _Cluster:
    manager = await find_manager(api, places_to_look(target.manager_namespace, namespace))
    where = manager.namespace if manager else target.manager_namespace or DEFAULT_MANAGER_NAMESPACE
    (await check_connect(api, where)).require()
    installs: tuple[str, ...] = ()
    if manager is None:
        (await check_install(api, where)).require()
        installs = await _missing_objects(api, where)
    return _Cluster(
        subnets=await discover_subnets(api, namespace),
        namespaces=(await list_namespaces(api, (namespace,))).names,
        manager=manager,
        installs=installs,
        outside=frozenset(ip_address(text.partition("%")[0]) for text in await api.first_hop_addresses()),
    )


async def _missing_objects(api: ApiClient, namespace: str) -> tuple[str, ...]:
    try:
        await api.get(f"/api/v1/namespaces/{namespace}")
        space: tuple[str, ...] = ()
    except ApiError as error:
        space = (f"Namespace {namespace}",) if error.not_found else ()
    return (*space, *(f"{kind} {MANAGER_NAME}" for kind in ("Deployment", "Service", "Secret")))


async def _decide(target: Target, found: _Cluster) -> tuple[Plan, Problem | None]:
    """What would be routed; and the reason, where the helper is missing or networks overlap."""
    wanted = merge((*found.subnets.all, *target.wishes.include))
    unhindered = Plan(routes=wanted, excluded=())
    try:
        helper = await HelperLink.connect()
    except KubeferryError as error:
        return unhindered, Problem.of(error)
    try:
        answer = await helper.find_overlaps(_texts(wanted))
        overlaps = [
            Overlap(ip_network(one.subnet), ip_network(one.taken), one.interface, one.owner_uid is not None)
            for one in answer.overlaps
            if one.owner_uid != os.getuid()  # a connection of one's own ends before the next one begins
        ]
        upstreams = frozenset(ipaddress.ip_address(text.partition("%")[0]) for text in answer.upstreams)
        return plan(found.subnets.all, target.wishes, overlaps, found.outside | upstreams), None
    except KubeferryError as error:
        return unhindered, Problem.of(error)
    finally:
        helper.close()


def _texts(subnets: Iterable[Subnet]) -> tuple[str, ...]:
    return tuple(str(subnet) for subnet in subnets)
