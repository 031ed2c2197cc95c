"""Kubernetes objects as far as we read them: decoded straight from the wire, everything else is dropped unread."""

from __future__ import annotations

import msgspec

from helper.cluster.injection.record import CLAIMS, MANIFEST_MARK


class _Object(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Unknown fields are ignored; absent ones have the API's defaults."""


class OwnerReference(_Object, frozen=True):
    uid: str = ""
    kind: str = ""
    name: str = ""
    controller: bool = False


class Metadata(_Object, frozen=True):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    creation_timestamp: str = ""
    deletion_timestamp: str | None = None
    labels: dict[str, str] | None = None
    owner_references: list[OwnerReference] | None = None


class WorkloadAnnotations(_Object, frozen=True):
    """The annotations that are shown. All others, often far larger than the rest of the object, are skipped unread."""

    claims: str | None = msgspec.field(default=None, name=CLAIMS)
    manifest: str | None = msgspec.field(default=None, name=MANIFEST_MARK)


class WorkloadMetadata(Metadata, frozen=True):
    annotations: WorkloadAnnotations | None = None


class Condition(_Object, frozen=True):
    type: str
    status: str = ""
    reason: str = ""
    message: str = ""


class Waiting(_Object, frozen=True):
    reason: str = ""
    message: str = ""


class Terminated(_Object, frozen=True):
    exit_code: int = 0
    reason: str = ""
    message: str = ""


class ContainerState(_Object, frozen=True):
    waiting: Waiting | None = None
    running: dict[str, str] | None = None
    terminated: Terminated | None = None


class ContainerStatus(_Object, frozen=True):
    name: str = ""
    ready: bool = False
    restart_count: int = 0
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()


class PodIp(_Object, frozen=True):
    ip: str = ""


class PodStatus(_Object, frozen=True):
    phase: str = ""
    reason: str = ""
    message: str = ""
    pod_ip: str = msgspec.field(default="", name="podIP")
    pod_ips: list[PodIp] | None = msgspec.field(default=None, name="podIPs")
    conditions: list[Condition] | None = None
    container_statuses: list[ContainerStatus] | None = None
    init_container_statuses: list[ContainerStatus] | None = None


class ContainerPort(_Object, frozen=True):
    container_port: int = 0
    name: str = ""
    protocol: str = "TCP"


class Container(_Object, frozen=True):
    name: str = ""
    image: str = ""
    ports: list[ContainerPort] | None = None


class PodOs(_Object, frozen=True):
    name: str = ""


class PodSpec(_Object, frozen=True):
    containers: list[Container] | None = None
    init_containers: list[Container] | None = None
    host_network: bool = False
    os: PodOs | None = None
    node_selector: dict[str, str] | None = None


class Pod(_Object, frozen=True):
    metadata: Metadata
    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


class ServiceSpec(_Object, frozen=True):
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    cluster_ips: list[str] | None = msgspec.field(default=None, name="clusterIPs")


class Service(_Object, frozen=True):
    metadata: Metadata
    spec: ServiceSpec = ServiceSpec()


class NodeSpec(_Object, frozen=True):
    pod_cidr: str = msgspec.field(default="", name="podCIDR")
    pod_cidrs: list[str] | None = msgspec.field(default=None, name="podCIDRs")


class Node(_Object, frozen=True):
    metadata: Metadata
    spec: NodeSpec = NodeSpec()


class ServiceCidrSpec(_Object, frozen=True):
    cidrs: list[str] | None = None


class ServiceCidr(_Object, frozen=True):
    metadata: Metadata
    spec: ServiceCidrSpec = ServiceCidrSpec()


class Named(_Object, frozen=True):
    metadata: Metadata


class Event(_Object, frozen=True):
    metadata: Metadata
    type: str = ""
    reason: str = ""
    message: str = ""
    last_timestamp: str | None = None
    count: int = 0


class WatchEvent(_Object, frozen=True):
    type: str
    object: msgspec.Raw
