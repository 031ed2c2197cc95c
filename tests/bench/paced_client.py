"""HTTP GETs at a set rate on kept connections: `python -m ... ADDRESS PORT RATE SECONDS CONNECTIONS [HEADER]`.

A request begins at its time, give or take the timer's millisecond, whether those before have been answered or not; its
latency has in it the waiting for a connection that is free. One JSON line out: requests, p50_ms, p99_ms.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import uvloop

_WARM_UP = 100
_END = b"ok\n"


class Connections:
    """`free`: those without a request."""

    def __init__(self, address: str, port: int, header: str) -> None:
        self._address, self._port = address, port
        extra = f"{header}\r\n" if header else ""
        self._request = f"GET / HTTP/1.1\r\nHost: bench\r\n{extra}\r\n".encode()
        self.free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def open(self, count: int) -> None:
        for _ in range(count):
            self.free.put_nowait(await asyncio.open_connection(self._address, self._port))

    async def get(self, took: list[float]) -> None:
        began = time.perf_counter()
        reader, writer = await self.free.get()
        writer.write(self._request)
        head = await reader.readuntil(_END)
        took.append(time.perf_counter() - began)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise ConnectionError(f"answered {head[:80]!r}")
        self.free.put_nowait((reader, writer))


async def main(address: str, port: int, rate: float, seconds: float, count: int, header: str) -> None:
    connections = Connections(address, port, header)
    await connections.open(count)
    took: list[float] = []
    async with asyncio.TaskGroup() as group:
        due = time.perf_counter()
        for _ in range(int(rate * seconds) + _WARM_UP):
            due += 1 / rate
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            group.create_task(connections.get(took))
    times = sorted(took[_WARM_UP:])
    told = {"p50_ms": times[len(times) // 2] * 1e3, "p99_ms": times[int(len(times) * 0.99)] * 1e3}
    print(json.dumps({"requests": len(times)} | told))


if __name__ == "__main__":
    uvloop.run(
        main(
            *(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])),
            *(int(sys.argv[5]), sys.argv[6] if len(sys.argv) > 6 else ""),
        )
    )
