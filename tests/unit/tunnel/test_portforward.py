"""The port-forward lane against a WebSocket server that speaks the kubelet's protocol, on loopback."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import picows
import pytest

from helper.protocol.worker_messages import Endpoint, TunnelFailure
from helper.tunnel import portforward
from helper.tunnel.lane import HEADROOM
from helper.tunnel.portforward import SUBPROTOCOL, LaneFailed, PortForwardLane, open_port_forward, tls_context
from tests.unit.tunnel.raw_words import is_raw

PORTS = (b"\0\x9e\x1b", b"\1\x9e\x1b")
"""What the kubelet says first on both channels: 7070, little-endian."""


@dataclass
class _Events:
    """A LaneListener that remembers."""

    data: bytearray = field(default_factory=bytearray)
    closed: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    writable: asyncio.Event = field(default_factory=asyncio.Event)

    def on_data(self, data: memoryview) -> None:
        self.data += data
        self.changed.set()

    def on_writable(self) -> None:
        self.writable.set()

    def on_closed(self, reason: str) -> None:
        self.closed.put_nowait(reason)

    async def until(self, count: int) -> bytes:
        async with asyncio.timeout(5):
            while len(self.data) < count:
                self.changed.clear()
                await self.changed.wait()
        return bytes(self.data)

    async def end(self) -> str:
        async with asyncio.timeout(5):
            return await self.closed.get()


class _Pod(picows.WSListener):
    """The far end: says the ports, and echoes what comes on channel 0."""

    def __init__(self, server: _Server) -> None:
        super().__init__()
        self._server = server

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._server.pods.put_nowait(transport)
        for message in PORTS:
            transport.send(picows.WSMsgType.BINARY, message)

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type == picows.WSMsgType.BINARY and self._server.echoes:
            transport.send(picows.WSMsgType.BINARY, frame.get_payload_as_bytes())


@dataclass
class _Server:
    url: str = ""
    echoes: bool = True
    requests: list[picows.WSUpgradeRequest] = field(default_factory=list)
    pods: asyncio.Queue[picows.WSTransport] = field(default_factory=asyncio.Queue)

    def accept(self, request: picows.WSUpgradeRequest) -> picows.WSListener:
        self.requests.append(request)
        return _Pod(self)

    def endpoint(self, **more: object) -> Endpoint:
        return Endpoint(server_url=self.url, namespace="kubeferry", pod="manager-1", port=7070, **more)  # type: ignore[arg-type]


@asynccontextmanager
async def _serving() -> AsyncIterator[_Server]:
    server = _Server()
    listening = await picows.ws_create_server(server.accept, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()


@asynccontextmanager
async def _forwarded() -> AsyncIterator[tuple[PortForwardLane, _Events, picows.WSTransport]]:
    async with _serving() as server:
        events = _Events()
        lane = await open_port_forward(server.endpoint(), events)
        pod = await server.pods.get()
        try:
            yield lane, events, pod
        finally:
            lane.close()
            pod.disconnect(graceful=False)
            await asyncio.wait_for(lane_gone(pod), 5)


async def lane_gone(transport: picows.WSTransport) -> None:
    await transport.wait_disconnected()


async def test_it_asks_as_kubectl_does() -> None:
    async with _serving() as server:
        headers = (("Authorization", "Bearer t"), ("Impersonate-Group", "a"), ("Impersonate-Group", "b"))
        lane = await open_port_forward(server.endpoint(headers=headers), _Events())
        (request,) = server.requests
        assert request.path == b"/api/v1/namespaces/kubeferry/pods/manager-1/portforward?ports=7070"
        assert request.headers["Authorization"] == "Bearer t"
        assert request.headers.getall("Impersonate-Group") == ["a", "b"]
        assert request.headers["Sec-WebSocket-Protocol"] == SUBPROTOCOL
        lane.close()
        await lane_gone(await server.pods.get())


async def test_bytes_go_both_ways_and_ports_are_not_among_them() -> None:
    async with _forwarded() as (lane, events, _):
        lane.send(b"one ")
        buffer = bytearray(HEADROOM) + bytearray(b"two")
        lane.send_buffer(buffer, HEADROOM, HEADROOM + 3)
        assert await events.until(7) == b"one two"


async def test_messages_in_fragments_with_a_ping_between() -> None:
    async with _forwarded() as (_, events, pod):
        pod.send(picows.WSMsgType.BINARY, b"\0frag", fin=False)
        pod.send(picows.WSMsgType.PING, b"?")
        pod.send(picows.WSMsgType.CONTINUATION, b"ment", fin=False)
        pod.send(picows.WSMsgType.CONTINUATION, b"ed", fin=True)
        assert await events.until(10) == b"fragmented"


async def test_other_channels_and_texts_are_no_data() -> None:
    async with _forwarded() as (_, events, pod):
        pod.send(picows.WSMsgType.BINARY, b"\2unknown")
        pod.send(picows.WSMsgType.TEXT, b"\0text")
        pod.send(picows.WSMsgType.BINARY, b"")
        pod.send(picows.WSMsgType.BINARY, b"\0data")
        assert await events.until(4) == b"data"


async def test_the_error_channel_ends_the_lane_with_its_words() -> None:
    async with _forwarded() as (lane, events, pod):
        pod.send(picows.WSMsgType.BINARY, b"\1dial tcp4 127.0.0.1:7070: connect: connection refused" + b"!" * 5000)
        assert await events.end() == "the connection to its port was refused"
        assert not lane.writable


@pytest.mark.parametrize("graceful", [True, False])
async def test_the_servers_end_is_told_once(graceful: bool) -> None:
    async with _forwarded() as (lane, events, pod):
        if graceful:
            pod.send_close(picows.WSCloseCode.GOING_AWAY)
        else:
            pod.disconnect(graceful=False)
        assert await events.end() == "closed by the API server"
        lane.send(b"too late")
        lane.close()
        assert events.closed.empty()


async def test_our_own_end_is_not_told() -> None:
    async with _forwarded() as (lane, events, pod):
        lane.close()
        await lane_gone(pod)
        await asyncio.sleep(0)
        assert events.closed.empty()


async def test_a_server_that_does_not_read_stops_us_until_it_does() -> None:
    async with _serving() as server:
        server.echoes = False
        events = _Events()
        lane = await open_port_forward(server.endpoint(), events)
        pod = await server.pods.get()
        pod.underlying_transport.pause_reading()
        for _ in range(1000):
            lane.send(bytes(1 << 16))
            if not lane.writable:
                break
        else:
            raise AssertionError("it takes everything")
        pod.underlying_transport.resume_reading()
        async with asyncio.timeout(5):
            await events.writable.wait()
        lane.close()
        await lane_gone(pod)


async def _failure(endpoint: Endpoint) -> LaneFailed:
    with pytest.raises(LaneFailed) as failed:
        await open_port_forward(endpoint, _Events())
    assert not is_raw(failed.value.detail), failed.value.detail
    return failed.value


@asynccontextmanager
async def _answering(answer: bytes | None) -> AsyncIterator[str]:
    """A server that gives every connection this answer (None: none at all) and closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer is None:
            await reader.read()
        else:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def _status(number: int, more: str = "") -> bytes:
    body = '{"message": "why"}'
    return f"HTTP/1.1 {number} X\r\n{more}Content-Length: {len(body)}\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (_status(401), TunnelFailure.UNAUTHORIZED),
        (_status(403), TunnelFailure.FORBIDDEN),
        (_status(404), TunnelFailure.POD_GONE),
        (_status(500), TunnelFailure.POD_GONE),
        (_status(503), TunnelFailure.UNREACHABLE),
        (_status(302, "Location: ws://192.0.2.1/\r\n"), TunnelFailure.UNREACHABLE),
        (b"nonsense\r\n\r\n", TunnelFailure.UNREACHABLE),
        (b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", TunnelFailure.UNREACHABLE),
        (b"HTTP/1.1 abc \xff\r\n\xff: \xff\r\n\r\n", TunnelFailure.UNREACHABLE),
        (b"", TunnelFailure.UNREACHABLE),
    ],
)
async def test_what_the_server_answers_is_a_code(answer: bytes, failure: TunnelFailure) -> None:
    async with _answering(answer) as url:
        failed = await _failure(Endpoint(url, "kubeferry", "manager-1", 7070))
    assert failed.failure is failure
    if answer.endswith(b"}"):
        assert "why" in failed.detail


async def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portforward, "HANDSHAKE_TIMEOUT_S", 0.05)
    async with _answering(None) as url:
        failed = await _failure(Endpoint(url, "kubeferry", "manager-1", 7070))
    assert failed.failure is TunnelFailure.UNREACHABLE


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.mark.parametrize(
    "url",
    [lambda: f"http://127.0.0.1:{_free_port()}", lambda: "http://", lambda: "http://" + "a" * 70 + "..invalid"],
    ids=["nobody listens", "no host", "no name"],
)
async def test_where_nobody_is(url: Callable[[], str]) -> None:
    failed = await _failure(Endpoint(url(), "kubeferry", "manager-1", 7070))
    assert failed.failure is TunnelFailure.UNREACHABLE


@pytest.mark.parametrize("status", [407, 502])
async def test_a_proxy_that_refuses(status: int) -> None:
    async with _answering(_status(status)) as proxy:
        endpoint = Endpoint(
            "http://192.0.2.1", "kubeferry", "manager-1", 7070, proxy_url=proxy.replace("//", "//u:pw@")
        )
        failed = await _failure(endpoint)
    assert failed.failure is TunnelFailure.PROXY_FAILED
    assert "pw@" not in str(failed)


@pytest.mark.parametrize(
    "pems", [{"ca_pem": "nonsense"}, {"client_certificate_pem": "nonsense", "client_key_pem": "nonsense"}]
)
async def test_certificates_that_are_none(pems: dict[str, str]) -> None:
    failed = await _failure(Endpoint("https://127.0.0.1:1", "kubeferry", "manager-1", 7070, **pems))  # type: ignore[arg-type]
    assert failed.failure is TunnelFailure.TLS_UNTRUSTED


def test_a_server_is_verified_unless_the_user_says_otherwise() -> None:
    url = "https://192.0.2.1"
    checked = tls_context(Endpoint(url, "n", "p", 1))
    assert (checked.verify_mode, checked.check_hostname) == (ssl.CERT_REQUIRED, True)
    unchecked = tls_context(Endpoint(url, "n", "p", 1, insecure_skip_tls_verify=True))
    assert (unchecked.verify_mode, unchecked.check_hostname) == (ssl.CERT_NONE, False)


async def test_who_gives_up_while_connecting_leaves_nothing_open() -> None:
    async with _serving() as server:
        lane = PortForwardLane(_Events())
        lane.close()
        await picows.ws_connect(lambda: lane, server.url.replace("http", "ws"))
        async with asyncio.timeout(5):
            await lane_gone(await server.pods.get())


def test_no_credential_is_in_a_repr() -> None:
    endpoint = Endpoint(
        "https://192.0.2.1", "n", "p", 1,
        client_key_pem="secret-key", headers=(("Authorization", "Bearer secret-token"),), proxy_url="http://u:secret@x",
    )  # fmt: skip
    assert "secret" not in repr(endpoint)
