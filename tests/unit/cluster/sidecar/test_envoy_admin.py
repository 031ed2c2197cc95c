"""Envoy's administration, and what becomes of it when Envoy is not well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from helper.cluster.sidecar.envoy_admin import AdminFailed, EnvoyAdmin


@asynccontextmanager
async def answering(folder: Path, answer: bytes | None) -> AsyncIterator[tuple[EnvoyAdmin, list[bytes]]]:
    """`answer` None: never. Yields the requests' first lines, too."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked.append(await reader.readline())
            if answer is None:
                await reader.read(-1)
            else:
                writer.write(answer)
        finally:
            writer.close()

    server = await asyncio.start_unix_server(serve, folder / "admin.sock")
    async with server:
        yield EnvoyAdmin(folder / "admin.sock"), asked


async def test_readiness(tmp_path: Path) -> None:
    async with answering(tmp_path, b"HTTP/1.1 200 OK\r\n\r\nLIVE\n") as (admin, asked):
        assert await admin.ready(1)
        assert asked == [b"GET /ready HTTP/1.1\r\n"]


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 503 No\r\n\r\nPRE_INITIALIZING\n", b"", b"HTTP/1.1 200 OK\r\n\r\n", None]
)
async def test_unreadiness(tmp_path: Path, answer: bytes | None) -> None:
    async with answering(tmp_path, answer) as (admin, _):
        assert not await admin.ready(0.2)


async def test_nobody_there(tmp_path: Path) -> None:
    admin = EnvoyAdmin(tmp_path / "admin.sock")
    assert not await admin.ready(1)
    with pytest.raises(AdminFailed):
        await admin.counters("x")
    with pytest.raises(AdminFailed):
        await admin.set_runtime("x", 1)


@pytest.mark.parametrize(
    "answer",
    [
        b'HTTP/1.1 200 OK\r\n\r\n{"stats": [{"name": "a", "value": 3}, {"histograms": {}}]}',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b'a\r\n{"stats": \r\n17;x=y\r\n[{"name": "a", "value":\r\n4\r\n3}]}\r\n0\r\n\r\n',
    ],
)
async def test_counters(tmp_path: Path, answer: bytes) -> None:
    async with answering(tmp_path, answer) as (admin, _):
        assert await admin.counters("^a$") == {"a": 3}


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\nno json",
        b'HTTP/1.1 200 OK\r\n\r\n{"other": 1}',
        b'HTTP/1.1 200 OK\r\n\r\n{"stats": [{"name": "a", "value": "b"}]}',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 404 Not Found\r\n\r\n",
    ],
)
async def test_answers_that_are_none(tmp_path: Path, answer: bytes) -> None:
    async with answering(tmp_path, answer) as (admin, _):
        with pytest.raises(AdminFailed):
            await admin.counters("a")
