"""Injecting and restoring on a real cluster: all kinds, several people, and what goes wrong. The sidecar is the kit's
base image with a command of its own, so that these tests depend on Kubernetes alone; that probes reach the original
ports through the real one is for the end-to-end tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercepts import Claim, HeaderRule, HttpRule, PortMap, Wish
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.api import ApiClient
from app.kube.injection.finding import find_injected, look_at, pods_with_sidecar, renew_ticket
from app.kube.injection.operations import Dropped, TakenClaim, drop_claims, put_back_claim, take_claim
from app.kube.injection.planning import InjectionPlan, has_native_sidecars, plan_injection
from app.kube.injection.progress import InjectionProgress, InjectionStep
from app.kube.injection.warnings import WarningCode
from app.kube.kubeconfig import UserEntry
from app.kube.objects import Named
from app.kube.preflight import server_version
from helper.cluster.api import SIDECAR_CONTAINER
from helper.cluster.injection.record import is_injected, pod_of, sidecar_of
from helper.cluster.injection.sidecar_template import SidecarSpec
from helper.protocol.intercepts import JoinTicket
from tests.contract.kube import workloads
from tests.contract.kube.cluster import (
    BASE_IMAGE,
    admin_client,
    login_as,
    service_account_token,
    temporary_namespace,
)

DEADLINE_S = 90.0
SIDECAR_COMMAND = "touch /run/kubeferry/ready; trap 'exit 0' TERM; sleep 1000 & wait"
TICKET = JoinTicket("t0ken", "-----BEGIN CERTIFICATE-----\n")
ADDRESSES = ("10.96.0.77", "kubeferry-manager.kubeferry.svc")
ALICE = Claim("a" * 12, "1" * 12, "alice@laptop", 1750000000.0, HttpRule((HeaderRule("x-user", value="alice"),)))
ALICE = replace(ALICE, ports=(PortMap(9080, 8080),))
BOB = replace(ALICE, intercept_id="b" * 12, owner_id="2" * 12, owner="bob@laptop")
BOB = replace(BOB, rule=HttpRule((HeaderRule("x-user", value="bob"),)))


@pytest_asyncio.fixture
async def api() -> AsyncIterator[ApiClient]:
    async with asyncio.timeout(DEADLINE_S), admin_client() as client:
        yield client


@pytest_asyncio.fixture
async def namespace(api: ApiClient) -> AsyncIterator[str]:
    async with temporary_namespace(api, {"pod-security.kubernetes.io/enforce": "privileged"}) as name:
        await _default_account(api, name)
        yield name


@pytest_asyncio.fixture
async def sidecar(api: ApiClient) -> SidecarSpec:
    native = has_native_sidecars((await server_version(api)).number)
    return SidecarSpec(image=BASE_IMAGE, native=native, command=("sh", "-c", SIDECAR_COMMAND))


async def _default_account(api: ApiClient, namespace: str) -> None:
    """Pods are refused until the namespace has it; before 1.24, until it has its token."""
    tokens = (await server_version(api)).number < (1, 24)
    accounts: list[dict[str, Any]] = []
    while not accounts or (tokens and not accounts[0].get("secrets")):
        accounts, _ = await api.list_all(f"/api/v1/namespaces/{namespace}/serviceaccounts")


async def _ticket(_ref: WorkloadRef, _injection_id: str) -> JoinTicket:
    return TICKET


def _silent(_: InjectionProgress) -> None:
    pass


async def _take(api: ApiClient, plan: InjectionPlan, claim: Claim = ALICE, **more: Any) -> TakenClaim:
    options: dict[str, Any] = {"get_ticket": _ticket, "manager_addresses": ADDRESSES, "timeout_s": 60.0, **more}
    report = options.pop("report", _silent)
    return await take_claim(api, plan, claim, report, **options)


async def _plan(api: ApiClient, ref: WorkloadRef, sidecar: SidecarSpec, claim: Claim = ALICE) -> InjectionPlan:
    return await plan_injection(api, Wish(ref, claim.rule, claim.ports), sidecar)


async def _secrets(api: ApiClient, namespace: str) -> list[str]:
    items, _ = await api.list_all(f"/api/v1/namespaces/{namespace}/secrets", type=Named)
    return [item.metadata.name for item in items if item.metadata.name.startswith("kubeferry")]


async def _until_ready(api: ApiClient, ref: WorkloadRef, count: int = 1) -> None:
    path = f"/api/v1/namespaces/{ref.namespace}/pods"
    while True:
        items, _ = await api.list_all(path, query={"labelSelector": f"app={ref.name}"})
        conditions = [c for item in items for c in item["status"].get("conditions") or ()]
        if sum(c["type"] == "Ready" and c["status"] == "True" for c in conditions) >= count:
            return
        await asyncio.sleep(0.1)


async def _until_injected(api: ApiClient, ref: WorkloadRef, injection_id: str, count: int) -> None:
    """While somebody's own rollout goes on there may be more pods for a moment, or one that is not ready yet."""
    async with asyncio.timeout(60):
        while True:
            if len(await pods_with_sidecar(api, ref, injection_id)) == count:
                return
            await asyncio.sleep(0.2)


def _ref(kind: WorkloadKind, namespace: str, name: str = "web") -> WorkloadRef:
    return WorkloadRef(kind, namespace, name)


KINDS: dict[str, tuple[WorkloadKind, dict[str, Any]]] = {
    "deployment": (WorkloadKind.DEPLOYMENT, {"replicas": 2}),
    "stateful-set": (WorkloadKind.STATEFUL_SET, {"replicas": 2}),
    "stateful-set-on-delete": (WorkloadKind.STATEFUL_SET, {"replicas": 2, "updateStrategy": {"type": "OnDelete"}}),
    "daemon-set": (WorkloadKind.DAEMON_SET, {}),
    "replica-set": (WorkloadKind.REPLICA_SET, {"replicas": 2}),
    "pod": (WorkloadKind.POD, {}),
}


@pytest.mark.parametrize("case", KINDS)
async def test_in_and_out(api: ApiClient, namespace: str, sidecar: SidecarSpec, case: str) -> None:
    kind, spec = KINDS[case]
    ref = _ref(kind, namespace)
    await workloads.create(api, ref, workloads.make(ref, workloads.probed_elsewhere(), **spec))
    await _until_ready(api, ref, spec.get("replicas", 1))
    before = workloads.wishes(await workloads.read(api, ref))
    told: list[InjectionProgress] = []

    plan = await _plan(api, ref, sidecar)
    assert not plan.already_injected
    assert any(SIDECAR_CONTAINER in line for line in plan.diff)
    assert workloads.wishes(await workloads.read(api, ref)) == before, "planning changed something"
    taken = await _take(api, plan, report=told.append)

    assert taken.injected
    assert len(taken.pods) >= spec.get("replicas", 1)
    assert taken.pods == await pods_with_sidecar(api, ref, taken.injection_id)
    workload = await workloads.read(api, ref)
    container = sidecar_of(pod_of({"kind": str(kind), **workload})["spec"])
    assert container.get("restartPolicy") == ("Always" if sidecar.native else None)
    (secret,) = await _secrets(api, namespace)
    stored = await api.get(f"/api/v1/namespaces/{namespace}/secrets/{secret}")
    assert stored["metadata"]["ownerReferences"][0]["uid"] == workload["metadata"]["uid"]
    assert set(stored["data"]) == {"token", "manager.crt", "join.json"}
    assert "t0ken" not in str(workload)
    steps = list(dict.fromkeys(one.step for one in told))
    assert steps == [InjectionStep.TICKET, InjectionStep.CHANGING, InjectionStep.ROLLING_OUT]
    assert (told[-1].ready, told[-1].desired) == (len(taken.pods), len(taken.pods))

    found = await find_injected(api, namespace)
    assert [(one.workload, one.injection_id, one.claims) for one in found.injected] == [
        (ref, taken.injection_id, (ALICE,))
    ]
    assert await drop_claims(api, ref, {ALICE.intercept_id}, _silent) == Dropped(removed_sidecar=True)
    await _until_ready(api, ref, spec.get("replicas", 1))
    assert workloads.wishes(await workloads.read(api, ref)) == before
    assert await _secrets(api, namespace) == []
    assert (await find_injected(api, namespace)).injected == ()
    assert await pods_with_sidecar(api, ref, taken.injection_id) == ()
    assert not (await drop_claims(api, ref, {ALICE.intercept_id}, _silent)).removed_sidecar


async def _deployment(api: ApiClient, namespace: str, *containers: Any, **spec: Any) -> WorkloadRef:
    ref = _ref(WorkloadKind.DEPLOYMENT, namespace)
    await workloads.create(api, ref, workloads.make(ref, *containers, **spec))
    await _until_ready(api, ref)
    return ref


async def test_several_people(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """The second needs no rollout; a rival is refused with who and since when, or takes it; the last out restores."""
    ref = await _deployment(api, namespace)
    before = workloads.wishes(await workloads.read(api, ref))
    first = await _take(api, await _plan(api, ref, sidecar))
    template = (await workloads.read(api, ref))["spec"]["template"]
    second_plan = await _plan(api, ref, sidecar, BOB)
    assert second_plan.already_injected
    assert (second_plan.claims, second_plan.diff) == ((ALICE,), ())
    second = await _take(api, second_plan, BOB)
    assert (second.injection_id, second.pods, second.injected) == (first.injection_id, first.pods, False)
    assert (await workloads.read(api, ref))["spec"]["template"] == template

    eve = replace(BOB, intercept_id="e" * 12, owner_id="3" * 12, owner="eve@laptop")
    with pytest.raises(KubeferryError) as failure:
        await _take(api, second_plan, eve)
    assert failure.value.code is ErrorCode.INTERCEPT_TAKEN
    assert failure.value.params["owner"] == "bob@laptop"
    assert failure.value.params["since"].startswith("2025-06-15")
    assert (await _take(api, second_plan, eve, take_over=True)).losers == (BOB,)

    moved = replace(ALICE, ports=(PortMap(9080, 9999),))
    await _take(api, await _plan(api, ref, sidecar, moved), moved)
    await put_back_claim(api, ref, ALICE)
    looked = await look_at(api, ref)
    assert looked is not None
    assert looked.claims == (ALICE, eve)

    assert await drop_claims(api, ref, {ALICE.intercept_id}, _silent) == Dropped(removed_sidecar=False, others=1)
    assert await drop_claims(api, ref, {eve.intercept_id}, _silent) == Dropped(removed_sidecar=True)
    assert workloads.wishes(await workloads.read(api, ref)) == before


async def test_all_at_once(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """Six begin at the same moment: one injection, six claims; six leave at the same moment: as before."""
    ref = await _deployment(api, namespace)
    before = workloads.wishes(await workloads.read(api, ref))
    people = [
        replace(
            ALICE,
            intercept_id=f"{number:012x}",
            owner_id=f"{number:012x}",
            rule=HttpRule((HeaderRule("x-user", value=str(number)),)),
        )
        for number in range(6)
    ]
    plan = [await _plan(api, ref, sidecar, claim) for claim in people]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_take(api, one, claim)) for one, claim in zip(plan, people, strict=True)]
    assert len({task.result().injection_id for task in tasks}) == 1
    assert sum(task.result().injected for task in tasks) == 1
    assert len(await _secrets(api, namespace)) == 1
    looked = await look_at(api, ref)
    assert looked is not None
    assert set(looked.claims) == set(people)
    async with asyncio.TaskGroup() as group:
        drops = [group.create_task(drop_claims(api, ref, {claim.intercept_id}, _silent)) for claim in people]
    assert sum(task.result().removed_sidecar for task in drops) == 1
    assert workloads.wishes(await workloads.read(api, ref)) == before
    assert await _secrets(api, namespace) == []


async def test_what_others_change_meanwhile_stays(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = await _deployment(api, namespace, workloads.probed_elsewhere())
    original = await workloads.read(api, ref)

    def edit(workload: dict[str, Any]) -> None:
        workload["metadata"].setdefault("annotations", {})["team"] = "x"
        workload["spec"]["replicas"] = 2
        spec = workload["spec"]["template"]["spec"]
        (app,) = [one for one in spec["containers"] if one["name"] == "app"]
        app["env"] = [{"name": "BUILD", "value": "17"}]
        app["readinessProbe"] = {"exec": {"command": ["true"]}}
        spec["containers"].append(workloads.container("beside", command=["sleep", "1000"], ports=[]))

    taken = await _take(api, await _plan(api, ref, sidecar))
    await workloads.change(api, ref, edit)
    await _take(api, await _plan(api, ref, sidecar, BOB), BOB)
    await _until_injected(api, ref, taken.injection_id, 2)
    await drop_claims(api, ref, {ALICE.intercept_id, BOB.intercept_id}, _silent)
    found = workloads.wishes(await workloads.read(api, ref))

    # What the same edit makes of the workload that never had a sidecar.
    other = replace(ref, name="other")
    fresh = workloads.make(other, workloads.probed_elsewhere())
    fresh["spec"]["selector"] = original["spec"]["selector"]
    fresh["spec"]["template"]["metadata"] = original["spec"]["template"]["metadata"]
    await workloads.create(api, other, fresh)
    await workloads.change(api, other, edit)
    expected = workloads.wishes(await workloads.read(api, other))
    assert found == expected


async def _fails(api: ApiClient, plan: InjectionPlan, claim: Claim = ALICE, timeout_s: float = 60.0) -> KubeferryError:
    with pytest.raises(KubeferryError) as failure:
        await _take(api, plan, claim, timeout_s=timeout_s)
    assert await _secrets(api, plan.ref.namespace) == []
    return failure.value


@pytest.mark.parametrize("case", KINDS)
async def test_image_that_is_not_there_is_rolled_back(
    api: ApiClient, namespace: str, sidecar: SidecarSpec, case: str
) -> None:
    kind, spec = KINDS[case]
    ref = _ref(kind, namespace)
    await workloads.create(api, ref, workloads.make(ref, **spec))
    count = spec.get("replicas", 1)
    await _until_ready(api, ref, count)
    before = workloads.wishes(await workloads.read(api, ref))
    broken = replace(sidecar, image="nowhere.local/none:1", pull_policy="Never")
    error = await _fails(api, await _plan(api, ref, broken))
    assert error.code is ErrorCode.IMAGE_PULL_FAILED
    assert error.params["image"] == "nowhere.local/none:1"
    assert workloads.wishes(await workloads.read(api, ref)) == before
    await _until_restored(api, ref, count)


async def _until_restored(api: ApiClient, ref: WorkloadRef, count: int) -> None:
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


async def test_crash_is_told_with_its_last_words(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = await _deployment(api, namespace)
    before = workloads.wishes(await workloads.read(api, ref))
    crashing = replace(sidecar, command=("sh", "-c", "echo the last words >&2; exit 7"))
    error = await _fails(api, await _plan(api, ref, crashing))
    assert error.code is ErrorCode.SIDECAR_STUCK
    assert "exit code 7" in error.params["problem"]
    assert SIDECAR_CONTAINER in error.params["problem"]
    assert "the last words" in error.detail
    assert workloads.wishes(await workloads.read(api, ref)) == before


async def test_probe_that_fails_is_told(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """The stand-in redirects nothing, so a probe that was moved finds a closed port."""
    ref = await _deployment(api, namespace, workloads.probed())
    error = await _fails(api, await _plan(api, ref, sidecar), timeout_s=6.0)
    assert error.code is ErrorCode.SIDECAR_STUCK
    assert "15700" in error.params["problem"]


async def test_cancelled(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """At every step that is told, and somewhere between."""
    ref = await _deployment(api, namespace, workloads.container())
    before = workloads.wishes(await workloads.read(api, ref))
    for step in (InjectionStep.TICKET, InjectionStep.CHANGING, InjectionStep.ROLLING_OUT):
        for pause_s in (0.0, 0.005, 0.02):
            await _cancelled_at(api, await _plan(api, ref, sidecar), step, pause_s)
            assert workloads.wishes(await workloads.read(api, ref)) == before, (step, pause_s)
            assert await _secrets(api, namespace) == [], (step, pause_s)


async def _cancelled_at(api: ApiClient, plan: InjectionPlan, step: InjectionStep, pause_s: float) -> None:
    reached = asyncio.Event()

    def report(told: InjectionProgress) -> None:
        if told.step is step:
            reached.set()

    async with asyncio.TaskGroup() as group:
        taking = group.create_task(_take(api, plan, report=report))
        await reached.wait()
        await asyncio.sleep(pause_s)
        taking.cancel()


async def test_a_bare_pod_survives_a_cancellation(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = _ref(WorkloadKind.POD, namespace)
    await workloads.create(api, ref, workloads.make(ref))
    await _until_ready(api, ref)
    before = workloads.wishes(await workloads.read(api, ref))
    for pause_s in (0.0, 0.01, 0.5, 1.2):
        plan = await _plan(api, ref, sidecar)
        await _cancelled_at(api, plan, InjectionStep.TICKET, pause_s)
        await _until_restored(api, ref, 1)
        assert workloads.wishes(await workloads.read(api, ref)) == before, pause_s
        assert await _secrets(api, namespace) == [], pause_s


@pytest.mark.parametrize("level", ["baseline", "restricted"])
async def test_pod_security_is_found_by_the_dry_run(api: ApiClient, sidecar: SidecarSpec, level: str) -> None:
    if (await server_version(api)).number < (1, 25):
        pytest.skip("this Kubernetes has no Pod Security admission by default")
    async with temporary_namespace(api, {"pod-security.kubernetes.io/enforce": level}) as namespace:
        await _default_account(api, namespace)
        ref = _ref(WorkloadKind.DEPLOYMENT, namespace)
        made = await workloads.create(api, ref, workloads.make(ref, replicas=0))
        with pytest.raises(KubeferryError) as failure:
            await _plan(api, ref, sidecar)
        assert failure.value.code is ErrorCode.POD_SECURITY_FORBIDS
        assert "NET_ADMIN" in failure.value.params["problem"]
        assert (await workloads.read(api, ref))["metadata"]["generation"] == made["metadata"]["generation"]
        assert await _secrets(api, namespace) == []


async def test_missing_rights(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """All in one sentence; without a right to make pods, the namespace's label is what is asked."""
    ref = await _deployment(api, namespace)
    read = [{"apiGroups": ["", "apps"], "resources": ["deployments", "pods", "services"], "verbs": ["get", "list"]}]
    token = await service_account_token(api, namespace, "reader", read)
    async with ApiClient(login_as(UserEntry(token=token))) as reader:
        with pytest.raises(KubeferryError) as failure:
            await _plan(reader, ref, sidecar)
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
        taken = await _take(developer, await _plan(developer, ref, sidecar))
        assert len(taken.pods) == 1
        found = await find_injected(developer, namespace)
        assert len(found.unread) == len(WorkloadKind) - 1
        assert (await drop_claims(developer, ref, {ALICE.intercept_id}, _silent)).removed_sidecar


async def test_quota_is_found_by_the_dry_run(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = await _deployment(api, namespace)
    await _quota(api, namespace, 1)
    with pytest.raises(KubeferryError) as failure:
        await _plan(api, ref, sidecar)
    assert failure.value.code is ErrorCode.QUOTA_EXCEEDED
    assert "few" in failure.value.params["problem"]


async def test_quota_that_only_the_rollout_meets(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """A StatefulSet's pod makes room for its successor; one that then is not let in is told by an event."""
    ref = _ref(WorkloadKind.STATEFUL_SET, namespace)
    await workloads.create(api, ref, workloads.make(ref))
    await _until_ready(api, ref)
    before = workloads.wishes(await workloads.read(api, ref))
    await _quota(api, namespace, 0)
    plan = await _plan(api, ref, sidecar)
    assert WarningCode.DOWNTIME in {warning.code for warning in plan.warnings}
    error = await _fails(api, plan)
    assert error.code is ErrorCode.QUOTA_EXCEEDED
    assert workloads.wishes(await workloads.read(api, ref)) == before


async def _quota(api: ApiClient, namespace: str, pods: int) -> None:
    path = f"/api/v1/namespaces/{namespace}/resourcequotas"
    hard = {"hard": {"pods": str(pods)}}
    await api.create(path, {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"}, "spec": hard})
    while "hard" not in (await api.get(f"{path}/few")).get("status", {}):
        # The quota counts once its controller has looked at it.
        pass


async def test_refusals(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = await _deployment(api, namespace)
    pods, _ = await api.list_all(f"/api/v1/namespaces/{namespace}/pods", type=Named)
    replica_sets, _ = await api.list_all(f"/apis/apps/v1/namespaces/{namespace}/replicasets", type=Named)
    for kind, name in (
        (WorkloadKind.POD, pods[0].metadata.name),
        (WorkloadKind.REPLICA_SET, replica_sets[0].metadata.name),
    ):
        assert "deployment/web" in await _refused(api, _ref(kind, namespace, name), sidecar)
    with pytest.raises(KubeferryError) as failure:
        await _plan(api, replace(ref, name="nobody"), sidecar)
    assert failure.value.code is ErrorCode.WORKLOAD_MISSING
    await workloads.change(api, ref, lambda workload: workload["spec"].update(paused=True))
    assert "paused" in await _refused(api, ref, sidecar)
    host = replace(ref, name="host")
    await workloads.create(api, host, workloads.make(host, replicas=0, pod={"hostNetwork": True}))
    assert "host network" in await _refused(api, host, sidecar)


async def _refused(api: ApiClient, ref: WorkloadRef, sidecar: SidecarSpec) -> str:
    with pytest.raises(KubeferryError) as failure:
        await _plan(api, ref, sidecar)
    assert failure.value.code is ErrorCode.WORKLOAD_UNSUITABLE
    return failure.value.params["problem"]


async def test_ports_of_a_mesh(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = _ref(WorkloadKind.DEPLOYMENT, namespace)
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


async def test_gone_meanwhile(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """Workload or Secret: nothing is in the way of leaving. The Secret goes with its workload."""
    ref = await _deployment(api, namespace)
    await _take(api, await _plan(api, ref, sidecar))
    (secret,) = await _secrets(api, namespace)
    await api.delete(f"/api/v1/namespaces/{namespace}/secrets/{secret}")
    assert (await drop_claims(api, ref, {ALICE.intercept_id}, _silent)).removed_sidecar
    await _take(api, await _plan(api, ref, sidecar))
    await api.delete(f"/apis/apps/v1/namespaces/{namespace}/deployments/web")
    assert not (await drop_claims(api, ref, {ALICE.intercept_id}, _silent)).removed_sidecar
    while await _secrets(api, namespace):
        # The garbage collector comes when it has seen that its owner is gone.
        pass


async def test_sidecar_that_others_took_out(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    """A manifest applied over it: leaving clears the marks; another injection is a new one."""
    ref = await _deployment(api, namespace)
    original = await workloads.read(api, ref)
    taken = await _take(api, await _plan(api, ref, sidecar))
    await workloads.change(api, ref, lambda workload: workload["spec"].update(template=original["spec"]["template"]))
    assert await look_at(api, ref) is None
    again = await _take(api, await _plan(api, ref, sidecar, BOB), BOB)
    assert again.injection_id != taken.injection_id
    assert len(await _secrets(api, namespace)) == 1
    looked = await look_at(api, ref)
    assert looked is not None
    assert looked.claims == (BOB,)
    await workloads.change(api, ref, lambda workload: workload["spec"].update(template=original["spec"]["template"]))
    await drop_claims(api, ref, {BOB.intercept_id}, _silent)
    restored = await workloads.read(api, ref)
    assert not is_injected({"kind": "Deployment", **restored})
    assert workloads.wishes(restored) == workloads.wishes(original)
    assert await _secrets(api, namespace) == []


async def test_renewed_ticket(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = await _deployment(api, namespace)
    taken = await _take(api, await _plan(api, ref, sidecar))
    assert not await renew_ticket(api, ref, taken.injection_id, TICKET, ADDRESSES)
    assert await renew_ticket(api, ref, taken.injection_id, JoinTicket("other", "pem"), ADDRESSES)
    assert not await renew_ticket(api, ref, "0" * 16, JoinTicket("third", "pem"), ADDRESSES)


async def test_garbage_claims_can_be_repaired(api: ApiClient, namespace: str, sidecar: SidecarSpec) -> None:
    ref = await _deployment(api, namespace)
    original = await workloads.read(api, ref)
    await _take(api, await _plan(api, ref, sidecar))

    def spoil(workload: dict[str, Any]) -> None:
        workload["metadata"]["annotations"]["kubeferry.io/intercepts"] = "{"

    await workloads.change(api, ref, spoil)
    with pytest.raises(KubeferryError) as failure:
        await _plan(api, ref, sidecar, BOB)
    assert failure.value.code is ErrorCode.CLAIMS_UNREADABLE
    (found,) = (await find_injected(api, namespace)).injected
    assert found.claims == ()
    assert (await drop_claims(api, ref, (), _silent)).removed_sidecar
    assert workloads.wishes(await workloads.read(api, ref)) == workloads.wishes(original)
