"""Deletes exactly what was seen, and waits until an object is really gone, by a watch."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

from app.kube.api import ApiClient
from app.kube.api_errors import ApiError
from app.kube.list_watch import Deleted, Listed, list_and_watch
from app.kube.manager_manifest import MANAGED_BY, MANAGED_BY_LABEL
from app.kube.objects import Named


def is_ours(found: dict[str, Any]) -> bool:
    return (found["metadata"].get("labels") or {}).get(MANAGED_BY_LABEL) == MANAGED_BY


async def delete_exactly(api: ApiClient, path: str, found: dict[str, Any]) -> None:
    """This very object, not one that somebody put in its place meanwhile. One that is gone is no error."""
    options = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "propagationPolicy": "Background",
        "preconditions": {"uid": found["metadata"]["uid"]},
    }
    try:
        await api.delete(path, options=options)
    except ApiError as error:
        if not error.not_found and not error.conflict:
            raise


async def wait_until_gone(api: ApiClient, collection: str, name: str) -> None:
    """The caller has the deadline."""
    await wait_until_none(api, collection, f"fieldSelector=metadata.name={name}")


async def wait_until_none(api: ApiClient, collection: str, selector: str) -> None:
    """`selector` is `fieldSelector=…` or `labelSelector=…`."""
    kind, _, expression = selector.partition("=")
    left: set[str] = set()
    async with aclosing(list_and_watch(api, collection, Named, query={kind: expression})) as changes:
        async for change in changes:
            if isinstance(change, Listed):
                left = {item.metadata.uid for item in change.items}
            elif isinstance(change, Deleted):
                left.discard(change.item.metadata.uid)
            else:
                continue
            if not left:
                return
