"""Names for the addresses that a connection's flows lead to: asked for when one turns up, and again after a while.

A watch of all pods would cost a large cluster's every change, for the few dozens of addresses that are ever looked at.
So Services are listed (they are few), and a pod is asked for by its address, on the server's side.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.flow_names import Place, PlaceKind, owner_of_pod
from app.domain.requests import WorkloadKey
from app.kube.api import ApiClient
from app.kube.objects import Metadata, PodIp, PodSpec

KEPT_S = 60.0
"""A pod's address may be another's after this, and is asked for again."""

SERVICES_PAUSE_S = 15.0
"""Services are listed again for an unknown address, but not more often."""

ASKED_AT_ONCE = 8
"""Pods that are asked for in one round; the others come in the next."""

_SELECTED_PODS = 20
_OVER = ("Succeeded", "Failed")


class _ServiceSpec(msgspec.Struct, frozen=True, rename="camel"):
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    cluster_ips: tuple[str, ...] | None = msgspec.field(default=None, name="clusterIPs")
    selector: dict[str, str] | None = None


class _Service(msgspec.Struct, frozen=True):
    metadata: Metadata
    spec: _ServiceSpec = _ServiceSpec()


class _PodStatus(msgspec.Struct, frozen=True, rename="camel"):
    phase: str = ""
    pod_ip: str = msgspec.field(default="", name="podIP")
    pod_ips: tuple[PodIp, ...] | None = msgspec.field(default=None, name="podIPs")


class _Pod(msgspec.Struct, frozen=True):
    metadata: Metadata
    spec: PodSpec = PodSpec()
    status: _PodStatus = _PodStatus()


class _Pods(msgspec.Struct, frozen=True):
    items: tuple[_Pod, ...] | None = None


@dataclass(frozen=True)
class _Known:
    """`place` None: nobody that we may see has the address."""

    place: Place | None
    at: float


class Addresses:
    """`namespace`: where it is looked when the user may not look at the whole cluster."""

    def __init__(self, api: ApiClient, namespace: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._namespace = namespace
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._services: dict[str, _Service] = {}
        self._services_at = float("-inf")
        self._narrowed: set[str] = set()
        self._forbidden: set[str] = set()

    @property
    def is_forbidden(self) -> bool:
        """The user may see neither services nor pods: there will be no names."""
        return self._forbidden == {"services", "pods"}

    def find(self, address: str) -> Place | None:
        known = self._known.get(address)
        return known.place if known is not None else None

    async def learn(self, addresses: Iterable[str]) -> bool:
        """Asks for those that are not known (any more). True: something is known that was not.

        Raises KubeferryError when the cluster does not answer.
        """
        now = self._clock()
        wanted = [one for one in addresses if one not in self._known or now - self._known[one].at > KEPT_S]
        if not wanted or self.is_forbidden:
            return False
        if any(one not in self._services for one in wanted) and now - self._services_at > SERVICES_PAUSE_S:
            self._services_at = now
            await self._list_services()
        changed = False
        for address in wanted[:ASKED_AT_ONCE]:
            place = await self._ask(address)
            changed = changed or place != self.find(address)
            self._known[address] = _Known(place, now)
        return changed

    async def _ask(self, address: str) -> Place | None:
        service = self._services.get(address)
        if service is not None:
            meta = service.metadata
            owner = await self._behind(meta.namespace, service.spec.selector)
            return Place(PlaceKind.SERVICE, meta.name, meta.namespace, owner)
        pods = await self._list("pods", {"fieldSelector": f"status.podIP={address}"})
        found = [pod for pod in pods if pod.status.phase not in _OVER and address in _addresses(pod)]
        # A node's own address is that of all its pods in the host's network: none of them is meant.
        if len(found) != 1 or found[0].spec.host_network:
            return None
        meta = found[0].metadata
        return Place(PlaceKind.POD, meta.name, meta.namespace, _owner(meta))

    async def _behind(self, namespace: str, selector: dict[str, str] | None) -> WorkloadKey | None:
        """The workload that a service leads to, if it is one."""
        if not selector:
            return None
        labels = ",".join(f"{name}={value}" for name, value in sorted(selector.items()))
        pods = await self._list("pods", {"labelSelector": labels, "limit": _SELECTED_PODS}, namespace)
        owners = {_owner(pod.metadata) for pod in pods if pod.status.phase not in _OVER}
        return owners.pop() if len(owners) == 1 else None

    async def _list_services(self) -> None:
        if "services" in self._forbidden:
            return
        try:
            services, _ = await self._api.list_all(self._path("services"), type=_Service)
        except KubeferryError as error:
            if self._may_narrow("services", error):
                await self._list_services()
            return
        self._services = {
            address: service
            for service in services
            for address in service.spec.cluster_ips or (service.spec.cluster_ip,)
            if address not in ("", "None")
        }

    async def _list(self, resource: str, query: dict[str, str | int], namespace: str | None = None) -> tuple[_Pod, ...]:
        if resource in self._forbidden:
            return ()
        path = f"/api/v1/namespaces/{namespace}/{resource}" if namespace else self._path(resource)
        try:
            return (await self._api.get(path, type=_Pods, query=query)).items or ()
        except KubeferryError as error:
            if namespace is not None and error.code is ErrorCode.API_FORBIDDEN:
                return ()
            return await self._list(resource, query) if self._may_narrow(resource, error) else ()

    def _path(self, resource: str) -> str:
        if resource in self._narrowed:
            return f"/api/v1/namespaces/{self._namespace}/{resource}"
        return f"/api/v1/{resource}"

    def _may_narrow(self, resource: str, error: KubeferryError) -> bool:
        """True: ask again, of one namespace. Raises what is no refusal."""
        if error.code is not ErrorCode.API_FORBIDDEN:
            raise error
        if resource in self._narrowed or not self._namespace:
            self._forbidden.add(resource)
            return False
        self._narrowed.add(resource)
        return True


def _addresses(pod: _Pod) -> set[str]:
    return {pod.status.pod_ip, *(one.ip for one in pod.status.pod_ips or ())}


def _owner(meta: Metadata) -> WorkloadKey | None:
    controller = next(((one.kind, one.name) for one in meta.owner_references or () if one.controller), None)
    return owner_of_pod(meta.namespace, meta.name, controller, meta.labels or {})
