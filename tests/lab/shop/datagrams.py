"""Datagrams, and how long a client waits for them."""

from __future__ import annotations

import asyncio
import os
from typing import Any

_WAIT_S = 1.0


class _Answers(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.received: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, _: Any) -> None:
        self.received.put_nowait(data)

    def error_received(self, error: Exception) -> None:
        self.received.put_nowait(f"!{type(error).__name__}".encode())


async def udp(host: str, port: int, size: int = 16, count: int = 1, attempts: int = 3) -> dict[str, Any]:
    """Datagrams from one socket, each awaited; one that is lost is sent again. `who`: who answered each."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(_Answers, remote_addr=(host, port))
    who, lost = [], 0
    try:
        for _ in range(count):
            data = os.urandom(size)
            for _ in range(attempts):
                transport.sendto(data)
                try:
                    async with asyncio.timeout(_WAIT_S):
                        received = await protocol.received.get()
                except TimeoutError:
                    lost += 1
                    continue
                name, _, rest = received.partition(b" ")
                who.append(name.decode() if rest == data else f"wrong: {received[:40]!r}")
                break
            else:
                who.append("")
    finally:
        transport.abort()
    return {"who": who, "lost": lost}
