"""May this user do what a connection needs? Asked of the API server itself, all questions at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api import ApiClient
from app.kube.api_errors import ApiError
from app.kube.task_group import task_group

PORTFORWARD_CREATE_SINCE = (1, 35)
"""From this version on a WebSocket port-forward takes `create` beside `get`
(gate AuthorizePodWebsocketUpgradeCreatePermission)."""


@dataclass(frozen=True)
class Permission:
    """`namespace` empty: of the whole cluster."""

    verb: str
    resource: str
    namespace: str = ""
    group: str = ""
    subresource: str = ""

    @property
    def told_resource(self) -> str:
        """As kubectl writes it: `pods/portforward`, `deployments.apps`."""
        name = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{name}/{self.subresource}" if self.subresource else name

    def __str__(self) -> str:
        where = f"namespace {self.namespace}" if self.namespace else "the whole cluster"
        return f"{self.verb} {self.told_resource} in {where}"

    def error(self) -> KubeferryError:
        return KubeferryError(
            ErrorCode.API_FORBIDDEN, verb=self.verb, resource=self.told_resource, namespace=self.namespace or "*"
        )


class ServerVersion(msgspec.Struct, frozen=True, rename="camel"):
    """`git_version` is what people call it: v1.37.2."""

    major: str = ""
    minor: str = ""
    git_version: str = ""

    @property
    def number(self) -> tuple[int, int]:
        """Some vendors write the minor as "21+"."""
        return _digits(self.major), _digits(self.minor)


@dataclass(frozen=True)
class Preflight:
    version: ServerVersion
    missing: tuple[Permission, ...]

    def require(self) -> None:
        """Raises API_FORBIDDEN for the first thing missing, with all of them in the detail."""
        if self.missing:
            first = self.missing[0]
            error = first.error()
            detail = "missing: " + "; ".join(str(permission) for permission in self.missing)
            raise KubeferryError(error.code, detail=detail, **error.params)


def connect_permissions(namespace: str, version: tuple[int, int]) -> tuple[Permission, ...]:
    """To find the manager in `namespace` and open a tunnel to it."""
    needed = [
        Permission("list", "pods", namespace),
        Permission("watch", "pods", namespace),
        Permission("get", "pods", namespace, subresource="portforward"),
    ]
    if version >= PORTFORWARD_CREATE_SINCE:
        needed.append(Permission("create", "pods", namespace, subresource="portforward"))
    return tuple(needed)


def install_permissions(namespace: str, *, namespace_exists: bool) -> tuple[Permission, ...]:
    """To put the manager there, and to take it away again."""
    needed = [] if namespace_exists else [Permission("create", "namespaces")]
    needed += [
        Permission(verb, "deployments", namespace, group="apps") for verb in ("get", "create", "patch", "delete")
    ]
    needed += [
        Permission(verb, resource, namespace)
        for resource in ("secrets", "services")
        for verb in ("get", "create", "delete")
    ]
    needed.append(Permission("patch", "services", namespace))
    needed += [Permission("list", "pods", namespace), Permission("watch", "pods", namespace)]
    return tuple(needed)


async def check_connect(api: ApiClient, namespace: str) -> Preflight:
    """Raises KubeferryError when the server cannot be asked."""
    newest = connect_permissions(namespace, PORTFORWARD_CREATE_SINCE)
    async with task_group() as group:
        version_task = group.create_task(server_version(api))
        missing_task = group.create_task(missing_permissions(api, newest))
    version = version_task.result()
    needed = connect_permissions(namespace, version.number)
    return Preflight(version, tuple(p for p in missing_task.result() if p in needed))


async def check_install(api: ApiClient, namespace: str) -> Preflight:
    async with task_group() as group:
        version_task = group.create_task(server_version(api))
        exists_task = group.create_task(_namespace_exists(api, namespace))
        missing_task = group.create_task(
            missing_permissions(api, install_permissions(namespace, namespace_exists=False))
        )
    needed = install_permissions(namespace, namespace_exists=exists_task.result())
    return Preflight(version_task.result(), tuple(p for p in missing_task.result() if p in needed))


async def missing_permissions(api: ApiClient, permissions: Iterable[Permission]) -> tuple[Permission, ...]:
    """In the order given. A server that refuses to say counts as yes: the request itself will tell."""
    asked = list(permissions)
    async with task_group() as group:
        tasks = [group.create_task(_is_allowed(api, permission)) for permission in asked]
    return tuple(permission for permission, task in zip(asked, tasks, strict=True) if not task.result())


async def server_version(api: ApiClient) -> ServerVersion:
    return await api.get("/version", type=ServerVersion)


async def _is_allowed(api: ApiClient, permission: Permission) -> bool:
    attributes = {
        "verb": permission.verb,
        "resource": permission.resource,
        "group": permission.group,
        "subresource": permission.subresource,
        "namespace": permission.namespace,
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {name: value for name, value in attributes.items() if value}},
    }
    try:
        answer = await api.create("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
    except ApiError as error:
        if error.status in (403, 404):
            return True
        raise
    return bool((answer.get("status") or {}).get("allowed"))


async def _namespace_exists(api: ApiClient, namespace: str) -> bool:
    try:
        await api.get(f"/api/v1/namespaces/{namespace}")
    except ApiError as error:
        # Who may not look at it can hardly be the one who has to create it.
        return not error.not_found
    return True


def _digits(text: str) -> int:
    leading = "".join(ch for ch in text if ch.isdigit())
    return int(leading) if leading else 0
