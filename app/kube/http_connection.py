"""One HTTP/1.1 connection: h11 decides what the bytes mean, asyncio's streams carry them.

Why not aiohttp: importing it takes 130–150 ms of the 400 ms that a whole `connect` may last, h11 8 ms (ARCHITECTURE).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import h11

from app.kube.dialer import Stream

READ_BYTES = 1 << 16
MAX_HEAD_BYTES = 1 << 16
"""h11's own default of 16 KiB is too small for some gateways' headers."""


@dataclass(frozen=True)
class ResponseHead:
    status: int
    headers: dict[str, str]
    """Lower-case names; of repeated ones the last."""


class ConnectionLost(Exception):
    """The peer went away or spoke something else. `clean`: before it answered anything, as with a stale keep-alive."""

    def __init__(self, problem: str, *, clean: bool) -> None:
        super().__init__(problem)
        self.problem = problem
        self.clean = clean


class HttpConnection:
    """One request at a time; `reusable` says whether another may follow."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self.idle_since = 0.0

    @property
    def reusable(self) -> bool:
        state = self._protocol.our_state
        return (
            state in (h11.IDLE, h11.DONE)
            and self._protocol.their_state in (h11.IDLE, h11.DONE)
            and not self._stream.reader.at_eof()
            and not self._stream.writer.transport.is_closing()
        )

    @property
    def peer_address(self) -> str | None:
        peer = self._stream.writer.get_extra_info("peername")
        return str(peer[0]) if peer else None

    def close(self) -> None:
        self._stream.close()

    async def send(
        self, method: str, target: str, headers: Sequence[tuple[str, str]], body: bytes | None
    ) -> ResponseHead:
        """Returns when the answer's head is there. Raises ConnectionLost, OSError."""
        if self._protocol.our_state is h11.DONE:
            self._protocol.start_next_cycle()
        request = h11.Request(method=method, target=target, headers=list(headers))
        data = self._protocol.send(request) or b""
        if body:
            data += self._protocol.send(h11.Data(data=body)) or b""
        data += self._protocol.send(h11.EndOfMessage()) or b""
        self._stream.writer.write(data)
        while True:
            event = await self._next_event(answered=False)
            if isinstance(event, h11.Response):
                head = {name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers}
                return ResponseHead(event.status_code, head)
            if isinstance(event, h11.ConnectionClosed):
                raise ConnectionLost("the server closed the connection without an answer", clean=True)

    async def body(self) -> AsyncIterator[bytes]:
        """The pieces of the answer's body as they come."""
        while True:
            event = await self._next_event(answered=True)
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return
            elif isinstance(event, h11.ConnectionClosed):
                raise ConnectionLost("the server closed the connection in the middle of an answer", clean=False)

    async def _next_event(self, *, answered: bool) -> h11.Event:
        try:
            while True:
                event = self._protocol.next_event()
                if isinstance(event, h11.Event):
                    return event
                if event is h11.PAUSED:
                    # Only when the peer speaks before it was asked.
                    raise ConnectionLost("the server sent what nobody asked for", clean=False)
                self._protocol.receive_data(await self._stream.reader.read(READ_BYTES))
        except h11.RemoteProtocolError as error:
            clean = not answered and not self._protocol.trailing_data[0]
            raise ConnectionLost(f"this is not a server of HTTP/1.1 ({error})", clean=clean) from error
        except asyncio.IncompleteReadError as error:
            raise ConnectionLost("the connection was cut", clean=not answered) from error
