"""What is read off a workload's object: refusals, warnings, ports, a pod to try, the state of a rollout."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.injection.bare_pod import fresh_pod
from app.kube.injection.dry_run import sample_pod
from app.kube.injection.permissions import injection_permissions, missing_rights
from app.kube.injection.ports import mesh_ports, tls_ports
from app.kube.injection.rollout_state import (
    MarkedPod,
    PodMetadata,
    by_hand,
    carries,
    is_rid_of,
    look,
    next_to_delete,
)
from app.kube.injection.suitability import require_suitable
from app.kube.injection.warnings import WarningCode, surges, tell, warnings_of
from app.kube.injection.workload_objects import selector_text
from app.kube.objects import Pod
from app.kube.preflight import Permission
from helper.cluster.api import ENVOY_PORT
from helper.cluster.injection.record import INJECTION_ID
from tests.unit.kube.injection.workloads import Object, bare_pod, container, deployment

WEB = WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "web")
TILL = WorkloadRef(WorkloadKind.POD, "shop", "till")
STATEFUL = WorkloadRef(WorkloadKind.STATEFUL_SET, "shop", "web")
ID, OTHER = "0" * 16, "1" * 16


def of_kind(kind: WorkloadKind, **spec: Any) -> tuple[WorkloadRef, Object]:
    made = deployment()
    made["kind"] = str(kind)
    made["spec"] |= spec
    return WorkloadRef(kind, "shop", "web"), made


@pytest.mark.parametrize(
    ("ref", "workload", "words"),
    [
        (WEB, deployment(pod={"hostNetwork": True}), "host network"),
        (WEB, deployment(deletionTimestamp="2026-01-01T00:00:00Z"), "being deleted"),
        (of_kind(WorkloadKind.DEPLOYMENT, paused=True)[0], of_kind(WorkloadKind.DEPLOYMENT, paused=True)[1], "paused"),
        (WEB, deployment(pod={"os": {"name": "windows"}}), "Windows"),
        (WEB, deployment(pod={"nodeSelector": {"kubernetes.io/os": "windows"}}), "Windows"),
        (WEB, deployment(container(ports=[{"containerPort": ENVOY_PORT}])), str(ENVOY_PORT)),
        (WEB, deployment(container(ports=[{"containerPort": 15742}])), "15742"),
        (TILL, bare_pod() | {"status": {"phase": "Succeeded"}}, "has ended"),
        (TILL, bare_pod(annotations={"kubernetes.io/config.mirror": "x"}), "static pod"),
    ],
)
def test_refusals(ref: WorkloadRef, workload: Object, words: str) -> None:
    with pytest.raises(KubeferryError) as failure:
        require_suitable(ref, workload)
    assert failure.value.code is ErrorCode.WORKLOAD_UNSUITABLE
    assert words in failure.value.params["problem"]


def test_what_is_suitable() -> None:
    require_suitable(WEB, deployment())
    require_suitable(TILL, bare_pod())


def _codes(ref: WorkloadRef, workload: Object, namespace: Object | None = None) -> list[str]:
    found = warnings_of(ref, workload, namespace)
    assert all("{" not in tell(one) for one in found)
    return [" ".join([one.code.value, *one.params.values()]) for one in found]


def test_nothing_to_warn_of() -> None:
    assert _codes(WEB, deployment()) == []


@pytest.mark.parametrize(
    ("workload", "told"),
    [
        (deployment(annotations={"argocd.argoproj.io/tracking-id": "x"}), "git_ops Argo CD"),
        (deployment(labels={"argocd.argoproj.io/instance": "x"}), "git_ops Argo CD"),
        (deployment(labels={"kustomize.toolkit.fluxcd.io/name": "x"}), "git_ops Flux"),
        (deployment(labels={"helm.toolkit.fluxcd.io/name": "x"}), "git_ops Flux"),
        (deployment(ownerReferences=[{"kind": "Shop", "name": "s", "controller": True}]), "operated Shop s"),
        (deployment(container(), container("istio-proxy")), "service_mesh Istio"),
        (deployment(pod={"initContainers": [container("istio-proxy")]}), "service_mesh Istio"),
        (deployment(container(), container("linkerd-proxy")), "service_mesh Linkerd"),
    ],
)
def test_others_who_have_a_hand_in_it(workload: Object, told: str) -> None:
    assert _codes(WEB, workload) == [told]


@pytest.mark.parametrize(
    ("marks", "namespace", "told"),
    [
        ({"sidecar.istio.io/inject": "true"}, {}, ["service_mesh Istio"]),
        ({}, {"istio-injection": "enabled"}, ["service_mesh Istio"]),
        ({}, {"istio.io/rev": "stable"}, ["service_mesh Istio"]),
        ({"sidecar.istio.io/inject": "false"}, {"istio-injection": "enabled"}, []),
        ({"linkerd.io/inject": "enabled"}, {}, ["service_mesh Linkerd"]),
        ({}, {"linkerd.io/inject": "ingress"}, ["service_mesh Linkerd"]),
        ({"linkerd.io/inject": "disabled"}, {"linkerd.io/inject": "enabled"}, []),
    ],
)
def test_service_meshes(marks: dict[str, str], namespace: dict[str, str], told: list[str]) -> None:
    workload = deployment()
    workload["spec"]["template"]["metadata"]["annotations"] = marks
    assert _codes(WEB, workload, {"metadata": {"labels": namespace}}) == told


_NO_SURGE = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}


@pytest.mark.parametrize(
    ("kind", "spec", "codes"),
    [
        (WorkloadKind.DEPLOYMENT, {"strategy": {"type": "Recreate"}}, [WarningCode.DOWNTIME]),
        (WorkloadKind.DEPLOYMENT, {"strategy": _NO_SURGE, "replicas": 1}, [WarningCode.DOWNTIME]),
        (WorkloadKind.DEPLOYMENT, {"strategy": _NO_SURGE, "replicas": 2}, []),
        (WorkloadKind.DEPLOYMENT, {"replicas": 0, "strategy": {"type": "Recreate"}}, [WarningCode.NO_PODS]),
        (WorkloadKind.STATEFUL_SET, {"replicas": 1}, [WarningCode.DOWNTIME]),
        (WorkloadKind.STATEFUL_SET, {"replicas": 2}, []),
        (WorkloadKind.STATEFUL_SET, {"updateStrategy": {"type": "OnDelete"}}, [WarningCode.PODS_DELETED]),
        (WorkloadKind.STATEFUL_SET, {"updateStrategy": {"rollingUpdate": {"partition": 1}}}, [WarningCode.PARTITIONED]),
        (WorkloadKind.REPLICA_SET, {}, [WarningCode.PODS_DELETED]),
    ],
)
def test_interruptions(kind: WorkloadKind, spec: dict[str, Any], codes: list[WarningCode]) -> None:
    ref, workload = of_kind(kind, **spec)
    assert [one.code for one in warnings_of(ref, workload, None)] == codes


def test_a_bare_pod_is_made_anew() -> None:
    assert [one.code for one in warnings_of(TILL, bare_pod(), None)] == [WarningCode.POD_RECREATED]


@pytest.mark.parametrize(("surge", "answer"), [("25%", True), (1, True), (0, False), ("0%", False)])
def test_surges(surge: int | str, answer: bool) -> None:
    _, workload = of_kind(WorkloadKind.DEPLOYMENT, strategy={"rollingUpdate": {"maxSurge": surge}})
    assert surges(workload) is answer
    assert not surges(of_kind(WorkloadKind.STATEFUL_SET)[1])


def _service(selector: dict[str, str] | None, *ports: Object) -> Object:
    return {"metadata": {"name": "s"}, "spec": {"selector": selector, "ports": list(ports)}}


def test_ports_of_a_mesh() -> None:
    app = container(ports=[{"name": "http", "containerPort": 9080}, {"containerPort": 53, "protocol": "UDP"}])
    services = [
        _service({"app": "web"}, {"port": 80, "targetPort": 7000}, {"port": 81, "targetPort": "http"}, {"port": 82}),
        _service({"app": "web"}, {"port": 53, "targetPort": 5353, "protocol": "UDP"}, {"port": 1, "targetPort": "no"}),
        _service({"app": "other"}, {"port": 80, "targetPort": 6000}),
        _service(None, {"port": 80, "targetPort": 6001}),
        _service({"app": "web", "more": "x"}, {"port": 80, "targetPort": 6002}),
    ]
    assert mesh_ports(deployment(app), services) == (82, 7000, 9080)
    assert mesh_ports(deployment(container(ports=[])), []) == ()


def test_ports_that_look_like_tls() -> None:
    ports = [{"name": "https-api", "containerPort": 7000}, {"name": "http", "containerPort": 9080}]
    assert tls_ports(deployment(container(ports=ports)), (443, 7000, 8443, 9080)) == (443, 7000, 8443)


def test_a_pod_to_try() -> None:
    ref, workload = of_kind(WorkloadKind.STATEFUL_SET)
    workload["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "data"}}]
    pod = sample_pod(ref, workload)
    assert pod["metadata"] == {"labels": {"app": "web"}, "generateName": "web-", "namespace": "shop"}
    assert pod["spec"]["volumes"] == [{"name": "data", "emptyDir": {}}]
    assert "volumes" not in workload["spec"]["template"]["spec"]
    assert sample_pod(TILL, bare_pod())["metadata"] == {"generateName": "till-", "namespace": "shop"}


def test_the_same_pod_again() -> None:
    pod = bare_pod(annotations={"a": "b"}, creationTimestamp="x", managedFields=[], finalizers=["f"])
    pod["spec"]["ephemeralContainers"] = [container("debug")]
    fresh = fresh_pod(pod)
    meta = {"name": "till", "namespace": "shop", "annotations": {"a": "b"}, "finalizers": ["f"]}
    assert fresh == {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"containers": [container()]}}


def test_selectors() -> None:
    expressions = [
        {"key": "a", "operator": "In", "values": ["x", "y"]},
        {"key": "b", "operator": "NotIn", "values": ["z"]},
        {"key": "c", "operator": "Exists"},
        {"key": "d", "operator": "DoesNotExist"},
    ]
    _, workload = of_kind(
        WorkloadKind.DEPLOYMENT, selector={"matchLabels": {"app": "web"}, "matchExpressions": expressions}
    )
    assert selector_text(workload) == "app=web,a in (x,y),b notin (z),c,!d"


def test_rights() -> None:
    needed = injection_permissions(WEB, deployment())
    assert Permission("delete", "pods", "shop") not in needed
    assert Permission("delete", "pods", "shop") in injection_permissions(*of_kind(WorkloadKind.REPLICA_SET))
    assert Permission("create", "pods", "shop") in injection_permissions(TILL, None)
    error = missing_rights([needed[1], *(p for p in needed if p.resource == "secrets")])
    told = f"{error.params['verb']} {error.params['resource']}"
    assert told == "patch deployments.apps, nor get, create, patch and delete secrets"
    assert "patch deployments.apps in namespace shop; get secrets" in error.detail


def _pod(name: str, injection: str | None = None, *, ready: bool = True, gone: bool = False, **meta: Any) -> MarkedPod:
    metadata: dict[str, Any] = {"name": name, "uid": name, **meta}
    metadata.setdefault("labels", {"pod-template-hash": "h"})
    metadata.setdefault("ownerReferences", [{"kind": "ReplicaSet", "name": "web-h", "uid": "u1", "controller": True}])
    if injection is not None:
        metadata["annotations"] = {INJECTION_ID: injection}
    if gone:
        metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    pod = {"metadata": metadata, "status": {"phase": "Running", "conditions": conditions}}
    return MarkedPod(msgspec.convert(pod, Pod), msgspec.convert(metadata, PodMetadata))


@pytest.mark.parametrize(
    ("pods", "done"),
    [
        ([], False),
        ([_pod("a", ID)], False),
        ([_pod("a", ID), _pod("b", ID)], True),
        ([_pod("a", ID), _pod("b", ID, ready=False)], False),
        ([_pod("a", ID), _pod("b", OTHER)], False),
        ([_pod("a", ID), _pod("b", ID), _pod("c")], False),
        ([_pod("a", ID), _pod("b", ID), _pod("c", gone=True)], True),
        ([_pod("a", ID), _pod("b", ID), _pod("c", ownerReferences=[])], True),
        ([_pod("a", ID), _pod("b", ID), _pod("c", labels={"pod-template-hash": "x"})], True),
    ],
)
def test_has_rolled_out(pods: list[MarkedPod], done: bool) -> None:
    workload = deployment(generation=2) | {"status": {"observedGeneration": 2}}
    assert look(WEB, workload, pods, carries(ID)).done is done
    unobserved = deployment(generation=3) | {"status": {"observedGeneration": 2}}
    assert not look(WEB, unobserved, pods, carries(ID)).done


def test_is_rid_of_it() -> None:
    follows = is_rid_of(ID)
    assert [follows(pod) for pod in (_pod("a"), _pod("b", ID), _pod("c", OTHER))] == [True, False, True]


def test_a_partition_is_left_alone() -> None:
    ref, workload = of_kind(WorkloadKind.STATEFUL_SET, replicas=3, updateStrategy={"rollingUpdate": {"partition": 2}})
    pods = [_pod("web-0"), _pod("web-1"), _pod("web-2", ID)]
    rollout = look(ref, workload, pods, carries(ID))
    assert (rollout.expected, rollout.done) == (1, True)


def test_pods_are_deleted_one_after_another() -> None:
    ref, workload = of_kind(WorkloadKind.STATEFUL_SET, replicas=3, updateStrategy={"type": "OnDelete"})
    assert by_hand(ref, workload)

    def chosen(*pods: MarkedPod) -> str | None:
        found = next_to_delete(look(ref, workload, pods, carries(ID)))
        return None if found is None else found.name

    assert chosen(_pod("web-0"), _pod("web-1"), _pod("web-2")) == "web-2"
    assert chosen(_pod("web-0", ready=False), _pod("web-1"), _pod("web-2")) == "web-0"
    assert chosen(_pod("web-0"), _pod("web-1")) is None, "its successor is still to come"
    assert chosen(_pod("web-0"), _pod("web-1"), _pod("web-2", ID, ready=False)) is None
    assert chosen(_pod("web-0"), _pod("web-1"), _pod("web-2", ID)) == "web-1"
    assert chosen(_pod("web-0", ID), _pod("web-1", ID), _pod("web-2", ID)) is None
