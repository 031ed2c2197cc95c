"""Have a workload's pods followed its template? Told from the pods alone, the same way for every kind. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from app.domain.errors import ErrorCode
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.injection.workload_objects import desired_pods
from app.kube.objects import ContainerStatus, OwnerReference, Pod
from app.kube.pod_trouble import Watched
from helper.cluster.injection.record import INJECTION_ID

RESTARTS = 2
"""A container that ends for the third time does not come up by waiting."""

_ORDINAL = re.compile(r"-(\d+)$")


class PodMetadata(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """As objects.Metadata, with the annotations, which are many bytes that live lists do not want."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    deletion_timestamp: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    owner_references: list[OwnerReference] | None = None


class Marks(msgspec.Struct, frozen=True):
    metadata: PodMetadata


@dataclass(frozen=True)
class MarkedPod:
    """`pod` for its status, `marks` for whose it is and of which injection."""

    pod: Pod
    marks: PodMetadata

    @property
    def name(self) -> str:
        return self.marks.name

    @property
    def injection_id(self) -> str | None:
        return (self.marks.annotations or {}).get(INJECTION_ID)

    @property
    def alive(self) -> bool:
        return self.marks.deletion_timestamp is None and self.pod.status.phase not in ("Succeeded", "Failed")

    @property
    def ready(self) -> bool:
        return self.alive and any(c.type == "Ready" and c.status == "True" for c in self.pod.status.conditions or ())


Follows = Callable[[MarkedPod], bool]
"""Is a pod as it is to be?"""


def carries(injection_id: str) -> Follows:
    return lambda pod: pod.injection_id == injection_id


def is_rid_of(injection_id: str) -> Follows:
    """Another injection may have begun meanwhile."""
    return lambda pod: pod.injection_id != injection_id


@dataclass(frozen=True)
class Rollout:
    """`expected` pods are to follow. `followers` and `old` are those that live; `old` only those that have to go."""

    expected: int
    followers: tuple[MarkedPod, ...]
    old: tuple[MarkedPod, ...]
    observed: bool

    @property
    def ready(self) -> tuple[MarkedPod, ...]:
        return tuple(pod for pod in self.followers if pod.ready)

    @property
    def done(self) -> bool:
        return self.observed and not self.old and len(self.ready) >= self.expected


def look(ref: WorkloadRef, workload: dict[str, Any], pods: Iterable[MarkedPod], follows: Follows) -> Rollout:
    spared = partition_of(ref, workload)
    living = [pod for pod in pods if pod.alive and belongs(ref, workload, pod)]
    concerned = [pod for pod in living if ordinal(pod.name) >= spared] if spared else living
    return Rollout(
        expected=max(0, desired_pods(ref, workload) - spared),
        followers=tuple(pod for pod in concerned if follows(pod)),
        old=tuple(pod for pod in concerned if not follows(pod)),
        observed=is_observed(ref, workload),
    )


def belongs(ref: WorkloadRef, workload: dict[str, Any], pod: MarkedPod) -> bool:
    """Selectors of several workloads may overlap; and what has no owner is nobody's."""
    if ref.kind is WorkloadKind.POD:
        return pod.name == ref.name
    owner = next((one for one in pod.marks.owner_references or () if one.controller), None)
    if owner is None:
        return False
    if ref.kind is WorkloadKind.DEPLOYMENT:
        # Its ReplicaSets are called so: to read them would take a right more.
        made_by = (pod.marks.labels or {}).get("pod-template-hash")
        return owner.kind == "ReplicaSet" and owner.name == f"{ref.name}-{made_by}"
    return owner.uid == str(workload["metadata"]["uid"])


def is_observed(ref: WorkloadRef, workload: dict[str, Any]) -> bool:
    """Has the controller seen the template as it is now? Until then `desired` may be of before."""
    if ref.kind is WorkloadKind.POD:
        return True
    generation = int(workload["metadata"].get("generation", 0))
    return int((workload.get("status") or {}).get("observedGeneration", 0)) >= generation


def partition_of(ref: WorkloadRef, workload: dict[str, Any]) -> int:
    """Pods below this ordinal are left alone by a StatefulSet's controller."""
    if ref.kind is not WorkloadKind.STATEFUL_SET:
        return 0
    strategy = workload["spec"].get("updateStrategy") or {}
    return int((strategy.get("rollingUpdate") or {}).get("partition") or 0)


def by_hand(ref: WorkloadRef, workload: dict[str, Any]) -> bool:
    """Does nobody replace its pods when the template changes?"""
    if ref.kind is WorkloadKind.REPLICA_SET:
        return True
    strategy: str = (workload["spec"].get("updateStrategy") or {}).get("type", "")
    return strategy == "OnDelete"


def next_to_delete(rollout: Rollout) -> MarkedPod | None:
    """One after another: none while a successor is on its way. A broken one first, then as StatefulSets do it."""
    if len(rollout.ready) < len(rollout.followers) or not rollout.old:
        return None
    if len(rollout.followers) + len(rollout.old) < rollout.expected:
        return None
    return max(rollout.old, key=lambda pod: (not pod.ready, ordinal(pod.name), pod.name))


def ordinal(name: str) -> int:
    found = _ORDINAL.search(name)
    return int(found[1]) if found is not None else 0


def watched(ref: WorkloadRef) -> Watched:
    """How it is said that a workload's pods do not come up."""
    params = {"workload": str(ref), "namespace": ref.namespace}
    return Watched(ErrorCode.SIDECAR_STUCK, params, _containers, RESTARTS)


def _containers(pod: Pod) -> list[ContainerStatus]:
    return [*(pod.status.init_container_statuses or ()), *(pod.status.container_statuses or ())]
