"""List, then watch from there, list anew when the server has forgotten where we were: one kind of object at a time.

Bookmarks keep the position fresh, so that a watch that ends can usually go on without a list. The states a watch
goes through: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api import ApiClient, Query
from app.kube.api_errors import ApiError, StatusObject
from app.kube.objects import Named, WatchEvent

log = logging.getLogger(__name__)

WATCH_TIMEOUT_S = 290
"""The server ends a watch after this, in good order; gateways often cut at 300 s."""

INACTIVITY_S = 90.0
"""Bookmarks come about once a minute: without one, the connection is taken for dead."""

FIRST_BACKOFF_S = 0.2
LAST_BACKOFF_S = 5.0

T = TypeVar("T")


@dataclass(frozen=True)
class Listed(Generic[T]):
    """All there is. Whatever is not in it is gone."""

    items: tuple[T, ...]


@dataclass(frozen=True)
class Upserted(Generic[T]):
    item: T


@dataclass(frozen=True)
class Deleted(Generic[T]):
    item: T


@dataclass(frozen=True)
class Interrupted:
    """What is known may be out of date; it is tried again by itself, and ends with a Listed."""

    error: KubeferryError


Change = Listed[T] | Upserted[T] | Deleted[T] | Interrupted


async def list_and_watch(
    api: ApiClient, path: str, type: type[T], *, query: Query | None = None, inactivity_s: float = INACTIVITY_S
) -> AsyncGenerator[Change[T], None]:
    """Without end. Raises KubeferryError only where waiting does not help: forbidden, not found, login expired."""
    backoff_s = FIRST_BACKOFF_S
    version = ""
    while True:
        try:
            if not version:
                items, version = await api.list_all(path, type=type, query=query)
                yield Listed(tuple(items))
                backoff_s = FIRST_BACKOFF_S
            async with aclosing(_watch_from(api, path, type, query, version, inactivity_s)) as steps:
                async for step in steps:
                    backoff_s = FIRST_BACKOFF_S
                    change, version = step
                    if change is not None:
                        yield change
        except KubeferryError as error:
            if isinstance(error, ApiError) and error.gone:
                version = ""
                continue
            if is_final(error):
                raise
            version = ""
            yield Interrupted(error)
            await asyncio.sleep(backoff_s)
            backoff_s = min(backoff_s * 2, LAST_BACKOFF_S)


def is_final(error: KubeferryError) -> bool:
    """Would the same request fail again until somebody does something?"""
    if isinstance(error, ApiError):
        return error.status in (401, 403, 404, 405)
    return error.code in (
        ErrorCode.LOGIN_EXPIRED,
        ErrorCode.LOGIN_COMMAND_MISSING,
        ErrorCode.KUBECONFIG_INVALID,
        ErrorCode.API_TLS_UNTRUSTED,
    )


async def _watch_from(
    api: ApiClient, path: str, type: type[T], query: Query | None, version: str, inactivity_s: float
) -> AsyncGenerator[tuple[Change[T] | None, str], None]:
    """Each change with the position behind it."""
    decoder = msgspec.json.Decoder(type)
    sent = {
        **(query or {}),
        "resourceVersion": version,
        "allowWatchBookmarks": True,
        "timeoutSeconds": WATCH_TIMEOUT_S,
    }
    async with aclosing(api.watch(path, query=sent, inactivity_s=inactivity_s)) as lines:
        async for line in lines:
            try:
                event = msgspec.json.decode(line, type=WatchEvent)
                if event.type == "ERROR":
                    raise _watch_error(api, msgspec.json.decode(event.object, type=StatusObject))
                position = msgspec.json.decode(event.object, type=Named).metadata.resource_version
                item = None if event.type == "BOOKMARK" else decoder.decode(event.object)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                server = api.login.context.server_url
                problem = "a watch's line is not an event"
                raise KubeferryError(ErrorCode.API_ERROR, server=server, problem=problem, detail=str(error)) from error
            if item is None:
                yield None, position
            elif event.type == "DELETED":
                yield Deleted(item), position
            else:
                yield Upserted(item), position


def _watch_error(api: ApiClient, status: StatusObject) -> ApiError:
    server = api.login.context.server_url
    problem = status.message or f"the watch ended with status {status.code}"
    return ApiError(ErrorCode.API_ERROR, status.code, status.reason, status.message, server=server, problem=problem)
