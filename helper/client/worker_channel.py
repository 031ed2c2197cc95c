"""The app's side of the channel to its tunnel worker."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

from helper.protocol.message_socket import MessageSocket
from helper.protocol.worker_messages import FromApp, FromWorker


class WorkerChannel:
    """Owns `sock`. Iterate over it for what the worker says; its first message is a WorkerSnapshot.

    `send` and the iteration raise ChannelClosed (of helper.protocol.message_socket) when the worker is gone or
    another app took its place, ProtocolError when it speaks another language.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._channel: MessageSocket[FromWorker] = MessageSocket(sock, FromWorker)

    async def send(self, message: FromApp) -> None:
        await self._channel.send(message)

    async def receive(self) -> FromWorker:
        return await self._channel.receive()

    async def __aiter__(self) -> AsyncIterator[FromWorker]:
        while True:
            yield await self._channel.receive()

    def close(self) -> None:
        """Idempotent. The worker goes on without an app."""
        self._channel.close()
