"""For programs with an event loop (the window): requests to the session and its events. Starts it on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from app.domain.errors import ErrorCode, KubeferryError
from app.session import messages as m
from app.session.problems import error_from_info
from app.session.rendezvous import connect_socket
from helper.protocol.framing import ProtocolError
from helper.protocol.message_socket import ChannelClosed, MessageSocket

Channel = MessageSocket[m.FromSession]


class SessionClient:
    """One client's requests, over one socket that is opened when it is first needed.

    An attempt that was asked for belongs to this socket until it comes up: `close` before that undoes it.
    """

    def __init__(self) -> None:
        self._channel: Channel | None = None
        self._lock = asyncio.Lock()

    async def request(self, request: m.Request) -> m.Answer:
        """Returns the answer. Raises KubeferryError on a refusal, and when the session is gone.

        After a failure the next request begins anew, with a new session if need be.
        """
        async with self._lock:
            if self._channel is None or self._channel.closed:
                self._channel = await _open_channel()
            try:
                return await _ask(self._channel, request)
            except BaseException:
                self.close()
                raise

    async def watch(self) -> AsyncGenerator[m.Event, None]:
        """Yields a Snapshot, then changes, over a socket of its own. Ends with KubeferryError when the session goes."""
        channel = await _open_channel()
        try:
            await _ask(channel, m.Subscribe())
            while True:
                message = await _receive(channel)
                if isinstance(message, m.Event):
                    yield message
        finally:
            channel.close()

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None


async def watch_forever(client: SessionClient, *, pause_s: float = 0.2) -> AsyncGenerator[m.Event, None]:
    """Like `watch`, but starts the session again when it goes: it then takes over what its predecessor held.

    Raises KubeferryError when a session cannot be started.
    """
    while True:
        async with aclosing(client.watch()) as events:
            with suppress(_Gone):
                async for event in events:
                    yield event
        await asyncio.sleep(pause_s)


class _Gone(KubeferryError):
    """The session was there and is not any more."""


async def _open_channel() -> Channel:
    sock = connect_socket(start=False) or await asyncio.to_thread(connect_socket, start=True)
    assert sock is not None  # noqa: S101  (start=True returns one or raises)
    channel: Channel = MessageSocket(sock, m.FromSession)
    try:
        await _ask(channel, m.Hello(m.SESSION_PROTOCOL_VERSION))
    except BaseException:
        channel.close()
        raise
    return channel


async def _ask(channel: Channel, request: m.Request) -> m.Answer:
    try:
        await channel.send(request)
    except ChannelClosed as error:
        raise _Gone(ErrorCode.SESSION_FAILED, problem="it ended") from error
    while True:
        message = await _receive(channel)
        if isinstance(message, m.Refused):
            raise error_from_info(message.problem)
        if not isinstance(message, m.Event):
            return message


async def _receive(channel: Channel) -> m.FromSession:
    try:
        return await channel.receive()
    except ChannelClosed as error:
        raise _Gone(ErrorCode.SESSION_FAILED, problem="it ended") from error
    except ProtocolError as error:
        raise KubeferryError(ErrorCode.SESSION_VERSION, detail=str(error)) from error
