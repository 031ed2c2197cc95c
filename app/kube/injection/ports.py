"""Which of a workload's ports a mesh reads: those it declares, and those that Services send people to."""

from __future__ import annotations

from typing import Any

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api import ApiClient
from app.kube.injection.workload_objects import Object
from helper.cluster.injection.record import containers_of, pod_of
from helper.cluster.injection.sidecar_template import port_number

_TLS_PORTS = frozenset({443, 6443, 8443, 9443})
_TLS_WORDS = ("https", "tls", "ssl")


async def services_around(api: ApiClient, namespace: str) -> list[Object]:
    """All of the namespace's; none where they may not be listed."""
    try:
        found, _ = await api.list_all(f"/api/v1/namespaces/{namespace}/services")
    except KubeferryError as error:
        if error.code is ErrorCode.API_FORBIDDEN:
            return []
        raise
    return found


def mesh_ports(workload: Object, services: list[Object]) -> tuple[int, ...]:
    """TCP ports, in order. Pure."""
    pod = pod_of(workload)
    ports = {
        int(port["containerPort"])
        for container in containers_of(pod["spec"])
        for port in container.get("ports") or ()
        if port.get("protocol", "TCP") == "TCP"
    }
    labels = (pod.get("metadata") or {}).get("labels") or {}
    for service in services:
        selector = service["spec"].get("selector")
        if not selector or not selector.items() <= labels.items():
            continue
        for port in service["spec"].get("ports") or ():
            if port.get("protocol", "TCP") == "TCP":
                ports |= _targets(pod["spec"], port.get("targetPort", port["port"]))
    return tuple(sorted(ports))


def tls_ports(workload: Object, ports: tuple[int, ...]) -> tuple[int, ...]:
    """Those of `ports` that look as if they were encrypted. Pure."""
    names = {
        port["containerPort"]: port.get("name", "")
        for container in containers_of(pod_of(workload)["spec"])
        for port in container.get("ports") or ()
    }
    return tuple(
        port for port in ports if port in _TLS_PORTS or any(word in names.get(port, "") for word in _TLS_WORDS)
    )


def _targets(pod_spec: Any, target: int | str) -> set[int]:
    numbers = (port_number(container, target) for container in containers_of(pod_spec))
    return {number for number in numbers if number is not None}
