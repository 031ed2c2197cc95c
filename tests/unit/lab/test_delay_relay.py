"""Order, integrity, and that the delay is at least what was asked for; no speed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import random
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

DELAY_MS = 30.0
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def relayed(serve: Serve) -> AsyncIterator[int]:
    """Yields the port of a relay to a server that `serve`s one connection at a time."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    async with server:
        with relay_to(server.sockets[0].getsockname()[1]) as port:
            yield port


@contextlib.contextmanager
def relay_to(target: int) -> Iterator[int]:
    argv = [sys.executable, "-m", "tests.lab.delay_relay", "--listen", "127.0.0.1:0"]
    argv += ["--to", f"127.0.0.1:{target}", "--delay-ms", str(DELAY_MS)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline().rpartition(":")[2])
        finally:
            process.kill()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


async def test_bytes_come_in_order_and_whole() -> None:
    generator = random.Random(7)  # noqa: S311 - the same bytes every time
    async with relayed(echo) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        sent, received = hashlib.sha256(), hashlib.sha256()

        async def send() -> None:
            for _ in range(400):
                data = generator.randbytes(generator.choice([1, 17, 1400, 65_536, 100_000]))
                sent.update(data)
                writer.write(data)
                await writer.drain()
            writer.write_eof()

        async def receive() -> None:
            while data := await reader.read(65_536):
                received.update(data)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(send())
            tasks.create_task(receive())
        writer.close()
    assert received.digest() == sent.digest()


async def test_every_answer_takes_the_delay_twice() -> None:
    async with relayed(echo) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(5):
            began = time.monotonic()
            writer.write(b"ping")
            assert await reader.readexactly(4) == b"ping"
            assert time.monotonic() - began >= 2 * DELAY_MS / 1000
        writer.close()


async def test_a_half_closed_connection_still_carries_the_answer() -> None:
    async def answer_at_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = await reader.read()
        writer.write(data[::-1])

    async with relayed(answer_at_the_end) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"question")
        writer.write_eof()
        assert await reader.read() == b"noitseuq"
        writer.close()


async def test_a_server_that_is_not_there_is_a_reset() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    # The reset may be there before the client has looked at its connection.
    with relay_to(port) as relay_port, pytest.raises(ConnectionResetError):
        await _read_one("127.0.0.1", relay_port)


async def _read_one(host: str, port: int) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        await reader.readexactly(1)
    finally:
        writer.close()


async def test_a_reader_that_stands_still_stops_the_sender() -> None:
    go_on = asyncio.Event()
    received = 0

    async def read_later(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        await go_on.wait()
        while data := await reader.read(1 << 20):
            received += len(data)
        writer.write(b"done")

    async with relayed(read_later) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        sent = 0
        block = bytes(1 << 20)
        with contextlib.suppress(TimeoutError):
            while True:
                assert sent < 200 << 20, "nothing stops the sender"
                writer.write(block)
                sent += len(block)
                async with asyncio.timeout(0.5):
                    await writer.drain()
        assert sent >= 64 << 20
        go_on.set()
        writer.write_eof()
        assert await reader.read() == b"done"
        writer.close()
    assert received == sent
