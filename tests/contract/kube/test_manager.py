"""Installing, finding and removing the manager. Most tests run the kit's base image with a command of their own, so
that they depend on Kubernetes alone."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api import ApiClient
from app.kube.manager_install import Installed, install_manager
from app.kube.manager_manifest import ManagerSpec
from app.kube.manager_pods import find_endpoint, find_manager, wait_for_endpoint
from app.kube.manager_rollout import InstallProgress, wait_until_running
from app.kube.manager_uninstall import uninstall_manager
from app.kube.objects import Named
from app.kube.preflight import server_version
from helper.cluster.api import MANAGER_LABELS, MANAGER_NAME, MANAGER_PORT, SIDECAR_PORT
from tests.contract.kube.cluster import BASE_IMAGE, admin_client, temporary_namespace

DEADLINE_S = 40.0
Change = Callable[[dict[str, Any]], None]


def _running(command: str = "exec sleep 1000") -> Change:
    def change(deployment: dict[str, Any]) -> None:
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        container["command"] = ["sh", "-c", command]
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            del container[probe]

    return change


@pytest_asyncio.fixture
async def api() -> AsyncIterator[ApiClient]:
    async with asyncio.timeout(DEADLINE_S), admin_client() as client:
        yield client


@pytest_asyncio.fixture
async def namespace(api: ApiClient) -> AsyncIterator[str]:
    async with temporary_namespace(api, {"pod-security.kubernetes.io/enforce": "privileged"}) as name:
        await _default_account(api, name)
        yield name


async def _default_account(api: ApiClient, namespace: str) -> None:
    """Pods are refused until the namespace has it."""
    accounts: list[Named] = []
    while not accounts:
        accounts, _ = await api.list_all(f"/api/v1/namespaces/{namespace}/serviceaccounts", type=Named)


async def _install(
    api: ApiClient,
    spec: ManagerSpec,
    change: Change,
    report: Callable[[InstallProgress], None] = lambda _: None,
    timeout_s: float = 20.0,
) -> Installed:
    return await install_manager(api, spec, report, change=change, timeout_s=timeout_s)


async def _names(api: ApiClient, path: str) -> list[str]:
    items, _ = await api.list_all(path, type=Named)
    return [item.metadata.name for item in items if item.metadata.deletion_timestamp is None]


async def _assert_nothing_left(api: ApiClient, namespace: str) -> None:
    assert await _names(api, f"/apis/apps/v1/namespaces/{namespace}/deployments") == []
    for kind in ("secrets", "services"):
        names = await _names(api, f"/api/v1/namespaces/{namespace}/{kind}")
        assert [name for name in names if name.startswith("kubeferry")] == []


async def test_install_find_and_uninstall_with_its_own_namespace(api: ApiClient) -> None:
    namespace = f"kube-contract-{uuid.uuid4().hex[:8]}"
    spec = ManagerSpec(namespace, BASE_IMAGE)
    assert await find_manager(api, (namespace,)) is None
    installed = await _install(api, spec, _running())
    try:
        assert installed.namespace_created
        manager = await find_manager(api, ("default", namespace))
        assert manager is not None
        assert manager.pod is not None
        assert (manager.namespace, manager.pod.image) == (namespace, BASE_IMAGE)
        endpoint = await find_endpoint(api, namespace)
        assert endpoint is not None
        assert (endpoint.namespace, endpoint.pod, endpoint.port) == (namespace, installed.pod.name, MANAGER_PORT)
    finally:
        removed = await uninstall_manager(api, namespace, lambda _: None)
    assert removed.namespace_removed
    assert namespace not in await _names(api, "/api/v1/namespaces")
    assert await find_manager(api, (namespace,)) is None
    assert not (await uninstall_manager(api, namespace, lambda _: None)).found


async def test_a_namespace_of_ours_with_something_of_others_stays(api: ApiClient) -> None:
    namespace = f"kube-contract-{uuid.uuid4().hex[:8]}"
    await _install(api, ManagerSpec(namespace, BASE_IMAGE), _running())
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}}
    try:
        await api.create(f"/api/v1/namespaces/{namespace}/configmaps", settings)
        removed = await uninstall_manager(api, namespace, lambda _: None)
        assert not removed.namespace_removed
        assert removed.kept == "configmaps/settings"
        assert "settings" in await _names(api, f"/api/v1/namespaces/{namespace}/configmaps")
        await _assert_nothing_left(api, namespace)
    finally:
        await api.delete(f"/api/v1/namespaces/{namespace}")


async def test_a_namespace_that_was_there_stays(api: ApiClient, namespace: str) -> None:
    installed = await _install(api, ManagerSpec(namespace, BASE_IMAGE), _running())
    assert not installed.namespace_created
    removed = await uninstall_manager(api, namespace, lambda _: None)
    assert removed.found
    assert not removed.namespace_removed
    assert await _names(api, f"/api/v1/namespaces/{namespace}/pods") == []
    assert namespace in await _names(api, "/api/v1/namespaces")


async def test_a_deployment_of_others_is_not_touched(api: ApiClient, namespace: str) -> None:
    labels = {"app": "theirs"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": BASE_IMAGE}]}}
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    meta = {"name": "kubeferry-manager"}
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    await api.create(path, {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec})
    with pytest.raises(KubeferryError):
        await _install(api, ManagerSpec(namespace, BASE_IMAGE), _running())
    assert not (await uninstall_manager(api, namespace, lambda _: None)).found
    assert await _names(api, path) == ["kubeferry-manager"]


async def test_the_keys_are_made_once(api: ApiClient, namespace: str) -> None:
    """Sidecars have pinned them. A Service that others bent is made straight."""
    await _install(api, ManagerSpec(namespace, BASE_IMAGE), _running())
    secret, service = (f"/api/v1/namespaces/{namespace}/{kind}/{MANAGER_NAME}" for kind in ("secrets", "services"))
    before, address = (await api.get(secret))["data"], (await api.get(service))["spec"]["clusterIP"]
    bent = {"spec": {"selector": {"app": "other"}}}
    await api.patch(service, bent)
    await _install(api, ManagerSpec(namespace, BASE_IMAGE), _running("exec sleep 1001"))
    assert (await api.get(secret))["data"] == before
    spec = (await api.get(service))["spec"]
    assert (spec["clusterIP"], spec["ports"][0]["port"]) == (address, SIDECAR_PORT)
    assert MANAGER_LABELS.items() <= spec["selector"].items()
    await uninstall_manager(api, namespace, lambda _: None)
    await _assert_nothing_left(api, namespace)


@pytest.mark.parametrize("kind", ["secrets", "services"])
async def test_what_is_called_so_and_is_of_others_is_not_touched(api: ApiClient, namespace: str, kind: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/{kind}"
    theirs: dict[str, Any] = {"apiVersion": "v1", "metadata": {"name": MANAGER_NAME}}
    theirs |= {"kind": "Service", "spec": {"ports": [{"port": 80}]}} if kind == "services" else {"kind": "Secret"}
    await api.create(path, theirs)
    with pytest.raises(KubeferryError) as failure:
        await _install(api, ManagerSpec(namespace, BASE_IMAGE), _running())
    assert failure.value.code is ErrorCode.MANAGER_STUCK
    assert not (await uninstall_manager(api, namespace, lambda _: None)).found
    assert MANAGER_NAME in await _names(api, path)
    other = {"secrets": "services", "services": "secrets"}[kind]
    assert MANAGER_NAME not in await _names(api, f"/api/v1/namespaces/{namespace}/{other}")


async def test_a_deleted_pods_successor_is_waited_for(api: ApiClient, namespace: str) -> None:
    installed = await _install(api, ManagerSpec(namespace, BASE_IMAGE), _running())
    await api.delete(f"/api/v1/namespaces/{namespace}/pods/{installed.pod.name}")
    endpoint = await wait_for_endpoint(api, namespace)
    assert endpoint.pod != installed.pod.name


async def test_an_update_that_fails_leaves_the_old_one(api: ApiClient, namespace: str) -> None:
    first = await _install(api, ManagerSpec(namespace, BASE_IMAGE), _running())
    again = await _install(api, ManagerSpec(namespace, BASE_IMAGE), _running())
    assert again.pod.name == first.pod.name
    broken = ManagerSpec(namespace, "nowhere.local/none:1", pull_policy="Never")
    with pytest.raises(KubeferryError):
        await _install(api, broken, _running())
    manager = await find_manager(api, (namespace,))
    assert manager is not None
    assert manager.pod is not None
    assert manager.pod.name == first.pod.name
    deployment = await api.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/kubeferry-manager")
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == BASE_IMAGE


async def test_cancelling_takes_everything_back(api: ApiClient) -> None:
    namespace = f"kube-contract-{uuid.uuid4().hex[:8]}"
    waiting = asyncio.Event()

    def report(progress: InstallProgress) -> None:
        if progress.step == "pod":
            waiting.set()

    def unschedulable(deployment: dict[str, Any]) -> None:
        deployment["spec"]["template"]["spec"]["nodeSelector"] = {"no": "such-node"}

    async with asyncio.TaskGroup() as group:
        installing = group.create_task(_install(api, ManagerSpec(namespace, BASE_IMAGE), unschedulable, report))
        await waiting.wait()
        installing.cancel()
    assert namespace not in await _names(api, "/api/v1/namespaces")


async def _stuck(api: ApiClient, spec: ManagerSpec, change: Change, timeout_s: float = 20.0) -> KubeferryError:
    with pytest.raises(KubeferryError) as failure:
        await _install(api, spec, change, timeout_s=timeout_s)
    await _assert_nothing_left(api, spec.namespace)
    return failure.value


async def test_stuck_on_its_image(api: ApiClient, namespace: str) -> None:
    spec = ManagerSpec(namespace, "nowhere.local/none:1", pull_policy="Never")
    error = await _stuck(api, spec, _running())
    assert error.code is ErrorCode.IMAGE_PULL_FAILED
    assert error.params["image"] == "nowhere.local/none:1"
    assert "not present" in error.params["problem"]


async def test_stuck_on_scheduling(api: ApiClient, namespace: str) -> None:
    def change(deployment: dict[str, Any]) -> None:
        deployment["spec"]["template"]["spec"]["nodeSelector"] = {"no": "such-node"}

    error = await _stuck(api, ManagerSpec(namespace, BASE_IMAGE), change, timeout_s=2.0)
    assert error.code is ErrorCode.UNSCHEDULABLE
    assert "node" in error.params["problem"]


async def test_stuck_on_a_quota(api: ApiClient, namespace: str) -> None:
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}}
    await api.create(f"/api/v1/namespaces/{namespace}/resourcequotas", quota)
    while "hard" not in (await api.get(f"/api/v1/namespaces/{namespace}/resourcequotas/none")).get("status", {}):
        # The quota counts once its controller has looked at it.
        pass
    error = await _stuck(api, ManagerSpec(namespace, BASE_IMAGE), _running())
    assert error.code is ErrorCode.QUOTA_EXCEEDED
    assert "none" in error.params["problem"]


async def test_stuck_on_pod_security(api: ApiClient) -> None:
    if (await server_version(api)).number < (1, 23):
        pytest.skip("this Kubernetes has no Pod Security admission (before 1.23)")
    async with temporary_namespace(api, {"pod-security.kubernetes.io/enforce": "restricted"}) as namespace:
        await _default_account(api, namespace)
        error = await _stuck(api, ManagerSpec(namespace, BASE_IMAGE), _running())
    assert error.code is ErrorCode.POD_SECURITY_FORBIDS
    assert "NET_ADMIN" in error.params["problem"]


async def test_stuck_on_a_crashing_process(api: ApiClient, namespace: str) -> None:
    def change(deployment: dict[str, Any]) -> None:
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        container["command"] = ["sh", "-c", "echo the last words >&2; exit 7"]
        container["startupProbe"]["exec"]["command"] = ["false"]

    async def install_and_look_again() -> None:
        """The installation may see it run for the moment that it does; who asks again is told."""
        await _install(api, ManagerSpec(namespace, BASE_IMAGE), change)
        while True:
            await wait_until_running(
                api, namespace, ignored_uids=frozenset(), report=lambda _: None, timeout_s=DEADLINE_S
            )

    with pytest.raises(KubeferryError) as failure:
        await install_and_look_again()
    assert failure.value.code is ErrorCode.MANAGER_STUCK
    assert "exit code 7" in failure.value.params["problem"]
    assert "the last words" in failure.value.detail
