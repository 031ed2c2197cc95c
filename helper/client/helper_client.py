"""The app's side of the helper's socket: one typed call per verb.

Works on any asyncio loop that can watch descriptors (plain, uvloop, qasync). The helper undoes a connection 3 s after
the client that opened or attached it is closed, so an app keeps its client for as long as it wants its connection.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from helper.protocol.framing import ProtocolError
from helper.protocol.helper_messages import (
    HELPER_PROTOCOL_VERSION,
    Answer,
    AttachConnection,
    CloseConnection,
    ConnectionAttached,
    ConnectionClosed,
    ConnectionInfo,
    ConnectionList,
    ConnectionOpened,
    FindOverlaps,
    Hello,
    ListConnections,
    NetworkConfig,
    NetworkSet,
    OpenConnection,
    OverlapsFound,
    PrepareWorker,
    RefusalCode,
    Refused,
    SetNetwork,
    Welcome,
    WorkerPrepared,
)
from helper.protocol.knock import helper_socket_path
from helper.protocol.message_socket import ChannelClosed, MessageSocket

A = TypeVar("A", bound=msgspec.Struct)

CROWDED_S = 2.0
"""How long a caller waits in front of the door when others crowd there."""
_CROWDED_RETRY_S = 0.02


class HelperUnavailable(Exception):
    """Nobody listens on the socket, or the helper went away. Connect anew."""


class HelperRefused(Exception):
    """The helper answered no. `detail` is for a log, never for a user."""

    def __init__(self, code: RefusalCode, detail: str) -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class HeldConnection:
    """`channel` is the app's end of the worker's channel: hand it to a WorkerChannel, which then owns it."""

    connection_id: str
    interface: str
    channel: socket.socket


class HelperClient:
    """Calls may come from several tasks; they take turns."""

    def __init__(self, channel: MessageSocket[Answer]) -> None:
        self._channel = channel
        self._turn = asyncio.Lock()
        self._unanswered = 0
        self.welcome = Welcome(version=0, helper_version="", uid=-1)

    @classmethod
    async def connect(cls, path: Path | None = None) -> HelperClient:
        """Raises HelperUnavailable, HelperRefused (VERSION_MISMATCH, NOT_ALLOWED)."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            await _connect(sock, path or helper_socket_path())
        except BaseException as error:
            sock.close()
            if isinstance(error, OSError):
                raise HelperUnavailable(str(error)) from error
            raise
        client = cls(MessageSocket(sock, Answer, max_descriptors=1))
        try:
            client.welcome = await client._call(Hello(HELPER_PROTOCOL_VERSION), Welcome)
        except BaseException:
            client.close()
            raise
        return client

    @classmethod
    async def adopt(cls, sock: socket.socket) -> HelperClient:
        """For a socket on which `knock` has asked for a prepared worker. Raises HelperUnavailable, HelperRefused."""
        client = cls(MessageSocket(sock, Answer, max_descriptors=1))
        try:
            client.welcome = _expected(await client._channel.receive(), Welcome)
            _expected(await client._channel.receive(), WorkerPrepared)
        except (ChannelClosed, ProtocolError) as error:
            client.close()
            raise HelperUnavailable(str(error)) from error
        except BaseException:
            client.close()
            raise
        return client

    async def prepare_worker(self) -> None:
        """Makes this client's next `open_connection` quick. Raises HelperRefused (TOO_MANY_CONNECTIONS, SYSTEM_FAILED),
        HelperUnavailable."""
        await self._call(PrepareWorker(), WorkerPrepared)

    async def open_connection(self, label: str = "") -> HeldConnection:
        """Raises HelperRefused (TOO_MANY_CONNECTIONS, SYSTEM_FAILED), HelperUnavailable."""
        async with self._turn:
            answer = await self._exchange(OpenConnection(label), ConnectionOpened)
            return HeldConnection(answer.connection_id, answer.interface, self._take_socket())

    async def attach_connection(self, connection_id: str) -> HeldConnection:
        """Raises HelperRefused (UNKNOWN_CONNECTION, SYSTEM_FAILED), HelperUnavailable."""
        async with self._turn:
            answer = await self._exchange(AttachConnection(connection_id), ConnectionAttached)
            return HeldConnection(answer.connection_id, answer.interface, self._take_socket())

    async def set_network(self, connection_id: str, network: NetworkConfig) -> NetworkSet:
        """Raises HelperRefused (INVALID_NETWORK, ROUTE_CONFLICT, RESOLVER_FAILED, ...), HelperUnavailable."""
        return await self._call(SetNetwork(connection_id, network), NetworkSet)

    async def find_overlaps(self, subnets: tuple[str, ...]) -> OverlapsFound:
        """Links of our own are among them, with `owner_uid`. Raises HelperRefused, HelperUnavailable."""
        return await self._call(FindOverlaps(subnets), OverlapsFound)

    async def close_connection(self, connection_id: str) -> tuple[str, ...]:
        """Returns what could not be undone, in words. Raises HelperRefused (UNKNOWN_CONNECTION), HelperUnavailable."""
        return (await self._call(CloseConnection(connection_id), ConnectionClosed)).left

    async def list_connections(self) -> tuple[ConnectionInfo, ...]:
        """The caller's own. Raises HelperUnavailable."""
        return (await self._call(ListConnections(), ConnectionList)).connections

    def close(self) -> None:
        """Idempotent. The helper gives what this client held 3 s to be attached anew."""
        self._channel.close()

    async def _call(self, request: msgspec.Struct, expected: type[A]) -> A:
        async with self._turn:
            return await self._exchange(request, expected)

    async def _exchange(self, request: msgspec.Struct, expected: type[A]) -> A:
        """A call may be cancelled: its answer is then skipped by the next one.

        Only one that would hand over a socket closes the client instead, so that the helper takes the connection back.
        """
        try:
            await self._channel.send(request)
            self._unanswered += 1
            answer = await self._answer_to_the_last()
        except (ChannelClosed, ProtocolError) as error:
            self.close()
            raise HelperUnavailable(str(error)) from error
        except asyncio.CancelledError:
            if expected in (ConnectionOpened, ConnectionAttached):
                self.close()
            raise
        try:
            return _expected(answer, expected)
        except HelperUnavailable:
            self.close()
            raise

    async def _answer_to_the_last(self) -> Answer:
        while True:
            answer = await self._channel.receive()
            self._unanswered -= 1
            if self._unanswered == 0:
                return answer

    def _take_socket(self) -> socket.socket:
        try:
            (descriptor,) = self._channel.take_descriptors(1)
        except ProtocolError as error:
            self.close()
            raise HelperUnavailable(str(error)) from error
        return socket.socket(fileno=descriptor)


async def _connect(sock: socket.socket, path: Path) -> None:
    """Raises OSError. A unix socket is connected at once or not at all: EAGAIN says that too many wait to be let in
    (unix(7)), and a loop's `sock_connect` would take it for a connection that is under way, and then for success."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + CROWDED_S
    while True:
        try:
            sock.connect(str(path))
        except BlockingIOError:
            if loop.time() >= deadline:
                raise
            await asyncio.sleep(_CROWDED_RETRY_S)
        else:
            return


def _expected(answer: Answer, expected: type[A]) -> A:
    if isinstance(answer, Refused):
        raise HelperRefused(answer.code, answer.detail)
    if not isinstance(answer, expected):
        raise HelperUnavailable(f"answered {type(answer).__name__}, not {expected.__name__}")
    return answer
