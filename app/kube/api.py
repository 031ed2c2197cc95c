"""A small client of the Kubernetes API: get, list, create, patch, delete, watch by path, with the user's `Login`.

Bodies come back as plain dicts, or decoded straight into a small msgspec Struct (`type=`), so that of a large list
only the wanted fields ever exist. All failures are KubeferryError (ApiError for an answer of the server's).
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, TypeVar, overload
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.api_errors import ApiError, Asked, asked_of, connection_failure, refusal
from app.kube.connection_pool import MAX_CONCURRENT_REQUESTS, ConnectionPool
from app.kube.credentials import ApiAccess, Login
from app.kube.dialer import ProxyError, problem_of
from app.kube.http_connection import ConnectionLost, HttpConnection, ResponseHead

log = logging.getLogger(__name__)

REQUEST_TIMEOUT_S = 15.0
MAX_BODY_BYTES = 256 << 20
MAX_REFUSAL_BYTES = 1 << 16
MAX_WATCH_LINE_BYTES = 8 << 20
"""etcd's limit for one object is 1.5 MiB; JSON may be larger."""

PAGE_SIZE = 500
MAX_PAGES = 2000
"""A million objects: more than etcd holds. A server that always says that there is more must not be followed."""

MAX_LIST_BYTES = 1 << 30
APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
FIELD_MANAGER = "kubeferry"
_USER_AGENT = "kubeferry"
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_FAILURES = (ConnectionLost, ProxyError, ssl.SSLError, OSError)

T = TypeVar("T")
Query = Mapping[str, str | int | bool]


class _ListMeta(msgspec.Struct, frozen=True, rename="camel"):
    resource_version: str = ""
    next_page: str = msgspec.field(default="", name="continue")


class _Page(msgspec.Struct, frozen=True):
    metadata: _ListMeta
    items: list[msgspec.Raw] | None = None


class ApiClient:
    """Use it as an async context manager. Safe for concurrent use in one event loop."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self._connections = ConnectionPool(login.context)
        self._slots = asyncio.Semaphore(MAX_CONCURRENT_REQUESTS)

    async def __aenter__(self) -> ApiClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connections.close()

    async def first_hop_addresses(self) -> frozenset[str]:
        """The first hop's name resolved anew, with all addresses that were used before."""
        access = await self.login.access()
        try:
            return await self._connections.first_hop_addresses(access)
        except OSError as error:
            raise self._failure(error) from error

    @overload
    async def get(self, path: str, *, query: Query | None = None, timeout_s: float = ...) -> Any: ...
    @overload
    async def get(self, path: str, *, type: type[T], query: Query | None = None, timeout_s: float = ...) -> T: ...
    async def get(
        self, path: str, *, type: Any = Any, query: Query | None = None, timeout_s: float = REQUEST_TIMEOUT_S
    ) -> Any:
        return self._decode(await self._request("GET", path, query=query, timeout_s=timeout_s), type)

    async def get_text(self, path: str, *, query: Query | None = None) -> str:
        """For pods' logs."""
        return (await self._request("GET", path, query=query)).decode("utf-8", "replace")

    @overload
    async def list_all(self, path: str, *, query: Query | None = None) -> tuple[list[Any], str]: ...
    @overload
    async def list_all(self, path: str, *, type: type[T], query: Query | None = None) -> tuple[list[T], str]: ...
    async def list_all(self, path: str, *, type: Any = Any, query: Query | None = None) -> tuple[list[Any], str]:
        """All items, page by page, and the resourceVersion to watch from."""
        decoder = msgspec.json.Decoder(type)
        items: list[Any] = []
        received = 0
        page_query: dict[str, str | int | bool] = {"limit": PAGE_SIZE, **(query or {})}
        for _ in range(MAX_PAGES):
            body = await self._request("GET", path, query=page_query)
            received += len(body)
            if received > MAX_LIST_BYTES:
                break
            page = self._decode(body, _Page)
            try:
                items += [decoder.decode(item) for item in page.items or ()]
            except _UNREADABLE as error:
                raise self._misunderstood(error) from error
            if not page.metadata.next_page:
                return items, page.metadata.resource_version
            page_query["continue"] = page.metadata.next_page
        raise self._failure(ConnectionLost("its list has no end", clean=False))

    async def list_page(self, path: str, *, type: type[T], limit: int) -> list[T]:
        """The first `limit` items: a sample."""
        page = self._decode(await self._request("GET", path, query={"limit": limit}), _Page)
        return [self._decode(item, type) for item in page.items or ()]

    async def create(self, path: str, body: Any, *, query: Query | None = None) -> Any:
        return self._decode(await self._request("POST", path, body=body, query=query), Any)

    async def apply(self, path: str, body: Any, *, query: Query | None = None) -> Any:
        """Server-side apply: creates or changes; our fields only, taken over from whoever else set them."""
        sent = {"fieldManager": FIELD_MANAGER, "force": True, **(query or {})}
        return self._decode(await self._request("PATCH", path, body=body, query=sent, content_type=APPLY), Any)

    async def patch(self, path: str, body: Any, *, content_type: str = MERGE_PATCH, query: Query | None = None) -> Any:
        answer = await self._request("PATCH", path, body=body, query=query, content_type=content_type)
        return self._decode(answer, Any)

    async def delete(self, path: str, *, options: Mapping[str, Any] | None = None) -> None:
        await self._request("DELETE", path, body=dict(options) if options else None)

    async def watch(self, path: str, *, query: Query | None = None, inactivity_s: float) -> AsyncGenerator[bytes, None]:
        """The lines of a watch as they come; ends when the server ends it. Raises KubeferryError, and API_UNREACHABLE
        after `inactivity_s` without a line (bookmarks count)."""
        sent = {**(query or {}), "watch": True}
        asked = asked_of("GET", path, watch=True)
        async with self._answered("GET", path, sent, None, None, asked, REQUEST_TIMEOUT_S) as connection:
            rest = bytearray()
            # No `async for`: the time between two pieces is limited, not the time that our caller takes with one.
            body = connection.body()
            while True:
                try:
                    async with asyncio.timeout(inactivity_s):
                        piece = await anext(body, None)
                except _FAILURES as error:
                    raise self._failure(error) from error
                if piece is None:
                    return
                rest += piece
                *lines, last = rest.split(b"\n")
                rest = last
                if len(rest) > MAX_WATCH_LINE_BYTES:
                    raise self._failure(ConnectionLost("a watched object is too large", clean=False))
                for line in lines:
                    if line:
                        yield bytes(line)

    async def _request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Query | None = None,
        content_type: str = "application/json",
        timeout_s: float = REQUEST_TIMEOUT_S,
    ) -> bytes:
        data = None if body is None else msgspec.json.encode(body)
        asked = asked_of(method, path)
        async with self._slots:
            try:
                async with asyncio.timeout(timeout_s):
                    async with self._answered(method, path, query, data, content_type, asked, timeout_s) as connection:
                        return await _read_body(connection, MAX_BODY_BYTES)
            except _FAILURES as error:
                raise self._failure(error) from error

    @asynccontextmanager
    async def _answered(
        self,
        method: str,
        path: str,
        query: Query | None,
        data: bytes | None,
        content_type: str | None,
        asked: Asked,
        timeout_s: float,
    ) -> AsyncIterator[HttpConnection]:
        """A connection on which the head of a good answer was read. A 401 renews the login once."""
        access = await self.login.access()
        for attempt in (1, 2):
            headers = self._headers(access, data, content_type)
            connection, head = await self._exchange(
                access, method, _target(access, path, query), headers, data, timeout_s
            )
            try:
                if head.status < 400:
                    yield connection
                    return
                error = await self._refusal(connection, head, asked)
            finally:
                self._connections.release(connection)
            if head.status != 401 or attempt == 2:
                raise error
            log.debug("401 for %s %s: the login is renewed", asked.verb, asked.resource)
            access = await self.login.refresh(access)

    async def _exchange(
        self,
        access: ApiAccess,
        method: str,
        target: str,
        headers: list[tuple[str, str]],
        data: bytes | None,
        timeout_s: float,
    ) -> tuple[HttpConnection, ResponseHead]:
        try:
            async with asyncio.timeout(timeout_s):
                return await self._connections.exchange(access, method, target, headers, data)
        except _FAILURES as error:
            raise self._failure(error) from error

    async def _refusal(self, connection: HttpConnection, head: ResponseHead, asked: Asked) -> ApiError:
        body = await _read_body(connection, MAX_REFUSAL_BYTES)
        context = self.login.context
        return refusal(head.status, body, asked, server=context.server_url, context=context.name)

    def _headers(self, access: ApiAccess, data: bytes | None, content_type: str | None) -> list[tuple[str, str]]:
        headers = [("Host", urlsplit(access.server_url).netloc), ("User-Agent", _USER_AGENT)]
        headers += [("Accept", "application/json"), *access.headers]
        if data is not None:
            headers += [("Content-Type", content_type or "application/json"), ("Content-Length", str(len(data)))]
        return headers

    def _decode(self, data: bytes, type: Any) -> Any:
        try:
            return msgspec.json.decode(data, type=type)
        except _UNREADABLE as error:
            raise self._misunderstood(error) from error

    def _misunderstood(self, error: Exception) -> KubeferryError:
        problem = "its answer is not one of a Kubernetes API"
        server = self.login.context.server_url
        return KubeferryError(ErrorCode.API_ERROR, server=server, problem=problem, detail=str(error))

    def _failure(self, error: Exception) -> KubeferryError:
        context = self.login.context
        log.debug("no answer from %s: %s", context.server_url, problem_of(error))
        return connection_failure(error, server=context.server_url, context=context.name)


async def _read_body(connection: HttpConnection, limit: int) -> bytes:
    received = bytearray()
    async for piece in connection.body():
        received += piece
        if len(received) > limit:
            raise ConnectionLost("its answer is too long", clean=False)
    return bytes(received)


def _target(access: ApiAccess, path: str, query: Query | None) -> str:
    target = urlsplit(access.server_url).path.rstrip("/") + quote(path, safe="/:@")
    if query:
        texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in query.items()}
        target += f"?{urlencode(texts)}"
    return target
