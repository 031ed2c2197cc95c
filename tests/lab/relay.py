"""A TCP relay in the router: in front of the API server, with a delay queue, for the kernel here has no netem.

Also the way to a cluster that only this machine itself can reach: it then listens in the router, and dials from the
machine's own network namespace. Run as `python -m tests.lab.relay LISTEN_IP PORT TARGET_IP PORT DELAY_MS [NETNS]`.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from tests.lab import kernel
from tests.lab.processes import PYTHON, kill, start_time, wait_until
from tests.lab.router import RELAY_PORT

if TYPE_CHECKING:
    from tests.lab.lab import Lab

CHUNK_BYTES = 256 * 1024
MAX_QUEUED_BYTES = 32 * 1024 * 1024
"""Of one direction of one connection: more than 1 Gbit/s times 100 ms, so the queue is a long line, not a limit."""


class Relay:
    """`outside`: dials from the machine's own namespace instead of the router's."""

    def __init__(
        self,
        lab: Lab,
        *,
        listen: tuple[str, int],
        target: tuple[str, int] | None = None,
        delay_ms: float = 0.0,
        outside: bool = False,
    ) -> None:
        self._lab, self._listen, self._target = lab, listen, target or listen
        self._delay_ms, self._outside = delay_ms, outside
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def delaying(cls, lab: Lab, api: tuple[str, int], delay_ms: float) -> Relay:
        """For `Router.relayed`: half of `delay_ms` of round trip in each direction."""
        return cls(lab, listen=("0.0.0.0", RELAY_PORT), target=api, delay_ms=delay_ms / 2)

    def start(self) -> None:
        router = self._lab.router.namespace
        argv = [PYTHON, "-m", "tests.lab.relay", self._listen[0], str(self._listen[1])]
        argv += [self._target[0], str(self._target[1]), str(self._delay_ms)]
        if self._outside:
            self._process = self._lab.start_process([*argv, router.path], None, "relay")
        else:
            self._process = self._lab.start_process(argv, router, "relay")
        suffix = f":{self._listen[1]} "
        wait_until("the relay", lambda: suffix in router.run(["ss", "-Hltn"]), 10)

    def stop(self) -> None:
        if self._process is not None:
            kill(self._process.pid, start_time(self._process.pid) or 0)
            self._process.wait(10)


class DelayQueue:
    """Bytes leave in order, each chunk `delay_s` after it came."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._chunks: deque[tuple[float, bytes]] = deque()
        self._queued = 0
        self._changed = asyncio.Condition()

    async def put(self, chunk: bytes) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._queued < MAX_QUEUED_BYTES)
            self._chunks.append((asyncio.get_running_loop().time() + self._delay_s, chunk))
            self._queued += len(chunk)
            self._changed.notify_all()

    async def get(self) -> bytes:
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._chunks))
            due, chunk = self._chunks.popleft()
            self._queued -= len(chunk)
            self._changed.notify_all()
        left = due - asyncio.get_running_loop().time()
        if left > 0:
            await asyncio.sleep(left)
        return chunk


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float) -> None:
    queue = DelayQueue(delay_s)

    async def fill() -> None:
        chunk = b"start"
        while chunk:
            try:
                chunk = await reader.read(CHUNK_BYTES)
            except ConnectionError:
                chunk = b""
            await queue.put(chunk)

    async with asyncio.TaskGroup() as group:
        group.create_task(fill())
        try:
            while chunk := await queue.get():
                writer.write(chunk)
                await writer.drain()
            writer.write_eof()
        except (ConnectionError, OSError, RuntimeError):
            writer.close()


async def relay(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: tuple[str, int], delay_s: float
) -> None:
    try:
        far_reader, far_writer = await asyncio.open_connection(*target, limit=CHUNK_BYTES)
    except OSError:
        writer.transport.abort()
        return
    for each in (writer, far_writer):
        each.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(carry(reader, far_writer, delay_s))
            group.create_task(carry(far_reader, writer, delay_s))
    finally:
        writer.close()
        far_writer.close()


def listening_socket(address: tuple[str, int], netns: str | None) -> socket.socket:
    """A socket belongs to the namespace it was made in, wherever its process goes after."""
    if netns is None:
        return socket.create_server(address)
    with Path("/proc/self/ns/net").open("rb") as own, Path(netns).open("rb") as there:
        kernel.setns(there.fileno())
        try:
            return socket.create_server(address)
        finally:
            kernel.setns(own.fileno())


async def main(arguments: list[str]) -> None:
    listen = (arguments[0], int(arguments[1]))
    target = (arguments[2], int(arguments[3]))
    delay_s = float(arguments[4]) / 1000
    listener = listening_socket(listen, arguments[5] if len(arguments) > 5 else None)
    server = await asyncio.start_server(
        lambda reader, writer: relay(reader, writer, target, delay_s), sock=listener, limit=CHUNK_BYTES
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1:]))
