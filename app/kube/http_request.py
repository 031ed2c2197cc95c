"""A single HTTP request on a connection of its own, for servers that are spoken to once."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence

from app.kube.dialer import ProxyError, Route, dial, problem_of
from app.kube.http_connection import ConnectionLost, HttpConnection

MAX_BODY_BYTES = 1 << 20


class HttpFailure(Exception):
    """No usable answer; the text names no credential."""


async def fetch(
    route: Route, method: str, target: str, headers: Sequence[tuple[str, str]], body: bytes | None, *, timeout_s: float
) -> bytes:
    """The body of a 2xx answer. Raises HttpFailure."""
    sent = [*headers, ("Connection", "close")]
    if body is not None:
        sent.append(("Content-Length", str(len(body))))
    try:
        async with asyncio.timeout(timeout_s):
            connection = HttpConnection(await dial(route))
            try:
                head = await connection.send(method, target, sent, body)
                received = bytearray()
                async for piece in connection.body():
                    received += piece
                    if len(received) > MAX_BODY_BYTES:
                        raise HttpFailure(f"{route.host} answered more than {MAX_BODY_BYTES} bytes")
            finally:
                connection.close()
    except (ConnectionLost, ProxyError) as error:
        raise HttpFailure(f"{route.host}: {error.problem}") from error
    except (OSError, ssl.SSLError) as error:
        raise HttpFailure(f"{route.host}: {problem_of(error)}") from error
    if not 200 <= head.status < 300:
        raise HttpFailure(f"{route.host} answered with HTTP status {head.status}")
    return bytes(received)
