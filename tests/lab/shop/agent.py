"""The program of the client pod: does what it is asked over a Unix socket, JSON lines in and out, many at a time.

    python -m tests.lab.shop.agent           stays, and keeps its jobs however often its askers come and go
    python -m tests.lab.shop.agent relay     joins standard input and output to it: what `kubectl exec` runs

In: {"id": 1, "verb": "http", "args": {...}}; out: {"id": 1, "ok": true, "answer": ...}, or "ok": false with "error",
the exception's type, and "text".
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from tests.lab.shop import client
from tests.lab.shop.steady import Jobs

SOCKET = "/tmp/agent.sock"
_LINE_BYTES = 16 << 20


class Agent:
    def __init__(self, group: asyncio.TaskGroup) -> None:
        jobs = Jobs(group)
        self._verbs: dict[str, Callable[..., Awaitable[Any]]] = dict(client.VERBS)
        self._verbs |= {"steady": jobs.start, "steady_records": jobs.records, "steady_stop": jobs.stop}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.TaskGroup() as group:
            while line := await reader.readline():
                group.create_task(self._do(json.loads(line), writer))
        writer.close()

    async def _do(self, asked: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        told: dict[str, Any]
        try:
            told = {"ok": True, "answer": await self._verbs[asked["verb"]](**asked.get("args", {}))}
        except Exception as error:  # noqa: BLE001 - whatever it is, who asked is told
            cause: BaseException = error
            while isinstance(cause, BaseExceptionGroup):
                cause = cause.exceptions[0]
            told = {"ok": False, "error": type(cause).__name__, "text": str(cause)}
        writer.write(json.dumps({"id": asked["id"]} | told).encode() + b"\n")


async def main() -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(SOCKET)
    async with asyncio.TaskGroup() as group:
        agent = Agent(group)
        await asyncio.start_unix_server(agent.serve, SOCKET, limit=_LINE_BYTES)
        await ended.wait()
        os._exit(0)


def relay() -> None:
    """Byte by byte; without asyncio, to start quickly."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(SOCKET)
        while True:
            ready, _, _ = select.select([0, sock.fileno()], [], [])
            if 0 in ready:
                data = os.read(0, 65536)
                if not data:
                    return
                sock.sendall(data)
            if sock.fileno() in ready:
                data = sock.recv(65536)
                if not data:
                    return
                os.write(1, data)


if __name__ == "__main__":
    if sys.argv[1:] == ["relay"]:
        relay()
    else:
        asyncio.run(main())
