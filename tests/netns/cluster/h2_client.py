"""HTTP/2 cleartext with prior knowledge, many streams at once: what gRPC speaks."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    DataReceived,
    Event,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)

_PATIENCE_S = 10.0


class Stream:
    def __init__(self, number: int) -> None:
        self.number = number
        self.headers: dict[str, str] = {}
        self.trailers: dict[str, str] = {}
        self.data = b""
        self.ended = False
        self.reset: int | None = None

    @property
    def who(self) -> str:
        return self.headers["x-who"]

    @property
    def got(self) -> list[list[str]]:
        """The request's headers, as the server has them."""
        found: list[list[str]] = json.loads(self.headers["x-got"])
        return found


class H2Client:
    """One connection. Use `run` in a task: it reads until the server or `close` ends it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = H2Connection(H2Configuration(header_encoding="utf-8"))
        self._streams: dict[int, Stream] = defaultdict(lambda: Stream(0))
        self._news = asyncio.Condition()
        self._http.initiate_connection()

    async def run(self) -> None:
        self._flush()
        while data := await self._reader.read(1 << 16):
            for event in self._http.receive_data(data):
                self._take(event)
            self._flush()
            async with self._news:
                self._news.notify_all()

    async def begin(self, *fields: tuple[str, str], path: str = "/shop.Reviews/Talk") -> Stream:
        """A request whose body is still to come."""
        stream = Stream(self._http.get_next_available_stream_id())
        self._streams[stream.number] = stream
        head = [(":method", "POST"), (":scheme", "http"), (":authority", "reviews"), (":path", path)]
        self._http.send_headers(
            stream.number, [*head, ("te", "trailers"), ("content-type", "application/grpc"), *fields]
        )
        self._flush()
        return stream

    def send(self, stream: Stream, data: bytes, *, end: bool = False) -> None:
        self._http.send_data(stream.number, data, end_stream=end)
        self._flush()

    async def until(self, stream: Stream, *, size: int | None = None) -> None:
        """That much data has come, or without `size` the end. Raises TimeoutError."""
        async with asyncio.timeout(_PATIENCE_S), self._news:
            await self._news.wait_for(
                lambda: stream.ended or stream.reset is not None or (size is not None and len(stream.data) >= size)
            )

    async def ask(self, *fields: tuple[str, str], path: str = "/shop.Reviews/Get", body: bytes = b"?") -> Stream:
        stream = await self.begin(*fields, path=path)
        self.send(stream, body, end=True)
        await self.until(stream)
        return stream

    def close(self) -> None:
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write(self._http.data_to_send())

    def _take(self, event: Event) -> None:
        if isinstance(event, ResponseReceived):
            self._streams[event.stream_id].headers = _text(event.headers)
        elif isinstance(event, TrailersReceived):
            self._streams[event.stream_id].trailers = _text(event.headers)
        elif isinstance(event, DataReceived):
            self._http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            self._streams[event.stream_id].data += event.data
        elif isinstance(event, StreamEnded):
            self._streams[event.stream_id].ended = True
        elif isinstance(event, StreamReset):
            self._streams[event.stream_id].reset = int(event.error_code)


def _text(fields: Iterable[tuple[str | bytes, str | bytes]] | None) -> dict[str, str]:
    return {str(name): str(value) for name, value in fields or ()}
