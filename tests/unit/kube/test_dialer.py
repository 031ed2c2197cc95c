from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest

from app.kube.dialer import Route, dial
from app.kube.tls import client_tls_context
from tests.unit.kube.certificates import self_signed


@pytest.mark.parametrize("steps", range(12))
async def test_a_connection_can_be_cancelled_at_any_moment(steps: int, tmp_path: Path) -> None:
    """Nothing may be left open: an unclosed transport is a warning, and a warning is a failure."""
    server_tls = self_signed(tmp_path)
    held: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_tls)
    port = server.sockets[0].getsockname()[1]
    client_tls = client_tls_context(ca_pem=(tmp_path / "cert.pem").read_text())

    async def connect() -> None:
        (await dial(Route("127.0.0.1", port, client_tls, None, None))).close()

    try:
        async with asyncio.TaskGroup() as group:
            connecting = group.create_task(connect())
            for _ in range(steps):
                await asyncio.sleep(0.0005)
            connecting.cancel()
    finally:
        server.close()
        for writer in held:
            writer.transport.abort()
    # The number of the socket is free for the next one.
    await asyncio.sleep(0.01)


async def test_an_untrusted_server_leaves_nothing_open(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=self_signed(tmp_path))
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(ssl.SSLCertVerificationError):
        await dial(Route("127.0.0.1", port, client_tls_context(), None, None))
    server.close()
    await asyncio.sleep(0.01)
