"""HTTP/2 connections on asyncio streams, for clients and services; the protocol itself is h2's."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

Headers = tuple[tuple[str, str], ...]
_READ_BYTES = 1 << 17
_WINDOW_BYTES = 1 << 20


class StreamResetError(ConnectionError):
    """The peer has ended a stream or the connection before its end."""


class Stream:
    """One request and its answer. What comes is read with `headers`, `data` and, after it, `trailers`."""

    def __init__(self, connection: Http2Connection, number: int) -> None:
        self._connection, self.number = connection, number
        self.headers: asyncio.Future[Headers] = asyncio.get_running_loop().create_future()
        self.trailers: Headers = ()
        self._data: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._failure = ""

    async def data(self) -> AsyncIterator[bytes]:
        """Block by block, to the end of what the peer sends."""
        while (block := await self._data.get()) is not None:
            yield block
        if self._failure:
            raise StreamResetError(self._failure)

    async def send_headers(self, headers: Headers, *, end: bool = False) -> None:
        await self._connection.send_headers(self.number, headers, end)

    async def send(self, data: bytes, *, end: bool = False) -> None:
        await self._connection.send_data(self.number, data, end)

    def came(self, data: bytes | None) -> None:
        self._data.put_nowait(data)

    def failed(self, why: str) -> None:
        self._failure = why
        if not self.headers.done():
            self.headers.set_exception(StreamResetError(why))
            self.headers.exception()
        self.came(None)


class Http2Connection:
    """`serve`: answers each stream, of a service; None: a client. `run` has to run for anything to happen."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        serve: Callable[[Stream], Awaitable[None]] | None = None,
    ) -> None:
        self._reader, self._writer, self._serve = reader, writer, serve
        config = h2.config.H2Configuration(client_side=serve is None, header_encoding="utf-8")
        self._h2 = h2.connection.H2Connection(config)
        self._streams: dict[int, Stream] = {}
        self._windows: dict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self._h2.initiate_connection()
        self._h2.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW_BYTES})
        self._h2.increment_flow_control_window(_WINDOW_BYTES)

    async def run(self, first: bytes = b"") -> None:
        """Until either side closes. `first` has been read already."""
        await self._flush()
        try:
            async with asyncio.TaskGroup() as group:
                data = first or await self._reader.read(_READ_BYTES)
                while data:
                    for event in self._h2.receive_data(data):
                        self._on_event(event, group)
                    await self._flush()
                    data = await self._reader.read(_READ_BYTES)
                self._end("the connection was closed")
        except BaseException as error:
            self._end(f"the connection broke: {error!r}")
            raise

    def open_stream(self) -> Stream:
        stream = Stream(self, self._h2.get_next_available_stream_id())
        self._streams[stream.number] = stream
        return stream

    async def send_headers(self, number: int, headers: Headers, end: bool) -> None:
        self._h2.send_headers(number, headers, end_stream=end)
        await self._flush()

    async def send_data(self, number: int, data: bytes, end: bool) -> None:
        rest = memoryview(data)
        while True:
            room = min(self._h2.local_flow_control_window(number), self._h2.max_outbound_frame_size)
            if room <= 0 and rest:
                self._windows[number].clear()
                await self._windows[number].wait()
                continue
            part, rest = rest[:room], rest[room:]
            self._h2.send_data(number, bytes(part), end_stream=end and not rest)
            await self._flush()
            if not rest:
                return

    async def _flush(self) -> None:
        self._writer.write(self._h2.data_to_send())
        await self._writer.drain()

    def _on_event(self, event: h2.events.Event, group: asyncio.TaskGroup) -> None:
        match event:
            case h2.events.RequestReceived():
                stream = self._streams[event.stream_id] = Stream(self, event.stream_id)
                stream.headers.set_result(_texts(event.headers))
                group.create_task(self._answer(stream))
            case h2.events.WindowUpdated() | h2.events.RemoteSettingsChanged():
                self._wake()
            case h2.events.ConnectionTerminated():
                self._end(f"the peer is going away, code {event.error_code}", event.last_stream_id or 0)
            case h2.events.DataReceived():
                self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                self._on_stream_event(event, self._streams.get(event.stream_id))
            case (
                h2.events.ResponseReceived()
                | h2.events.TrailersReceived()
                | h2.events.StreamEnded()
                | h2.events.StreamReset()
            ):
                self._on_stream_event(event, self._streams.get(event.stream_id))

    def _on_stream_event(self, event: h2.events.Event, stream: Stream | None) -> None:
        """`stream` None: its request has been answered before its end."""
        if stream is None:
            return
        match event:
            case h2.events.ResponseReceived():
                stream.headers.set_result(_texts(event.headers))
            case h2.events.TrailersReceived():
                stream.trailers = _texts(event.headers)
            case h2.events.DataReceived():
                stream.came(event.data)
            case h2.events.StreamEnded():
                stream.came(None)
            case h2.events.StreamReset():
                stream.failed(f"reset with code {event.error_code}")
                self._wake()

    async def _answer(self, stream: Stream) -> None:
        if self._serve is None:
            return
        try:
            await self._serve(stream)
        except (h2.exceptions.ProtocolError, ConnectionError):
            # The client has reset the stream, or is gone: nobody is left to answer.
            return
        finally:
            self._streams.pop(stream.number, None)

    def _end(self, why: str, after: int = -1) -> None:
        for number, stream in self._streams.items():
            if number > after:
                stream.failed(why)
        self._wake()

    def _wake(self) -> None:
        for window in self._windows.values():
            window.set()


def _texts(headers: Iterable[tuple[str | bytes, str | bytes]]) -> Headers:
    return tuple((_text(name), _text(text)) for name, text in headers)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


def value(headers: Headers, name: str, default: str = "") -> str:
    return next((text for key, text in headers if key == name), default)
