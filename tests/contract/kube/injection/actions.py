"""What tests of injections do again and again: plan, take, and wait for pods.

The sidecar is the cluster's base image with a command of its own, so that these tests depend on Kubernetes alone; that
probes reach the original ports through the real one is for the end-to-end tests.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from app.domain.intercepts import Claim, HeaderRule, HttpRule, PortMap, Wish
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.api import ApiClient
from app.kube.injection.operations import TakenClaim, take_claim
from app.kube.injection.planning import InjectionPlan, plan_injection
from app.kube.injection.progress import InjectionProgress
from app.kube.objects import Named
from app.kube.preflight import server_version
from helper.cluster.injection.record import sidecar_of
from helper.cluster.injection.sidecar_template import SidecarSpec
from helper.protocol.intercepts import JoinTicket
from tests.contract.kube import workloads

DEADLINE_S = 90.0
SIDECAR_COMMAND = "touch /run/kubeferry/ready; trap 'exit 0' TERM; sleep 1000 & wait"
TICKET = JoinTicket("t0ken", "-----BEGIN CERTIFICATE-----\n")
ADDRESSES = ("10.96.0.77", "kubeferry-manager.kubeferry.svc")
ALICE = Claim("a" * 12, "1" * 12, "alice@laptop", 1750000000.0, HttpRule((HeaderRule("x-user", value="alice"),)))
ALICE = replace(ALICE, ports=(PortMap(9080, 8080),))
BOB = replace(ALICE, intercept_id="b" * 12, owner_id="2" * 12, owner="bob@laptop")
BOB = replace(BOB, rule=HttpRule((HeaderRule("x-user", value="bob"),)))
KINDS: dict[str, tuple[WorkloadKind, dict[str, Any]]] = {
    "deployment": (WorkloadKind.DEPLOYMENT, {"replicas": 2}),
    "stateful-set": (WorkloadKind.STATEFUL_SET, {"replicas": 2}),
    "stateful-set-on-delete": (WorkloadKind.STATEFUL_SET, {"replicas": 2, "updateStrategy": {"type": "OnDelete"}}),
    "daemon-set": (WorkloadKind.DAEMON_SET, {}),
    "replica-set": (WorkloadKind.REPLICA_SET, {"replicas": 2}),
    "pod": (WorkloadKind.POD, {}),
}


async def until_default_account(api: ApiClient, namespace: str) -> None:
    """Pods are refused until the namespace has it; before 1.24, until it has its token."""
    tokens = (await server_version(api)).number < (1, 24)
    accounts: list[dict[str, Any]] = []
    while not accounts or (tokens and not accounts[0].get("secrets")):
        accounts, _ = await api.list_all(f"/api/v1/namespaces/{namespace}/serviceaccounts")


async def give_ticket(_ref: WorkloadRef, _injection_id: str) -> JoinTicket:
    return TICKET


def silent(_: InjectionProgress) -> None:
    pass


async def take(api: ApiClient, plan: InjectionPlan, claim: Claim = ALICE, **more: Any) -> TakenClaim:
    options: dict[str, Any] = {"get_ticket": give_ticket, "manager_addresses": ADDRESSES, "timeout_s": 60.0, **more}
    report = options.pop("report", silent)
    return await take_claim(api, plan, claim, report, **options)


async def plan_for(api: ApiClient, ref: WorkloadRef, sidecar: SidecarSpec, claim: Claim = ALICE) -> InjectionPlan:
    return await plan_injection(api, Wish(ref, claim.rule, claim.ports), sidecar)


async def join_secrets(api: ApiClient, namespace: str) -> list[str]:
    items, _ = await api.list_all(f"/api/v1/namespaces/{namespace}/secrets", type=Named)
    return [item.metadata.name for item in items if item.metadata.name.startswith("kubeferry")]


async def until_ready(api: ApiClient, ref: WorkloadRef, count: int = 1) -> None:
    path = f"/api/v1/namespaces/{ref.namespace}/pods"
    while True:
        items, _ = await api.list_all(path, query={"labelSelector": f"app={ref.name}"})
        conditions = [c for item in items for c in item["status"].get("conditions") or ()]
        if sum(c["type"] == "Ready" and c["status"] == "True" for c in conditions) >= count:
            return
        await asyncio.sleep(0.1)


def ref_of(kind: WorkloadKind, namespace: str, name: str = "web") -> WorkloadRef:
    return WorkloadRef(kind, namespace, name)


async def make_deployment(api: ApiClient, namespace: str, *containers: Any, **spec: Any) -> WorkloadRef:
    ref = ref_of(WorkloadKind.DEPLOYMENT, namespace)
    await workloads.create(api, ref, workloads.make(ref, *containers, **spec))
    await until_ready(api, ref)
    return ref


async def until_restored(api: ApiClient, ref: WorkloadRef, count: int) -> None:
    """All its pods ready, and none with a sidecar."""
    while True:
        items, _ = await api.list_all(
            f"/api/v1/namespaces/{ref.namespace}/pods", query={"labelSelector": f"app={ref.name}"}
        )
        living = [item for item in items if "deletionTimestamp" not in item["metadata"]]
        ready = [c for item in living for c in item["status"].get("conditions") or () if c["type"] == "Ready"]
        if (
            len(living) >= count
            and all(c["status"] == "True" for c in ready)
            and len(ready) == len(living)
            and not any(sidecar_of(item["spec"]) for item in living)
        ):
            return
        await asyncio.sleep(0.1)


async def allow_pods(api: ApiClient, namespace: str, pods: int) -> None:
    """A quota of so many pods from now on."""
    path = f"/api/v1/namespaces/{namespace}/resourcequotas"
    hard = {"hard": {"pods": str(pods)}}
    await api.create(path, {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"}, "spec": hard})
    while "hard" not in (await api.get(f"{path}/few")).get("status", {}):
        # The quota counts once its controller has looked at it.
        pass
