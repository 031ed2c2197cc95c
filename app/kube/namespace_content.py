"""Is anything in a namespace besides what Kubernetes itself puts into every one? All kinds are looked at."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from app.domain.errors import KubeferryError
from app.kube.api import ApiClient
from app.kube.objects import Named
from app.kube.task_group import task_group

_ALWAYS_THERE = {
    "configmaps": ("kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert"),
    "serviceaccounts": ("default", "builder", "deployer", "pipeline"),
    "rolebindings": ("system:image-builders", "system:image-pullers", "system:deployers"),
}
_SERVICE_ACCOUNT_SECRETS = ("kubernetes.io/service-account-token", "kubernetes.io/dockercfg")
_PASSING_KINDS = ("events", "endpoints", "endpointslices")
"""Made by the cluster itself: the last two of Services, which are looked at, and a moment longer there than they."""

_COMPUTED_GROUPS = ("metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io")
"""Answers of adapters, about objects that are looked at anyway."""


class _Resource(msgspec.Struct, frozen=True):
    name: str
    namespaced: bool = False
    verbs: list[str] = []


class _ResourceList(msgspec.Struct, frozen=True):
    resources: list[_Resource] = []


class _GroupVersion(msgspec.Struct, frozen=True, rename="camel"):
    group_version: str


class _Group(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    preferred_version: _GroupVersion


class _GroupList(msgspec.Struct, frozen=True):
    groups: list[_Group] = []


class _Item(Named, frozen=True):
    type: str = ""


@dataclass(frozen=True)
class _Collection:
    base: str
    resource: str


async def foreign_content(api: ApiClient, namespace: str) -> str:
    """The first thing found, in words ("configmaps/settings"), or what could not be looked at; empty when empty."""
    try:
        collections = await _namespaced_collections(api)
        async with task_group() as group:
            looks = [group.create_task(_first_foreign(api, namespace, collection)) for collection in collections]
    except KubeferryError as error:
        return f"its content cannot be listed completely ({error})"
    return next((look.result() for look in looks if look.result()), "")


async def _namespaced_collections(api: ApiClient) -> list[_Collection]:
    groups = await api.get("/apis", type=_GroupList)
    bases = ["/api/v1"]
    bases += [f"/apis/{g.preferred_version.group_version}" for g in groups.groups if g.name not in _COMPUTED_GROUPS]
    async with task_group() as group:
        lists = {base: group.create_task(api.get(base, type=_ResourceList)) for base in bases}
    return [
        _Collection(base, resource.name)
        for base, task in lists.items()
        for resource in task.result().resources
        if resource.namespaced and "list" in resource.verbs and resource.name not in _PASSING_KINDS
    ]


async def _first_foreign(api: ApiClient, namespace: str, collection: _Collection) -> str:
    path = f"{collection.base}/namespaces/{namespace}/{collection.resource}"
    items, _ = await api.list_all(path, type=_Item)
    for item in items:
        if item.metadata.name in _ALWAYS_THERE.get(collection.resource, ()):
            continue
        if collection.resource == "secrets" and item.type in _SERVICE_ACCOUNT_SECRETS:
            continue
        return f"{collection.resource}/{item.metadata.name}"
    return ""
