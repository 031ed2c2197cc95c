"""What somebody should know before a workload gets the sidecar: found by looking at its object. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.injection.rollout_state import by_hand, partition_of
from app.kube.injection.workload_objects import Object, desired_pods
from helper.cluster.injection.record import containers_of, pod_of


class WarningCode(enum.StrEnum):
    """The comment behind each names its params."""

    GIT_OPS = "git_ops"  # tool
    OPERATED = "operated"  # owner
    SERVICE_MESH = "service_mesh"  # mesh
    POD_RECREATED = "pod_recreated"  # -
    PODS_DELETED = "pods_deleted"  # pods
    PARTITIONED = "partitioned"  # partition
    DOWNTIME = "downtime"  # reason
    NO_PODS = "no_pods"  # -
    HEADERS_UNREADABLE = "headers_unreadable"  # ports


@dataclass(frozen=True)
class Warned:
    """`consent`: something is interrupted or may fight back; it is done only when somebody says yes."""

    code: WarningCode
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    consent: bool = True


_SENTENCES = {
    WarningCode.GIT_OPS: (
        "{tool} manages it: it shows as out of sync while the sidecar is in, and is put back at once if {tool} is told "
        "to heal it by itself. Nothing breaks then, but the intercept ends."
    ),
    WarningCode.OPERATED: "{owner} manages it, and may take the sidecar out again.",
    WarningCode.SERVICE_MESH: (
        "Its pods have {mesh}'s proxy. What comes to them through that proxy may not be seen by the sidecar, or arrive "
        "encrypted."
    ),
    WarningCode.POD_RECREATED: (
        "It is a bare pod: it is deleted and made anew, now and when you leave. It does not answer meanwhile, and what "
        "it keeps in memory or on its own disk is lost."
    ),
    WarningCode.PODS_DELETED: "Its {pods} pods are deleted one after another, as nothing else replaces them.",
    WarningCode.PARTITIONED: "Its pods below number {partition} are left alone, as its update strategy says.",
    WarningCode.DOWNTIME: "It does not answer for a while, now and when you leave: {reason}.",
    WarningCode.NO_PODS: "It has no pods at the moment: nothing is intercepted until it is scaled up.",
    WarningCode.HEADERS_UNREADABLE: (
        "Port {ports} looks like TLS: what is encrypted has no headers to read, and goes its normal way."
    ),
}


def tell(warning: Warned) -> str:
    """Its sentence, for every client the same."""
    return _SENTENCES[warning.code].format_map(dict(warning.params))


def warnings_of(ref: WorkloadRef, workload: Object, namespace: Object | None) -> tuple[Warned, ...]:
    """`namespace`: its object, where it may be read: service meshes are often switched on there."""
    return (
        *_managers(workload),
        *_meshes(workload, namespace),
        *(() if desired_pods(ref, workload) else (_warned(WarningCode.NO_PODS, consent=False),)),
        *(_interruptions(ref, workload) if desired_pods(ref, workload) else ()),
    )


def headers_unreadable(ports: tuple[int, ...]) -> Warned:
    return _warned(WarningCode.HEADERS_UNREADABLE, consent=False, ports=", ".join(map(str, ports)))


def _warned(code: WarningCode, *, consent: bool = True, **params: str) -> Warned:
    return Warned(code, MappingProxyType(params), consent)


def _managers(workload: Object) -> Iterator[Warned]:
    metadata = workload["metadata"]
    marks = {**(metadata.get("annotations") or {}), **(metadata.get("labels") or {})}
    if any(mark.startswith("argocd.argoproj.io/") for mark in marks):
        yield _warned(WarningCode.GIT_OPS, tool="Argo CD")
    if any(mark.startswith(("kustomize.toolkit.fluxcd.io/", "helm.toolkit.fluxcd.io/")) for mark in marks):
        yield _warned(WarningCode.GIT_OPS, tool="Flux")
    for owner in metadata.get("ownerReferences") or ():
        if owner.get("controller"):
            yield _warned(WarningCode.OPERATED, owner=f"{owner['kind']} {owner['name']}")


def _meshes(workload: Object, namespace: Object | None) -> Iterator[Warned]:
    pod = pod_of(workload)
    names = {container["name"] for container in containers_of(pod["spec"])}
    marks = _marks(pod.get("metadata") or {})
    around = _marks(namespace["metadata"]) if namespace is not None else {}
    istio = marks.get("sidecar.istio.io/inject", "").lower()
    by_namespace = around.get("istio-injection") == "enabled" or "istio.io/rev" in around
    if "istio-proxy" in names or istio == "true" or (by_namespace and istio != "false"):
        yield _warned(WarningCode.SERVICE_MESH, mesh="Istio")
    linkerd = marks.get("linkerd.io/inject", around.get("linkerd.io/inject", ""))
    if "linkerd-proxy" in names or linkerd in ("enabled", "ingress"):
        yield _warned(WarningCode.SERVICE_MESH, mesh="Linkerd")


def _marks(metadata: Mapping[str, Any]) -> dict[str, str]:
    return {**(metadata.get("labels") or {}), **(metadata.get("annotations") or {})}


def _interruptions(ref: WorkloadRef, workload: Object) -> Iterator[Warned]:
    pods = desired_pods(ref, workload)
    if ref.kind is WorkloadKind.POD:
        yield _warned(WarningCode.POD_RECREATED)
        return
    partition = partition_of(ref, workload)
    if partition:
        yield _warned(WarningCode.PARTITIONED, partition=str(partition))
    if by_hand(ref, workload):
        yield _warned(WarningCode.PODS_DELETED, pods=str(pods))
    elif ref.kind is WorkloadKind.DEPLOYMENT:
        yield from _of_deployment(workload, pods)
    elif ref.kind is WorkloadKind.STATEFUL_SET and pods == 1:
        yield _warned(WarningCode.DOWNTIME, reason="its only pod is replaced, and the old one goes first")


def _of_deployment(workload: Object, pods: int) -> Iterator[Warned]:
    strategy = workload["spec"].get("strategy") or {}
    if strategy.get("type") == "Recreate":
        yield _warned(WarningCode.DOWNTIME, reason="its strategy is Recreate, so all old pods go before new ones come")
    elif pods == 1 and not surges(workload):
        yield _warned(WarningCode.DOWNTIME, reason="its only pod is replaced, and its strategy allows no second one")


def surges(workload: Object) -> bool:
    """Is there a pod more for a while when the template changes?"""
    if workload.get("kind") != WorkloadKind.DEPLOYMENT:
        return False
    strategy = workload["spec"].get("strategy") or {}
    surge = str((strategy.get("rollingUpdate") or {}).get("maxSurge", "25%"))
    return strategy.get("type") != "Recreate" and surge.rstrip("%") != "0"
