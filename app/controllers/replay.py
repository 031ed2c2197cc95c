"""Sends a request that was seen once more: to a port of this machine, and to nothing else."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import h11
from PySide6.QtCore import QObject, Signal

from app.controllers.scope import Scope
from app.controllers.traffic_views import ReplayAnswer, ReplayTrouble, ReplayWish
from app.domain.requests import HIDDEN, Headers

LAPTOP_ADDRESS = "127.0.0.1"
"""The only place that is ever sent to."""

TIMEOUT_S = 30.0
BODY_LIMIT = 64 * 1024
_READ_BYTES = 64 * 1024
_LEFT_OUT = frozenset(
    ("connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade")
)
"""They are about one connection, or about a body that is not there any more (RFC 9110, 7.6.1)."""


class ReplayController(QObject):
    """One replay at a time; a new one calls the one before off.

    Signals:
        answered: ReplayAnswer.
    """

    answered = Signal(object)

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self._scope = scope

    def replay(self, wish: ReplayWish) -> None:
        self._scope.replace("replay", self._replay(wish))

    def cancel(self) -> None:
        self._scope.stop("replay")

    async def _replay(self, wish: ReplayWish) -> None:
        self.answered.emit(await send(wish))


async def send(wish: ReplayWish, *, timeout_s: float = TIMEOUT_S) -> ReplayAnswer:
    """Never raises for what a program on the laptop does, or does not do."""
    try:
        async with asyncio.timeout(timeout_s):
            return await _exchange(wish)
    except TimeoutError:
        return ReplayAnswer(wish, trouble=ReplayTrouble.TIMEOUT, duration_s=timeout_s)
    except ConnectionRefusedError as error:
        return ReplayAnswer(wish, trouble=ReplayTrouble.REFUSED, detail=error.strerror or "")
    except h11.LocalProtocolError as error:
        return ReplayAnswer(wish, trouble=ReplayTrouble.INVALID, detail=str(error))
    except (OSError, h11.RemoteProtocolError) as error:
        return ReplayAnswer(wish, trouble=ReplayTrouble.BROKEN, detail=str(error))


def sent_headers(wish: ReplayWish) -> Headers:
    """What is known of the request, as far as it is still true of this one."""
    kept = tuple((name, value) for name, value in wish.headers if name.casefold() not in _LEFT_OUT and value != HIDDEN)
    length = (("content-length", str(len(wish.body))),) if wish.body or wish.method in ("POST", "PUT", "PATCH") else ()
    return (("host", wish.host or LAPTOP_ADDRESS), *kept, ("connection", "close"), *length)


async def _exchange(wish: ReplayWish) -> ReplayAnswer:
    connection = h11.Connection(h11.CLIENT)
    request = h11.Request(
        method=wish.method,
        target=wish.path or "/",
        headers=[(name.encode("latin-1", "replace"), _latin(value)) for name, value in sent_headers(wish)],
    )
    began = time.monotonic()
    head = connection.send(request) or b""
    body = connection.send(h11.Data(data=wish.body)) or b"" if wish.body else b""
    end = connection.send(h11.EndOfMessage()) or b""
    reader, writer = await asyncio.open_connection(LAPTOP_ADDRESS, wish.port)
    try:
        writer.write(head + body + end)
        return await _answer(wish, connection, reader, began)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _answer(
    wish: ReplayWish, connection: h11.Connection, reader: asyncio.StreamReader, began: float
) -> ReplayAnswer:
    """Up to the body's end, or to as much of it as is shown."""
    head: h11.Response | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(_READ_BYTES))
        elif isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif not isinstance(event, h11.InformationalResponse):
            break
        if len(body) > BODY_LIMIT:
            break
    if head is None:
        raise h11.RemoteProtocolError("the connection ended without an answer")
    return ReplayAnswer(
        wish,
        status=head.status_code,
        reason=head.reason.decode("latin-1"),
        duration_s=time.monotonic() - began,
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers),
        body=bytes(body[:BODY_LIMIT]),
        is_cut=len(body) > BODY_LIMIT,
    )


def _latin(value: str) -> bytes:
    """Raises h11.LocalProtocolError for what no header can hold."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError as error:
        raise h11.LocalProtocolError("a header has letters that HTTP cannot carry") from error
