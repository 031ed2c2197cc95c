"""Which subnets are the cluster's, and which namespaces it has. Every source may be forbidden or absent: what could
not be read is said, and the next source is asked.

The quick form asks for what is declared (ServiceCIDRs, nodes), and looks at real addresses only where that gave
nothing; the thorough form looks at them always, because some networks (Calico's pools, the VPC of EKS) give pods
addresses that no node declares.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api import PAGE_SIZE, ApiClient
from app.kube.api_errors import ApiError
from app.kube.objects import Named, Node, Pod, Service, ServiceCidr
from app.kube.subnet_texts import Subnet, around_strangers, merge, parse_address, parse_range_refusal, subnets_of
from app.kube.task_group import task_group

SOURCE_TIMEOUT_S = 5.0
"""Each source is given up after this; the others count."""

PROBE_SERVICE = "kubeferry-subnet-probe"
_OUTSIDE = {"IPv4": "0.0.0.0", "IPv6": "::"}  # noqa: S104 (an address that no range holds)

T = TypeVar("T")


@dataclass(frozen=True)
class Unread:
    """A source that gave nothing because of an error; `what` in words ("nodes")."""

    what: str
    error: KubeferryError


@dataclass(frozen=True)
class ClusterSubnets:
    """`api_service`: the cluster's own address of the service kubernetes.default, for probing (port 443)."""

    pods: tuple[Subnet, ...]
    services: tuple[Subnet, ...]
    api_service: str | None
    unread: tuple[Unread, ...]

    @property
    def all(self) -> tuple[Subnet, ...]:
        return merge((*self.pods, *self.services))

    @property
    def has_ipv6(self) -> bool:
        return any(subnet.version == 6 for subnet in self.all)


@dataclass(frozen=True)
class Namespaces:
    """`complete` False: they cannot be listed, and only the ones that were named are here."""

    names: tuple[str, ...]
    complete: bool


class _Notes:
    """Runs sources so that none of them can stop the others."""

    def __init__(self) -> None:
        self.unread: list[Unread] = []

    async def read(self, what: str, source: Awaitable[T]) -> T | None:
        try:
            async with asyncio.timeout(SOURCE_TIMEOUT_S):
                return await source
        except KubeferryError as error:
            self.unread.append(Unread(what, error))
        except TimeoutError:
            seconds = f"{SOURCE_TIMEOUT_S:.0f}"
            self.unread.append(Unread(what, KubeferryError(ErrorCode.TIMED_OUT, waiting_for=what, seconds=seconds)))
        return None


async def discover_subnets(api: ApiClient, namespace: str, *, thorough: bool = False) -> ClusterSubnets:
    """`namespace`: where the user may look when not everywhere. Raises nothing of the sources'."""
    notes = _Notes()
    async with task_group() as group:
        pods_task = group.create_task(_pod_subnets(api, namespace, notes, thorough=thorough))
        services_task = group.create_task(_service_subnets(api, namespace, notes, thorough=thorough))
        own_task = group.create_task(notes.read("the service kubernetes", _api_service(api)))
    pods, services = pods_task.result(), services_task.result()
    own = own_task.result()
    if own is None and services:
        # By convention the first address of the first range.
        own = str(services[0][1])
    if own is not None:
        services = merge((*services, *around_strangers([own], services)))
    return ClusterSubnets(pods, services, own, tuple(notes.unread))


async def list_namespaces(api: ApiClient, named: tuple[str, ...]) -> Namespaces:
    """Raises KubeferryError unless it is only that they may not be listed."""
    try:
        found, _ = await api.list_all("/api/v1/namespaces", type=Named)
    except ApiError as error:
        if error.code is not ErrorCode.API_FORBIDDEN:
            raise
        return Namespaces(named, complete=False)
    return Namespaces(tuple(item.metadata.name for item in found), complete=True)


async def _service_subnets(api: ApiClient, namespace: str, notes: _Notes, *, thorough: bool) -> tuple[Subnet, ...]:
    declared = await notes.read("service CIDRs", _declared_service_cidrs(api)) or ()
    if not declared:
        declared = await _refused_ranges(api, namespace, notes)
    if declared and not thorough:
        return declared
    addresses = await notes.read("services", _service_addresses(api, namespace)) or []
    return merge((*declared, *around_strangers(addresses, declared)))


async def _pod_subnets(api: ApiClient, namespace: str, notes: _Notes, *, thorough: bool) -> tuple[Subnet, ...]:
    declared = await notes.read("nodes", _node_cidrs(api)) or ()
    if declared and not thorough:
        return declared
    addresses = await notes.read("pods", _pod_addresses(api, namespace)) or []
    return merge((*declared, *around_strangers(addresses, declared)))


async def _declared_service_cidrs(api: ApiClient) -> tuple[Subnet, ...]:
    """networking.k8s.io/v1 since 1.33, v1beta1 since 1.31; an older server knows neither."""
    for version in ("v1", "v1beta1"):
        try:
            found, _ = await api.list_all(f"/apis/networking.k8s.io/{version}/servicecidrs", type=ServiceCidr)
        except ApiError as error:
            if error.not_found:
                continue
            raise
        return merge(subnets_of(cidr for item in found for cidr in item.spec.cidrs or ()))
    return ()


async def _refused_ranges(api: ApiClient, namespace: str, notes: _Notes) -> tuple[Subnet, ...]:
    async with task_group() as group:
        tasks = [
            group.create_task(notes.read(f"the services' {family} range", _refused_range(api, namespace, family)))
            for family in _OUTSIDE
        ]
    return merge(subnet for task in tasks if (subnet := task.result()) is not None)


async def _refused_range(api: ApiClient, namespace: str, family: str) -> Subnet | None:
    """A Service with an address outside of every range is refused with the range in the text.

    A dry run is enough for that since about Kubernetes 1.22. Older servers allocate addresses only in earnest (seen
    on 1.20), so they are asked in earnest: no range holds the unspecified address, so nothing is ever made.
    """
    path = f"/api/v1/namespaces/{namespace}/services"
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": PROBE_SERVICE},
        "spec": {"clusterIP": _OUTSIDE[family], "ipFamilies": [family], "ports": [{"port": 443}]},
    }
    try:
        await api.create(path, service, query={"dryRun": "All"})
        await api.create(path, service)
    except ApiError as error:
        if error.status == 422:
            subnet = parse_range_refusal(error.message)
            return subnet if subnet is not None and f"IPv{subnet.version}" == family else None
        raise
    # Against all expectation.
    await api.delete(f"{path}/{PROBE_SERVICE}")
    return None


async def _node_cidrs(api: ApiClient) -> tuple[Subnet, ...]:
    nodes, _ = await api.list_all("/api/v1/nodes", type=Node)
    return merge(subnets_of(cidr for node in nodes for cidr in node.spec.pod_cidrs or [node.spec.pod_cidr]))


async def _service_addresses(api: ApiClient, namespace: str) -> list[str]:
    services = await _everywhere_or(api, "services", namespace, Service)
    return [ip for item in services for ip in item.spec.cluster_ips or [item.spec.cluster_ip] if parse_address(ip)]


async def _pod_addresses(api: ApiClient, namespace: str) -> list[str]:
    """Not those of the host's network: a node's address is often the very one that the tunnel needs."""
    pods = await _everywhere_or(api, "pods", namespace, Pod)
    own = [pod for pod in pods if not pod.spec.host_network]
    return [ip.ip for pod in own for ip in pod.status.pod_ips or ()] + [pod.status.pod_ip for pod in own]


async def _everywhere_or(api: ApiClient, resource: str, namespace: str, type: type[T]) -> list[T]:
    """One page of all namespaces (a sample in large clusters), or where that is forbidden, the given namespace."""
    try:
        return await api.list_page(f"/api/v1/{resource}", type=type, limit=PAGE_SIZE)
    except ApiError as error:
        if error.code is not ErrorCode.API_FORBIDDEN:
            raise
    return await api.list_page(f"/api/v1/namespaces/{namespace}/{resource}", type=type, limit=PAGE_SIZE)


async def _api_service(api: ApiClient) -> str | None:
    service = await api.get("/api/v1/namespaces/default/services/kubernetes", type=Service)
    return service.spec.cluster_ip if parse_address(service.spec.cluster_ip) else None
