"""The roles of a central installation on a real API server: what a user has with them, and what not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from app.kube.api import ApiClient
from app.kube.discovery import discover_subnets, list_namespaces
from app.kube.intercept_rights import why_no_intercepts
from app.kube.kubeconfig import UserEntry
from app.kube.manager_pods import find_manager
from app.kube.preflight import check_connect, check_install
from app.kube.user_rights import NETWORK_ROLE, USER_ROLE, UserRights, rights_objects
from helper.cluster.api import MANAGER_NAME
from tests.contract.kube.cluster import admin_client, login_as, service_account_token, temporary_namespace
from tests.lab.cluster import Cluster

DEADLINE_S = 60.0
_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_PLURALS = {"Role": "roles", "RoleBinding": "rolebindings"}
_PLURALS |= {"ClusterRole": "clusterroles", "ClusterRoleBinding": "clusterrolebindings"}


@dataclass(frozen=True)
class Central:
    """Of an installation for the service accounts of `people`, which may intercept in `shop` but not in `other`."""

    manager: str
    people: str
    shop: str
    other: str
    user: ApiClient


@pytest.fixture(scope="module", autouse=True)
def _cluster_is_up(running_cluster: Cluster) -> None:
    pass


@pytest_asyncio.fixture
async def central() -> AsyncIterator[Central]:
    async with asyncio.timeout(DEADLINE_S), AsyncExitStack() as stack:
        admin = await stack.enter_async_context(admin_client())
        names = [await stack.enter_async_context(temporary_namespace(admin)) for _ in range(4)]
        manager, people, shop, other = names
        rights = UserRights((f"system:serviceaccounts:{people}",), (shop,))
        for item in rights_objects(manager, rights, {"kubeferry-test": manager}):
            path = await _make(admin, renamed(item, manager))
            stack.push_async_callback(admin.delete, path)
        token = await service_account_token(admin, people, "jo", rules=[])
        user = await stack.enter_async_context(ApiClient(login_as(UserEntry(token=token))))
        yield Central(manager, people, shop, other, user)


def renamed(item: dict[str, Any], suffix: str) -> dict[str, Any]:
    """What is not in a namespace, by a name of this test's own: an installation may be there."""

    def own(kind: str, name: str) -> str:
        return f"{name}-{suffix}" if kind.startswith("Cluster") else name

    metadata = {**item["metadata"], "name": own(item["kind"], item["metadata"]["name"])}
    result = {**item, "metadata": metadata}
    if "roleRef" in item:
        role = item["roleRef"]
        result["roleRef"] = {**role, "name": own(role["kind"], role["name"])}
    return result


async def _make(api: ApiClient, item: dict[str, Any]) -> str:
    namespace = item["metadata"].get("namespace")
    place = f"{_RBAC}/namespaces/{namespace}" if namespace else _RBAC
    path = f"{place}/{_PLURALS[item['kind']]}"
    await api.create(path, item)
    return f"{path}/{item['metadata']['name']}"


async def _granted(central: Central) -> None:
    """The authorizer reads roles by a watch: some milliseconds later than they were made. Asking takes as long."""
    while True:
        connecting = await check_connect(central.user, central.manager)
        if not connecting.missing and not await why_no_intercepts(central.user, central.shop):
            return


async def test_a_user_may_connect_and_sees_the_network(central: Central) -> None:
    await _granted(central)
    assert await find_manager(central.user, (central.manager,)) is None
    subnets = await discover_subnets(central.user, central.manager)
    assert subnets.pods
    assert subnets.services
    assert subnets.api_service is not None
    # A server before 1.31 has no ServiceCIDRs to read, and a user may not make the Service whose refusal tells.
    assert [unread.what for unread in subnets.unread if "range" not in unread.what] == []
    namespaces = await list_namespaces(central.user, ())
    assert namespaces.complete
    assert {central.shop, central.other} <= set(namespaces.names)


async def test_a_user_may_intercept_in_the_chosen_namespaces_alone(central: Central) -> None:
    await _granted(central)
    assert await why_no_intercepts(central.user, central.shop) == ""
    assert central.other in await why_no_intercepts(central.user, central.other)
    assert central.manager in await why_no_intercepts(central.user, central.manager)


async def test_a_user_may_not_change_the_installation(central: Central) -> None:
    await _granted(central)
    missing = {str(permission) for permission in (await check_install(central.user, central.manager)).missing}
    there = f"in namespace {central.manager}"
    assert {f"patch deployments.apps {there}", f"get secrets {there}", f"delete services {there}"} <= missing


def test_the_names_are_those_of_the_documents() -> None:
    assert (USER_ROLE, NETWORK_ROLE, MANAGER_NAME) == ("kubeferry-user", "kubeferry-user-network", "kubeferry-manager")
