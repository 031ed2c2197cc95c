"""What a plan finds on a real cluster before anything is changed: ports, and reasons to refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercepts import Wish
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.api import ApiClient
from app.kube.injection.finding import find_injected
from app.kube.injection.operations import drop_claims
from app.kube.injection.planning import plan_injection
from app.kube.injection.warnings import WarningCode
from app.kube.kubeconfig import UserEntry
from app.kube.objects import Named
from app.kube.preflight import server_version
from helper.cluster.injection.sidecar_template import SidecarSpec
from tests.contract.kube import workloads
from tests.contract.kube.cluster import login_as, service_account_token, temporary_namespace
from tests.contract.kube.injection.actions import (
    ALICE,
    allow_pods,
    join_secrets,
    make_deployment,
    plan_for,
    ref_of,
    silent,
    take,
    until_default_account,
)


@pytest.mark.parametrize("level", ["baseline", "restricted"])
async def test_pod_security_is_found_by_the_dry_run(api: ApiClient, sidecar: SidecarSpec, level: str) -> None:
    if (await server_version(api)).number < (1, 25):
        pytest.skip("this Kubernetes has no Pod Security admission by default")
    async with temporary_namespace(api, {"pod-security.kubernetes.io/enforce": level}) as namespace:
        await until_default_account(api, namespace)
        ref = ref_of(WorkloadKind.DEPLOYMENT, namespace)
        made = await workloads.create(api, ref, workloads.make(ref, replicas=0))
        with pytest.raises(KubeferryError) as failure:
            await plan_for(api, ref, sidecar)
        assert failure.value.code is ErrorCode.POD_SECURITY_FORBIDS
        assert "NET_ADMIN" in failure.value.params["problem"]
        assert (await workloads.read(api, ref))["metadata"]["generation"] == made["metadata"]["generation"]
        assert await join_secrets(api, namespace) == []


async def test_missing_rights(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """All in one sentence; without a right to make pods, the namespace's label is what is asked."""
    ref = await make_deployment(api, namespace)
    read = [{"apiGroups": ["", "apps"], "resources": ["deployments", "pods", "services"], "verbs": ["get", "list"]}]
    token = await service_account_token(api, namespace, "reader", read)
    async with ApiClient(login_as(UserEntry(token=token))) as reader:
        with pytest.raises(KubeferryError) as failure:
            await plan_for(reader, ref, sidecar)
        assert failure.value.code is ErrorCode.API_FORBIDDEN
        told = f"{failure.value.params['verb']} {failure.value.params['resource']}"
        assert told == "patch deployments.apps, nor get, create, patch and delete secrets, nor watch pods"
    enough = [
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "patch"]},
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "create", "patch", "delete"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "watch"]},
    ]
    token = await service_account_token(api, namespace, "developer", enough)
    async with ApiClient(login_as(UserEntry(token=token))) as developer:
        taken = await take(developer, await plan_for(developer, ref, sidecar))
        assert len(taken.pods) == 1
        found = await find_injected(developer, namespace)
        assert len(found.unread) == len(WorkloadKind) - 1
        assert (await drop_claims(developer, ref, {ALICE.intercept_id}, silent)).removed_sidecar


async def test_quota_is_found_by_the_dry_run(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = await make_deployment(api, namespace)
    await allow_pods(api, namespace, 1)
    with pytest.raises(KubeferryError) as failure:
        await plan_for(api, ref, sidecar)
    assert failure.value.code is ErrorCode.QUOTA_EXCEEDED
    assert "few" in failure.value.params["problem"]


async def test_refusals(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = await make_deployment(api, namespace)
    pods, _ = await api.list_all(f"/api/v1/namespaces/{namespace}/pods", type=Named)
    replica_sets, _ = await api.list_all(f"/apis/apps/v1/namespaces/{namespace}/replicasets", type=Named)
    for kind, name in (
        (WorkloadKind.POD, pods[0].metadata.name),
        (WorkloadKind.REPLICA_SET, replica_sets[0].metadata.name),
    ):
        assert "deployment/web" in await _refused(api, ref_of(kind, namespace, name), sidecar)
    with pytest.raises(KubeferryError) as failure:
        await plan_for(api, replace(ref, name="nobody"), sidecar)
    assert failure.value.code is ErrorCode.WORKLOAD_MISSING
    await workloads.change(api, ref, lambda workload: workload["spec"].update(paused=True))
    assert "paused" in await _refused(api, ref, sidecar)
    host = replace(ref, name="host")
    await workloads.create(api, host, workloads.make(host, replicas=0, pod={"hostNetwork": True}))
    assert "host network" in await _refused(api, host, sidecar)


async def _refused(api: ApiClient, ref: WorkloadRef, sidecar: SidecarSpec) -> str:
    with pytest.raises(KubeferryError) as failure:
        await plan_for(api, ref, sidecar)
    assert failure.value.code is ErrorCode.WORKLOAD_UNSUITABLE
    return failure.value.params["problem"]


async def test_ports_of_a_mesh(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = ref_of(WorkloadKind.DEPLOYMENT, namespace)
    ports = [
        {"name": "http", "containerPort": 9080},
        {"name": "https", "containerPort": 9443},
        {"name": "dns", "containerPort": 53, "protocol": "UDP"},
    ]
    await workloads.create(api, ref, workloads.make(ref, workloads.container(ports=ports), replicas=0))
    for name, selector, target in (("mine", "web", 7000), ("named", "web", "http"), ("theirs", "other", 6000)):
        spec = {"selector": {"app": selector}, "ports": [{"port": 80, "targetPort": target}]}
        service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}
        await api.create(f"/api/v1/namespaces/{namespace}/services", service)
    plan = await plan_injection(api, Wish(ref, ALICE.rule), sidecar)
    assert [port.remote for port in plan.wish.ports] == [7000, 9080, 9443]
    assert plan.unreadable_ports == (9443,)
    assert {warning.code for warning in plan.warnings} == {WarningCode.NO_PODS, WarningCode.HEADERS_UNREADABLE}
    assert (await plan_injection(api, Wish(ref), sidecar)).wish.ports == ()
