"""For programs with an event loop (the window): requests to the session and its events. Starts it on demand."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress

from app.domain.errors import ErrorCode, KubeferryError
from app.session import messages as m
from app.session.problems import error_from_info
from app.session.rendezvous import connect_socket, wait_until_gone
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
        async with self.conversation() as conversation:
            await conversation.request(m.Subscribe())
            async for event in conversation.events():
                yield event

    @asynccontextmanager
    async def conversation(self) -> AsyncIterator[Conversation]:
        """A socket of its own: what the session tells whoever asked for something. Raises KubeferryError."""
        channel = await _open_channel()
        try:
            yield Conversation(channel)
        finally:
            channel.close()

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None


class Conversation:
    """Requests, and the events that follow them. When it ends, what it had asked for and is not done yet is undone."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._events: deque[m.Event] = deque()

    async def request(self, request: m.Request) -> m.Answer:
        """Returns the answer; events that come before it are kept for `events`. Raises KubeferryError.

        Not while somebody waits for `events`: for that there is `tell`.
        """
        return await _ask(self._channel, request, self._events.append)

    async def tell(self, request: m.Request) -> None:
        """Sends a request whose answer is Done; `events` passes over it, and raises when it was refused."""
        await _send(self._channel, request)

    async def events(self) -> AsyncGenerator[m.Event, None]:
        """Yields events as they come. Ends with KubeferryError when the session goes."""
        while True:
            while self._events:
                yield self._events.popleft()
            message = await _receive(self._channel)
            if isinstance(message, m.Event):
                yield message
            elif isinstance(message, m.Refused):
                raise error_from_info(message.problem)


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
    """A session of another version that holds nothing gives way, and is replaced."""
    try:
        return await _opened_channel()
    except KubeferryError as error:
        if error.code is not ErrorCode.SESSION_VERSION or not await asyncio.to_thread(wait_until_gone):
            raise
    return await _opened_channel()


async def _opened_channel() -> Channel:
    sock = connect_socket(start=False) or await asyncio.to_thread(connect_socket, start=True)
    assert sock is not None  # noqa: S101  (start=True returns one or raises)
    channel: Channel = MessageSocket(sock, m.FromSession)
    try:
        await _ask(channel, m.Hello(m.SESSION_PROTOCOL_VERSION))
    except BaseException:
        channel.close()
        raise
    return channel


async def _ask(channel: Channel, request: m.Request, keep: Callable[[m.Event], None] = lambda _event: None) -> m.Answer:
    await _send(channel, request)
    while True:
        message = await _receive(channel)
        if isinstance(message, m.Refused):
            raise error_from_info(message.problem)
        if not isinstance(message, m.Event):
            return message
        keep(message)


async def _send(channel: Channel, request: m.Request) -> None:
    try:
        await channel.send(request)
    except ChannelClosed as error:
        raise _Gone(ErrorCode.SESSION_FAILED, problem="it ended") from error


async def _receive(channel: Channel) -> m.FromSession:
    try:
        return await channel.receive()
    except ChannelClosed as error:
        raise _Gone(ErrorCode.SESSION_FAILED, problem="it ended") from error
    except ProtocolError as error:
        raise KubeferryError(ErrorCode.SESSION_VERSION, detail=str(error)) from error
