"""Messages to an app that may be slow or absent: bounded, in order, and old statistics give way to new ones."""

from __future__ import annotations

import asyncio
from collections import deque

from helper.protocol.message_socket import MessageSocket
from helper.protocol.worker_messages import FromApp, FromWorker, Statistics

MAX_MESSAGES = 256


class Outbox:
    def __init__(self, channel: MessageSocket[FromApp]) -> None:
        self._channel = channel
        self._messages: deque[FromWorker] = deque(maxlen=MAX_MESSAGES)
        self._filled = asyncio.Event()

    def put(self, message: FromWorker) -> None:
        if isinstance(message, Statistics) and self._messages and isinstance(self._messages[-1], Statistics):
            self._messages.pop()
        self._messages.append(message)
        self._filled.set()

    async def run(self) -> None:
        """Sends for ever. Raises ChannelClosed when the app is gone."""
        while True:
            await self._filled.wait()
            while self._messages:
                await self._channel.send(self._messages.popleft())
            self._filled.clear()
