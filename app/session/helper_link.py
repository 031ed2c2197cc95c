"""The real helper behind the session's port: refusals and lost sockets become codes that have words."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Awaitable, Iterator

from app.domain.errors import ErrorCode, KubeferryError
from app.platform.identity import user_name
from app.session.ports import Gone, Opened
from helper.client import (
    ChannelClosed,
    HeldConnection,
    HelperClient,
    HelperRefused,
    HelperUnavailable,
    ProtocolError,
    WorkerChannel,
    helper_socket_path,
)
from helper.protocol.helper_messages import NetworkConfig, NetworkSet, OverlapsFound, RefusalCode
from helper.protocol.worker_messages import FromApp, FromWorker

_CODES = {
    RefusalCode.VERSION_MISMATCH: ErrorCode.HELPER_VERSION,
    RefusalCode.ROUTE_CONFLICT: ErrorCode.ROUTE_CONFLICT,
    RefusalCode.RESOLVER_FAILED: ErrorCode.RESOLVER_FAILED,
}


class WorkerLink:
    """A worker's channel whose every end is Gone."""

    def __init__(self, channel: WorkerChannel) -> None:
        self._channel = channel

    async def send(self, message: FromApp) -> None:
        try:
            await self._channel.send(message)
        except (ChannelClosed, ProtocolError) as error:
            raise Gone from error

    async def receive(self) -> FromWorker:
        try:
            return await self._channel.receive()
        except (ChannelClosed, ProtocolError) as error:
            raise Gone from error

    def close(self) -> None:
        self._channel.close()


class HelperLink:
    """Implements the port `Helper` over one HelperClient."""

    def __init__(self, client: HelperClient) -> None:
        self._client = client

    @classmethod
    async def connect(cls) -> HelperLink:
        """Raises KubeferryError (HELPER_NOT_RUNNING, HELPER_NOT_ALLOWED, HELPER_VERSION)."""
        return await cls._made(HelperClient.connect())

    @classmethod
    async def adopt(cls, sock: socket.socket) -> HelperLink:
        """For a socket on which `knock` has asked for a prepared worker. Raises as `connect`."""
        return await cls._made(HelperClient.adopt(sock))

    @classmethod
    async def _made(cls, making: Awaitable[HelperClient]) -> HelperLink:
        try:
            return cls(await making)
        except HelperUnavailable as error:
            raise KubeferryError(
                ErrorCode.HELPER_NOT_RUNNING, socket=str(helper_socket_path()), detail=str(error)
            ) from error
        except HelperRefused as error:
            raise _refusal(error) from error

    @property
    def version(self) -> str:
        return self._client.welcome.helper_version

    async def prepare(self) -> None:
        """Makes the next `open` quick: a worker waits from now on."""
        with _translated():
            await self._client.prepare_worker()

    async def open(self, label: str) -> Opened:
        with _translated():
            return _opened(await self._client.open_connection(label))

    async def attach(self, connection_id: str) -> Opened:
        with _translated():
            return _opened(await self._client.attach_connection(connection_id))

    async def set_network(self, connection_id: str, network: NetworkConfig) -> NetworkSet:
        with _translated():
            return await self._client.set_network(connection_id, network)

    async def find_overlaps(self, subnets: tuple[str, ...]) -> OverlapsFound:
        with _translated():
            return await self._client.find_overlaps(subnets)

    async def close_connection(self, connection_id: str) -> tuple[str, ...]:
        """A call that was cancelled has closed the client: then another one asks. Gone already is fine."""
        try:
            return await self._client.close_connection(connection_id)
        except HelperUnavailable:
            again = await HelperLink.connect()
            try:
                with _translated():
                    return await again._client.close_connection(connection_id)
            except KubeferryError as error:
                if error.params.get("problem") == RefusalCode.UNKNOWN_CONNECTION:
                    return ()
                raise
            finally:
                again.close()
        except HelperRefused as error:
            if error.code is RefusalCode.UNKNOWN_CONNECTION:
                return ()
            raise _refusal(error) from error

    async def holds(self, connection_id: str) -> bool:
        with _translated():
            return any(info.connection_id == connection_id for info in await self._client.list_connections())

    async def alive(self) -> bool:
        try:
            await self._client.list_connections()
        except (HelperUnavailable, HelperRefused):
            return False
        return True

    def close(self) -> None:
        self._client.close()


async def is_held(connection_id: str) -> bool:
    """Does the helper still hold this connection of ours? No, when there is no helper to ask."""
    try:
        link = await HelperLink.connect()
    except KubeferryError:
        return False
    try:
        return await link.holds(connection_id)
    except KubeferryError:
        return False
    finally:
        link.close()


def _opened(held: HeldConnection) -> Opened:
    return Opened(held.connection_id, held.interface, WorkerLink(WorkerChannel(held.channel)))


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except HelperUnavailable as error:
        raise KubeferryError(ErrorCode.HELPER_STOPPED, detail=str(error)) from error
    except HelperRefused as error:
        raise _refusal(error) from error


def _refusal(refused: HelperRefused) -> KubeferryError:
    if refused.code is RefusalCode.NOT_ALLOWED:
        return KubeferryError(ErrorCode.HELPER_NOT_ALLOWED, user=user_name(), detail=refused.detail)
    code = _CODES.get(refused.code, ErrorCode.HELPER_FAILED)
    problem = refused.detail if code is not ErrorCode.HELPER_FAILED and refused.detail else str(refused.code)
    return KubeferryError(code, problem=problem, detail=refused.detail)
