"""A door for the browser of whoever sits at this machine: 127.0.0.1:18080 is the shop's page as the laptop has it.

Two processes of this module: one on the laptop, as its user, connects to the shop by its name; one on the machine takes
the browser's connections. A socket file lies between them, which network namespaces do not keep apart. Only loopback is
listened on. Before the tour has connected the door closes at once, as the laptop does not know the name.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType

from tests.demo.shop_objects import PORT
from tests.lab.laptop import DEV, Laptop
from tests.lab.processes import PYTHON, ROOT, Namespaces, spawn

HOST, DOOR_PORT = "127.0.0.1", 18080
SHOP_URL = "KUBEFERRY_DEMO_SHOP_URL"
"""The environment variable that tells the tour's window of it."""
_SOCKET = f"{DEV.home}/shop.sock"
_BLOCK_BYTES = 1 << 16
_CONNECT_S = 5.0

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class BrowserDoor:
    """A context. `url` is empty when there could be no door: the tour goes on without."""

    def __init__(self, laptop: Laptop) -> None:
        self._laptop = laptop
        self._processes: list[subprocess.Popen[bytes]] = []
        self.url = ""

    def __enter__(self) -> BrowserDoor:
        module = (PYTHON, "-m", "tests.demo.browser_door")
        pipe, quiet = subprocess.PIPE, subprocess.DEVNULL
        inner = self._laptop.popen([*module, "inner", _SOCKET], stdout=pipe, stderr=quiet)
        self._processes.append(inner)
        outer = spawn(
            [*module, "outer", str(self._laptop.path(_SOCKET))],
            Namespaces(),
            cwd=str(ROOT),
            dies_with_parent=True,
            stdin=quiet,
            stdout=pipe,
            stderr=quiet,
        )
        self._processes.append(outer)
        said = [process.stdout.readline().decode().strip() for process in (inner, outer) if process.stdout is not None]
        self.url = f"http://{HOST}:{said[1]}/" if all(said) else ""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


async def relay(near: Streams, far: Streams) -> None:
    """Until both have said all they have to say."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while block := await reader.read(_BLOCK_BYTES):
                writer.write(block)
                await writer.drain()
            writer.write_eof()

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(pump(near[0], far[1]))
            group.create_task(pump(far[0], near[1]))
    finally:
        near[1].close()
        far[1].close()


def through(connect: Callable[[], Awaitable[Streams]]) -> Callable[..., Awaitable[None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_CONNECT_S):
                far = await connect()
        except OSError:
            writer.close()
            return
        await relay((reader, writer), far)

    return serve


async def outer_server(path: str) -> asyncio.Server:
    """On another port when this one is taken."""
    serve = through(lambda: asyncio.open_unix_connection(path))
    try:
        return await asyncio.start_server(serve, HOST, DOOR_PORT)
    except OSError:
        return await asyncio.start_server(serve, HOST, 0)


async def main(side: str, path: str) -> None:
    if side == "inner":
        server = await asyncio.start_unix_server(
            through(lambda: asyncio.open_connection("productpage", PORT)), path=path
        )
    else:
        server = await outer_server(path)
    name = server.sockets[0].getsockname()
    print(name[1] if side == "outer" else "ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
