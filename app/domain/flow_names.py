"""Who is behind an address of the cluster: what a flow is called instead of its numbers."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from app.domain.requests import WorkloadKey

_OWNING_KINDS = ("StatefulSet", "DaemonSet", "ReplicaSet")


class PlaceKind(enum.StrEnum):
    """`INTERCEPT`: requests that an own intercept brings to the laptop. `ADDRESS`: nobody knows a name for it."""

    SERVICE = "service"
    POD = "pod"
    INTERCEPT = "intercept"
    ADDRESS = "address"


@dataclass(frozen=True)
class Place:
    """`workload`: the one that answers there, where it is one and known."""

    kind: PlaceKind
    name: str
    namespace: str = ""
    workload: WorkloadKey | None = None

    def __str__(self) -> str:
        return f"{self.name}.{self.namespace}" if self.namespace else self.name


def owner_of_pod(
    namespace: str, pod: str, controller: tuple[str, str] | None, labels: dict[str, str]
) -> WorkloadKey | None:
    """The workload of a pod. `controller`: (kind, name) of the owner reference that is one.

    A Deployment's ReplicaSet has the Deployment's name and the label `pod-template-hash`, with a dash between: so no
    ReplicaSet has to be read (kubernetes/pkg/controller/deployment/sync.go makes them so). None: a Job's, say.
    """
    if controller is None:
        return "Pod", namespace, pod
    kind, name = controller
    if kind not in _OWNING_KINDS:
        return None
    template_hash = labels.get("pod-template-hash", "")
    if kind == "ReplicaSet" and template_hash and name.endswith(f"-{template_hash}"):
        return "Deployment", namespace, name.removesuffix(f"-{template_hash}")
    return kind, namespace, name
