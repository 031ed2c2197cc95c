from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from app.domain.errors import ErrorCode
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube import discovery
from app.kube.api import ApiClient
from app.kube.discovery import discover_subnets, list_namespaces
from app.kube.kubeconfig import UserEntry
from app.kube.preflight import PORTFORWARD_CREATE_SINCE, Permission, check_connect, check_install
from app.kube.workloads import (
    Workload,
    WorkloadChanged,
    WorkloadRemoved,
    WorkloadsListed,
    WorkloadsUnread,
    watch_workloads,
)
from tests.contract.kube.cluster import (
    BASE_IMAGE,
    admin_client,
    login_as,
    service_account_token,
    temporary_namespace,
)

DEADLINE_S = 30.0


@pytest_asyncio.fixture
async def api() -> AsyncIterator[ApiClient]:
    async with asyncio.timeout(DEADLINE_S), admin_client() as client:
        yield client


async def test_all_sources_agree(api: ApiClient) -> None:
    declared = await discover_subnets(api, "default")
    assert declared.unread == ()
    assert declared.api_service is not None
    assert declared.pods
    notes = discovery._Notes()
    refused = await discovery._refused_ranges(api, "default", notes)
    assert notes.unread == []
    assert refused == declared.services
    thorough = await discover_subnets(api, "default", thorough=True)
    assert set(declared.all) <= set(thorough.all)


async def test_a_user_with_few_rights_still_gets_subnets(api: ApiClient) -> None:
    rules = [{"apiGroups": [""], "resources": ["pods", "services"], "verbs": ["list", "create"]}]
    async with temporary_namespace(api) as namespace:
        token = await service_account_token(api, namespace, "few", rules)
        async with ApiClient(login_as(UserEntry(token=token))) as few:
            found = await discover_subnets(few, namespace)
            namespaces = await list_namespaces(few, (namespace,))
    full = await discover_subnets(api, "default")
    assert found.services == full.services
    assert found.api_service == full.api_service
    assert {unread.what for unread in found.unread} >= {"nodes", "the service kubernetes"}
    assert (namespaces.names, namespaces.complete) == ((namespace,), False)


async def test_preflight_names_what_is_missing(api: ApiClient) -> None:
    assert (await check_connect(api, "default")).missing == ()
    assert (await check_install(api, "kubeferry")).missing == ()
    rules = [
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "watch"]},
        {"apiGroups": [""], "resources": ["pods/portforward"], "verbs": ["get"]},
    ]
    async with temporary_namespace(api) as namespace:
        token = await service_account_token(api, namespace, "some", rules)
        async with ApiClient(login_as(UserEntry(token=token))) as some:
            here = await check_connect(some, namespace)
            elsewhere = await check_connect(some, "default")
            install = await check_install(some, namespace)
    create = Permission("create", "pods", namespace, subresource="portforward")
    assert here.missing == ((create,) if here.version.number >= PORTFORWARD_CREATE_SINCE else ())
    assert Permission("list", "pods", "default") in elsewhere.missing
    assert Permission("patch", "deployments", namespace, group="apps") in install.missing
    assert f"delete deployments.apps in namespace {namespace}" in [str(missing) for missing in install.missing]


def _deployment(name: str) -> dict[str, object]:
    labels = {"app": name}
    containers = [{"name": "c", "image": BASE_IMAGE, "command": ["sleep", "1000"]}]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers, "terminationGracePeriodSeconds": 0}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    meta = {"name": name, "labels": labels}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}


async def test_workloads_come_become_ready_and_go(api: ApiClient) -> None:
    async with temporary_namespace(api) as namespace, watch_workloads(api, namespace) as changes:
        ref = WorkloadRef(WorkloadKind.DEPLOYMENT, namespace, "web")
        path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
        listed: set[WorkloadKind] = set()
        seen: list[Workload] = []
        async for change in changes:
            if isinstance(change, WorkloadsListed):
                assert change.workloads == ()
                listed.add(change.kind)
                if listed == set(WorkloadKind):
                    await api.create(path, _deployment("web"))
            elif isinstance(change, WorkloadChanged):
                # The ReplicaSet and the Pod have an owner: they are not shown.
                assert change.workload.ref == ref
                seen.append(change.workload)
                if change.workload.ready == 1:
                    await api.delete(f"{path}/web")
            elif isinstance(change, WorkloadRemoved):
                assert change.ref == ref
                break
    assert [workload.ready for workload in seen] == [0, 1]
    assert seen[0].images == (BASE_IMAGE,)
    assert seen[0].labels == (("app", "web"),)


async def test_kinds_that_may_not_be_watched_are_said(api: ApiClient) -> None:
    rules = [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list", "watch"]}]
    async with temporary_namespace(api) as namespace:
        token = await service_account_token(api, namespace, "partly", rules)
        async with ApiClient(login_as(UserEntry(token=token))) as partly, watch_workloads(partly, namespace) as changes:
            first = [await anext(changes) for _ in WorkloadKind]
    unread = {change.kind for change in first if isinstance(change, WorkloadsUnread) and change.final}
    assert unread == set(WorkloadKind) - {WorkloadKind.DEPLOYMENT}
    codes = {change.error.code for change in first if isinstance(change, WorkloadsUnread)}
    assert codes == {ErrorCode.API_FORBIDDEN}
