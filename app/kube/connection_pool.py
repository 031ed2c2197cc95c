"""The connections of one API client: dialled by the route that the login names, and kept between two requests."""

from __future__ import annotations

import asyncio
import ssl
import time

from app.domain.errors import ErrorCode, KubeferryError
from app.kube.contexts import ClusterContext
from app.kube.credentials import ApiAccess
from app.kube.dialer import Route, dial, resolve_first_hop
from app.kube.http_connection import ConnectionLost, HttpConnection, ResponseHead

MAX_CONCURRENT_REQUESTS = 8
"""So many requests at a time, and so many connections are kept."""

IDLE_LIMIT_S = 45.0
"""A kept connection is not used again after this: load balancers cut idle ones from 60 s on."""

KEPT_ANSWER_S = 2.0
"""A kept connection that does not answer within this may lead nowhere any more (network changed, machine slept):
what only reads is asked again on a new one."""


class ConnectionPool:
    """What fails is raised as it comes (ConnectionLost, ProxyError, SSLError, OSError); its owner knows the words.

    A connection is used by whoever got it from `exchange` alone, until it is released.
    """

    def __init__(self, context: ClusterContext) -> None:
        self.first_hops: set[str] = set()
        """Every address that a connection has led to, a proxy's or the server's: it must stay outside of the tunnel."""
        self._context = context
        self._idle: list[HttpConnection] = []
        self._route: Route | None = None
        self._routed: ApiAccess | None = None

    def close(self) -> None:
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    async def first_hop_addresses(self, access: ApiAccess) -> frozenset[str]:
        """The first hop's name resolved anew, with all addresses that were used before; these alone when it cannot be
        resolved. OSError when there are none either."""
        route = self._route_for(access)
        try:
            return await resolve_first_hop(route) | self.first_hops
        except OSError:
            if self.first_hops:
                return frozenset(self.first_hops)
            raise

    async def exchange(
        self, access: ApiAccess, method: str, target: str, headers: list[tuple[str, str]], data: bytes | None
    ) -> tuple[HttpConnection, ResponseHead]:
        """Sends one request and reads its answer's head, on a kept connection where one still leads somewhere."""
        while True:
            kept = self._kept(access)
            connection = kept or await self._dial(access)
            patience_s = KEPT_ANSWER_S if kept is not None and method == "GET" else None
            try:
                async with asyncio.timeout(patience_s):
                    return connection, await connection.send(method, target, headers, data)
            except BaseException as error:
                connection.close()
                if kept is None or not _is_stale(error, patience_s):
                    raise

    def release(self, connection: HttpConnection) -> None:
        """Keeps it for the next request if its answer was read to the end."""
        if connection.reusable and len(self._idle) < MAX_CONCURRENT_REQUESTS:
            connection.idle_since = time.time()
            self._idle.append(connection)
        else:
            connection.close()

    async def _dial(self, access: ApiAccess) -> HttpConnection:
        connection = HttpConnection(await dial(self._route_for(access)))
        if connection.peer_address:
            self.first_hops.add(connection.peer_address)
        return connection

    def _route_for(self, access: ApiAccess) -> Route:
        if self._route is None or self._routed is not access:
            try:
                self._route = access.route()
            except (ssl.SSLError, ValueError) as error:
                problem = "a certificate or key in it is not valid PEM, or the key is not the certificate's"
                path = self._context.path
                raise KubeferryError(ErrorCode.KUBECONFIG_INVALID, path=path, problem=problem) from error
            self._routed = access
        return self._route

    def _kept(self, access: ApiAccess) -> HttpConnection | None:
        if self._routed is not access:
            # Another client certificate may be another user.
            self.close()
        oldest = time.time() - IDLE_LIMIT_S
        while self._idle:
            connection = self._idle.pop()
            if connection.reusable and connection.idle_since > oldest:
                return connection
            connection.close()
        return None


def _is_stale(error: BaseException, patience_s: float | None) -> bool:
    """Did a kept connection fail before the server can have acted?"""
    if isinstance(error, ConnectionLost):
        return error.clean
    return isinstance(error, ConnectionResetError | BrokenPipeError) or (
        isinstance(error, TimeoutError) and patience_s is not None
    )
