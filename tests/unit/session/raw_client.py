"""A client that keeps to nothing."""

from __future__ import annotations

import asyncio

from app.platform import paths
from app.session import messages as m
from helper.protocol.framing import MessageDecoder


class Raw:
    """A peer that sends what it likes, and reads until the session hangs up."""

    async def exchange(self, data: bytes) -> list[m.FromSession]:
        reader, writer = await asyncio.open_unix_connection(str(paths.session_socket()))
        writer.write(data)
        writer.write_eof()
        async with asyncio.timeout(5):
            try:
                answer = await reader.read()
            except ConnectionResetError:
                answer = b""
        writer.close()
        decoder: MessageDecoder[m.FromSession] = MessageDecoder(m.FromSession)
        return decoder.feed(answer)
