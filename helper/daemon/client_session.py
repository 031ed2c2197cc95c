"""One app's socket: hello, then requests, one at a time, each with one answer."""

from __future__ import annotations

import asyncio
import logging
import select
import socket
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ClassVar

from helper.daemon.actor import Actor, Allowance
from helper.daemon.connection_list import connection_list
from helper.daemon.connections import Connections
from helper.daemon.handover import handed_over
from helper.daemon.refusal import REFUSALS, Refusal, refused
from helper.protocol.framing import ProtocolError
from helper.protocol.helper_messages import (
    HELPER_PROTOCOL_VERSION,
    Answer,
    AttachConnection,
    CloseConnection,
    ConnectionAttached,
    ConnectionClosed,
    ConnectionOpened,
    FindOverlaps,
    Hello,
    ListConnections,
    NetworkSet,
    OpenConnection,
    PrepareWorker,
    RefusalCode,
    Refused,
    Request,
    SetNetwork,
    Welcome,
    WorkerPrepared,
)
from helper.protocol.message_socket import ChannelClosed, MessageSocket
from helper.version import VERSION

HELLO_TIMEOUT_S = 5.0
MAX_STRANGERS_BYTES = 4096
"""Of a message, until it is known who calls: everybody may connect, and what is not whole yet is kept in memory."""
_LEFT_INTERVAL_S = 0.5
ANSWER_TIMEOUT_S = 5.0
"""An app that does not read its answers for so long is let go."""

_log = logging.getLogger(__name__)


Permission = Callable[[Actor], Coroutine[Any, Any, bool]]
"""Asked about a caller that the helper's own rules do not allow. It may take as long as a password prompt."""


async def nobody(_: Actor) -> bool:
    return False


class ClientSession:
    def __init__(
        self,
        sock: socket.socket,
        actor: Actor,
        allowance: Allowance,
        connections: Connections,
        hello_timeout_s: float = HELLO_TIMEOUT_S,
        permission: Permission = nobody,
    ) -> None:
        self._sock = sock
        self._permission = permission
        self._actor = actor
        self._allowance = allowance
        self._connections = connections
        self._hello_timeout_s = hello_timeout_s
        self._socket: MessageSocket[Request] = MessageSocket(sock, Request, max_bytes=MAX_STRANGERS_BYTES)

    async def run(self) -> None:
        """Until the app leaves or misbehaves. What it held is released."""
        try:
            if await self._welcomed():
                while True:
                    await self._answer(await self._socket.receive())
        except (ChannelClosed, TimeoutError):
            pass
        except ProtocolError as error:
            _log.warning("Client of uid %s is cut off: %s", self._actor.uid, error)
        except Exception:  # noqa: BLE001 - one user's socket must not end another user's connection
            _log.exception("Client of uid %s is cut off by a mistake in the helper", self._actor.uid)
        finally:
            self._socket.close()
            self._connections.release(self)

    async def _welcomed(self) -> bool:
        async with asyncio.timeout(self._hello_timeout_s):
            hello = await self._socket.receive()
        refusal = await self._refusal(hello)
        if refusal is None:
            self._socket.take_larger()
        await self._send(refusal or Welcome(HELPER_PROTOCOL_VERSION, VERSION, self._actor.uid))
        return refusal is None

    async def _refusal(self, hello: Request) -> Refused | None:
        if not isinstance(hello, Hello):
            return Refused(RefusalCode.HELLO_EXPECTED)
        if hello.version != HELPER_PROTOCOL_VERSION:
            return Refused(RefusalCode.VERSION_MISMATCH, f"the helper speaks version {HELPER_PROTOCOL_VERSION}")
        allowed = await asyncio.to_thread(self._allowance.allows, self._actor)
        if not allowed and not await self._permitted():
            _log.warning("uid %s is not allowed to use the helper", self._actor.uid)
            return Refused(
                RefusalCode.NOT_ALLOWED,
                f"uid {self._actor.uid} is not root, not in group kubeferry and not in the helper's configuration,"
                " and polkit has not allowed it",
            )
        return None

    async def _permitted(self) -> bool:
        """A caller that leaves takes the question with it: no password prompt stays behind."""
        left = False
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(self._permission(self._actor))
            while not asking.done():
                if left := _has_left(self._sock):
                    asking.cancel()
                await asyncio.wait([asking], timeout=_LEFT_INTERVAL_S)
        if left:
            raise ChannelClosed
        return asking.result()

    async def _answer(self, request: Request) -> None:
        handler = self._HANDLERS.get(type(request))
        try:
            if handler is None:
                raise Refusal(RefusalCode.HELLO_EXPECTED, "only once, and first")
            await handler(self, request)
        except ChannelClosed:
            raise
        except REFUSALS as error:
            _log.info("%s of uid %s is refused: %s", type(request).__name__, self._actor.uid, error)
            await self._send(refused(error))
        except Exception:  # noqa: BLE001 - one user's request must not end another user's connection
            _log.exception("%s of uid %s failed", type(request).__name__, self._actor.uid)
            await self._send(Refused(RefusalCode.SYSTEM_FAILED, "a mistake in the helper; see its log"))

    async def _send(self, answer: Answer, descriptors: tuple[int, ...] = ()) -> None:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            await self._socket.send(answer, descriptors)

    async def _prepare(self, _: PrepareWorker) -> None:
        self._connections.prepare(self._actor, self)
        await self._send(WorkerPrepared())

    async def _open(self, request: OpenConnection) -> None:
        connection, app_end = await self._connections.open(self._actor, self, request.label)
        with handed_over(app_end):
            answer = ConnectionOpened(connection.connection_id, connection.interface)
            await self._send(answer, (app_end.fileno(),))

    async def _attach(self, request: AttachConnection) -> None:
        connection, app_end = await self._connections.attach(self._actor, self, request.connection_id)
        with handed_over(app_end):
            answer = ConnectionAttached(connection.connection_id, connection.interface)
            await self._send(answer, (app_end.fileno(),))

    async def _set_network(self, request: SetNetwork) -> None:
        applied = await self._connections.set_network(self._actor, request.connection_id, request.network)
        await self._send(NetworkSet(resolver=applied.resolver, upstreams=applied.upstreams))

    async def _find_overlaps(self, request: FindOverlaps) -> None:
        await self._send(await self._connections.overlaps(request.subnets))

    async def _close(self, request: CloseConnection) -> None:
        left = await self._connections.close(self._actor, request.connection_id)
        await self._send(ConnectionClosed(left))

    async def _list(self, request: ListConnections) -> None:
        await self._send(connection_list(self._connections.list(self._actor)))

    _HANDLERS: ClassVar[dict[type, Callable[..., Awaitable[None]]]] = {
        PrepareWorker: _prepare,
        OpenConnection: _open,
        AttachConnection: _attach,
        SetNetwork: _set_network,
        FindOverlaps: _find_overlaps,
        CloseConnection: _close,
        ListConnections: _list,
    }


def _has_left(sock: socket.socket) -> bool:
    """What the caller has said already may wait unread, so the end of its stream cannot be seen by reading."""
    poll = select.poll()
    poll.register(sock, getattr(select, "POLLRDHUP", 0))  # macOS has no such flag, and tells it as POLLHUP
    return bool(poll.poll(0))
