"""Waits until an object is really gone, by a watch."""

from __future__ import annotations

from contextlib import aclosing

from app.kube.api import ApiClient
from app.kube.list_watch import Deleted, Listed, list_and_watch
from app.kube.objects import Named


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
