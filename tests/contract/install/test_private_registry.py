"""The manager from a private registry: with its pull secret it runs, without it the user is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api import ApiClient
from app.kube.manager_install import install_manager
from app.kube.manager_manifest import ManagerSpec
from app.kube.manager_uninstall import uninstall_manager
from app.kube.objects import Named
from tests.contract.install.registry import Registry, pull_secret
from tests.contract.kube.cluster import admin_client, temporary_namespace
from tests.lab.cluster import Cluster
from tests.lab.processes import ROOT

IMAGE = ROOT / "build" / "image" / "manager.tar"
DEADLINE_S = 90.0


@pytest.fixture(scope="module")
def image(running_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The manager's, in a registry that nobody may read without a login."""
    if running_cluster.node is None or len(running_cluster.node_names()) > 1:
        pytest.skip("the registry is on the only node of a kit's cluster (TESTCLUSTER_NODES=1)")
    if not IMAGE.exists():
        pytest.fail(f"{IMAGE} is not there: run `make image`")
    registry = Registry(running_cluster.node, tmp_path_factory.mktemp("registry"))
    with registry.running():
        yield registry.push(IMAGE, "tools/kubeferry-manager:0.1.0")


@pytest_asyncio.fixture
async def api() -> AsyncIterator[ApiClient]:
    async with asyncio.timeout(DEADLINE_S), admin_client() as client:
        yield client


@pytest_asyncio.fixture
async def namespace(api: ApiClient) -> AsyncIterator[str]:
    async with temporary_namespace(api, {"pod-security.kubernetes.io/enforce": "privileged"}) as name:
        accounts: list[Named] = []
        while not accounts:
            accounts, _ = await api.list_all(f"/api/v1/namespaces/{name}/serviceaccounts", type=Named)
        yield name


async def test_without_and_with_the_pull_secret(api: ApiClient, namespace: str, image: str) -> None:
    """In this order: a node that has pulled an image once needs no login any more (before Kubernetes 1.35)."""
    with pytest.raises(KubeferryError) as refused:
        await install_manager(api, ManagerSpec(namespace, image), lambda _: None, timeout_s=40)
    assert refused.value.code is ErrorCode.IMAGE_PULL_FAILED
    assert refused.value.params["image"] == image
    await api.create(f"/api/v1/namespaces/{namespace}/secrets", pull_secret(namespace, "registry"))
    spec = ManagerSpec(namespace, image, pull_secret="registry")
    installed = await install_manager(api, spec, lambda _: None, timeout_s=40)
    assert installed.pod.image == image
    assert (await uninstall_manager(api, namespace, lambda _: None)).found
