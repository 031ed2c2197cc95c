"""The whole server against arbitrary bytes: it answers or closes, never hangs or ends, and serves the next caller."""

import asyncio
import contextlib
import socket

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helper.client import HelperClient
from helper.protocol.framing import encode
from helper.protocol.helper_messages import (
    HELPER_PROTOCOL_VERSION,
    Hello,
    ListConnections,
    OpenConnection,
    PrepareWorker,
)
from tests.unit.daemon.conftest import Daemon, StartDaemon

HELLO = encode(Hello(HELPER_PROTOCOL_VERSION))
bodies = st.one_of(
    st.binary(max_size=64),
    st.sampled_from([b'{"type":"SetNetwork"}', b"null", b"[]", b'{"type":"Hello","version":-1}', b'{"type":5}']),
)
frames = bodies.map(lambda body: len(body).to_bytes(4, "big") + body)
honest = st.sampled_from([HELLO, encode(ListConnections()), encode(PrepareWorker()), encode(OpenConnection("fuzz"))])
streams = st.lists(st.one_of(st.binary(max_size=64), frames, honest), max_size=8)


async def throw(daemon: Daemon, chunks: list[bytes], start: bytes) -> None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as sock:
        await loop.sock_connect(sock, str(daemon.socket))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for chunk in (start, *chunks):
                await loop.sock_sendall(sock, chunk)
            sock.shutdown(socket.SHUT_WR)
            async with asyncio.timeout(5):
                while await loop.sock_recv(sock, 65536):
                    pass


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(inputs=st.lists(st.tuples(streams, st.sampled_from([b"", HELLO])), min_size=1, max_size=4))
def test_arbitrary_bytes(start_daemon: StartDaemon, inputs: list[tuple[list[bytes], bytes]]) -> None:
    async def scenario() -> None:
        async with start_daemon(grace_s=0) as daemon:
            for chunks, start in inputs:
                await throw(daemon, chunks, start)
            client = await HelperClient.connect(daemon.socket)
            await client.list_connections()
            client.close()
        daemon.socket.unlink()

    asyncio.run(scenario())
