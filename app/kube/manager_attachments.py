"""What the manager's Deployment needs beside it: the Secret with its keys, and the Service that sidecars look for.

Both are made only where they are missing. The Secret is never changed: sidecars pin what is in it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api import MERGE_PATCH, ApiClient
from app.kube.api_errors import ApiError
from app.kube.manager_account import account_objects, account_paths
from app.kube.manager_keys import ManagerKeys, is_complete, make_keys, secret_object
from app.kube.manager_manifest import manager_labels, service_object
from app.kube.object_removal import delete_exactly, is_ours
from app.kube.task_group import task_group
from app.kube.unbroken import unbroken
from helper.cluster.api import MANAGER_NAME

log = logging.getLogger(__name__)

UNDO_TIMEOUT_S = 10.0


class Attachments:
    """Of one installation. `prepare` may run before the namespace exists, beside whatever finds that out."""

    def __init__(self, api: ApiClient, namespace: str) -> None:
        self._api = api
        self._namespace = namespace
        self._secret: dict[str, Any] | None = None
        self._keys: ManagerKeys | None = None

    async def prepare(self) -> None:
        """Looks for the Secret; where there is none, makes keys."""
        self._secret = await self._find("secrets")
        if self._secret is None:
            self._keys = await asyncio.to_thread(make_keys)

    async def ensure(self, undo: AsyncExitStack, *, namespace_created: bool) -> None:
        """Raises KubeferryError. What is made is taken back by `undo`."""
        if namespace_created and self._secret is not None:
            # What was found went away with the namespace of before.
            self._secret, self._keys = None, await asyncio.to_thread(make_keys)
        async with task_group() as group:
            group.create_task(self._ensure_secret(undo))
            group.create_task(self._ensure_service(undo))

    async def _ensure_secret(self, undo: AsyncExitStack) -> None:
        found = self._secret
        if found is None and self._keys is not None:
            made = secret_object(self._namespace, manager_labels(), self._keys)
            found = await self._create("secrets", made, undo)
        if found is not None:
            self._require_ours(found, "Secret")
            if not is_complete(found):
                problem = f"its Secret {MANAGER_NAME} is incomplete; delete it, and install again"
                raise KubeferryError(ErrorCode.MANAGER_STUCK, namespace=self._namespace, problem=problem)

    async def _ensure_service(self, undo: AsyncExitStack) -> None:
        wanted = service_object(self._namespace)
        found = await self._create("services", wanted, undo)
        self._require_ours(found, "Service")
        spec, theirs = wanted["spec"], found["spec"]
        changed = {name: spec[name] for name in ("selector", "ports") if not _holds(theirs.get(name), spec[name])}
        if changed:
            path = self._path("services", MANAGER_NAME)
            await self._api.patch(path, {"spec": changed}, content_type=MERGE_PATCH)

    async def _create(self, resource: str, wanted: dict[str, Any], undo: AsyncExitStack) -> dict[str, Any]:
        """What is there afterwards: made now, or by somebody before."""
        for _ in range(3):
            try:
                return await unbroken(self._create_once(resource, wanted, undo))
            except ApiError as error:
                if not error.conflict:
                    raise
            found = await self._find(resource)
            if found is not None:
                return found
        problem = f"its {wanted['kind']} {MANAGER_NAME} comes and goes"
        raise KubeferryError(ErrorCode.MANAGER_STUCK, namespace=self._namespace, problem=problem)

    async def _create_once(self, resource: str, wanted: dict[str, Any], undo: AsyncExitStack) -> dict[str, Any]:
        made: dict[str, Any] = await self._api.create(self._path(resource), wanted)
        taking_back = partial(delete_exactly, self._api, self._path(resource, MANAGER_NAME), made)
        undo.push_async_callback(bounded, wanted["kind"], taking_back)
        return made

    async def _find(self, resource: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = await self._api.get(self._path(resource, MANAGER_NAME))
        except ApiError as error:
            if error.not_found:
                return None
            raise
        return found

    def _require_ours(self, found: dict[str, Any], kind: str) -> None:
        if not is_ours(found):
            problem = f"there is a {kind} {MANAGER_NAME} that is not Kubeferry's"
            raise KubeferryError(ErrorCode.MANAGER_STUCK, namespace=self._namespace, problem=problem)

    def _path(self, resource: str, name: str = "") -> str:
        path = f"/api/v1/namespaces/{self._namespace}/{resource}"
        return f"{path}/{name}" if name else path


async def ensure_account(api: ApiClient, namespace: str, undo: AsyncExitStack) -> None:
    """Raises KubeferryError: a right that the installer does not have itself cannot be given on. `undo` takes back
    what was made."""
    for path, wanted in zip(account_paths(namespace), account_objects(namespace, manager_labels()), strict=True):
        before = await _find_object(api, path)
        made = await api.apply(path, wanted)
        if before is None:
            undo.push_async_callback(bounded, wanted["kind"], partial(delete_exactly, api, path, made))


async def remove_account(api: ApiClient, namespace: str) -> bool:
    """True when something of ours was there. Who may not look at roles has none of ours to take away."""
    found = False
    for path in reversed(account_paths(namespace)):
        try:
            item = await _find_object(api, path)
        except ApiError as error:
            if error.status == 403:
                continue
            raise
        if item is not None and is_ours(item):
            await delete_exactly(api, path, item)
            found = True
    return found


async def _find_object(api: ApiClient, path: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = await api.get(path)
    except ApiError as error:
        if error.not_found:
            return None
        raise
    return found


async def bounded(what: str, undo: Callable[[], Awaitable[None]]) -> None:
    """Undoing must neither hang nor hide why it is done."""
    try:
        async with asyncio.timeout(UNDO_TIMEOUT_S):
            await undo()
    except ApiError as error:
        if not error.not_found:
            log.warning("what the installation made could not be taken back (%s): %s", what, error)
    except (KubeferryError, TimeoutError) as error:
        log.warning("what the installation made could not be taken back (%s): %s", what, error)


def _holds(found: Any, wanted: Any) -> bool:
    """Is everything that is wanted there? The server adds defaults of its own (nodePort, protocol)."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(_holds(found.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(_holds, found, wanted))
    return bool(found == wanted)
