"""A lane through the Kubernetes port-forward: one WebSocket to the API server, which reaches the pod's port.

Protocol `v4.channel.k8s.io` (kubelet's cri/streaming/portforward/websocket.go): every message begins with a channel
byte, even = data, odd = error; the first message of each channel is the port, two bytes little-endian.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import urllib.parse
from typing import Any

import picows

from helper.protocol.worker_messages import Endpoint, TunnelFailure
from helper.tunnel.credential_file import credential_file
from helper.tunnel.failure_words import words_of, words_of_answer, words_of_port
from helper.tunnel.lane import LaneListener

SUBPROTOCOL = "v4.channel.k8s.io"
CONNECT_TIMEOUT_S = 1.5
HANDSHAKE_TIMEOUT_S = 5.0

_DATA, _ERROR = 0, 1
_MAX_BODY_BYTES = 4096
"""Of a refusal: a Kubernetes Status is smaller."""

log = logging.getLogger(__name__)


class LaneFailed(Exception):
    """There is no lane: why, as a code, and in words that a user reads (failure_words)."""

    def __init__(self, failure: TunnelFailure, detail: str) -> None:
        super().__init__(f"{failure}: {detail}")
        self.failure = failure
        self.detail = detail


class PortForwardLane(picows.WSListener):
    """Made by `open_port_forward`. A `Lane`; see there for what its methods promise."""

    def __init__(self, listener: LaneListener) -> None:
        super().__init__()
        self._listener = listener
        self._transport: picows.WSTransport | None = None
        self._writable = True
        self._closed = False
        self._ports_seen = [False, False]
        self._channel = _DATA
        self._error = ""

    @property
    def connected(self) -> bool:
        """Was it ever?"""
        return self._transport is not None

    @property
    def writable(self) -> bool:
        return self._writable and not self._closed

    def send(self, data: bytes | bytearray) -> None:
        if self._transport is not None and not self._closed:
            self._transport.send(picows.WSMsgType.BINARY, b"\0" + data)

    def send_buffer(self, buffer: bytearray, start: int, end: int) -> None:
        if self._transport is not None and not self._closed:
            buffer[start - 1] = _DATA
            with memoryview(buffer) as view:
                self._transport.send(picows.WSMsgType.BINARY, view[start - 1 : end])

    def close(self) -> None:
        self._closed = True
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    # picows.WSListener

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._transport = transport
        if self._closed:
            # Nobody waited for it any more.
            transport.disconnect(graceful=False)

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        if not self._closed:
            self._listener.on_writable()

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if self._closed:
            return
        if frame.msg_type == picows.WSMsgType.CLOSE:
            transport.disconnect()
            return
        payload = frame.get_payload_as_memoryview()
        if frame.msg_type != picows.WSMsgType.CONTINUATION:
            if frame.msg_type != picows.WSMsgType.BINARY or not payload:
                return
            self._channel = payload[0]
            payload = payload[1:]
            if self._channel in (_DATA, _ERROR) and not self._ports_seen[self._channel]:
                self._ports_seen[self._channel] = True
                payload = payload[2:]
        if self._channel == _DATA and payload:
            self._listener.on_data(payload)
        elif self._channel == _ERROR and payload:
            self._error += bytes(payload[:1000]).decode(errors="replace")
            transport.disconnect()

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        if not self._closed:
            self._closed = True
            if self._error:
                log.debug("the kubelet says: %s", self._error)
            self._listener.on_closed(words_of_port(self._error) if self._error else "closed by the API server")


def tls_context(endpoint: Endpoint) -> ssl.SSLContext:
    """Raises LaneFailed for certificates that OpenSSL cannot read. Keys pass through an anonymous memory file."""
    context = ssl.create_default_context(cadata=endpoint.ca_pem)
    # Cluster authorities made by old tools lack what OpenSSL's strict mode asks for; kubectl accepts them.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    if endpoint.insecure_skip_tls_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if endpoint.client_certificate_pem and endpoint.client_key_pem:
        with credential_file(f"{endpoint.client_certificate_pem}\n{endpoint.client_key_pem}\n") as path:
            # A password stops OpenSSL from asking for one on a terminal.
            context.load_cert_chain(path, password="")
    return context


def _url(endpoint: Endpoint) -> str:
    base = endpoint.server_url.rstrip("/")
    scheme, _, rest = base.partition("://")
    quoted = [urllib.parse.quote(part, safe="") for part in (endpoint.namespace, endpoint.pod)]
    return (
        f"{'ws' if scheme == 'http' else 'wss'}://{rest}/api/v1/namespaces/{quoted[0]}/pods/{quoted[1]}"
        f"/portforward?ports={endpoint.port}"
    )


async def _connect(url: picows.WSParsedURL) -> socket.socket:
    """A TCP connection with a time limit of its own: a network that swallows packets must not hold an attempt up.

    Raises OSError (TimeoutError is one).
    """
    loop = asyncio.get_running_loop()
    failure: OSError = OSError("the name has no address")
    for family, kind, protocol, _, address in await loop.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    raise failure


async def open_port_forward(endpoint: Endpoint, listener: LaneListener) -> PortForwardLane:
    """Connects as kubectl would with this endpoint. Raises LaneFailed."""
    url = _url(endpoint)
    secure = url.startswith("wss:")
    try:
        context = tls_context(endpoint) if secure else None
    except (ssl.SSLError, ValueError) as error:
        log.debug("the kubeconfig's certificates: %s", error)
        problem = "a certificate or key of the kubeconfig cannot be read"
        raise LaneFailed(TunnelFailure.TLS_UNTRUSTED, problem) from error
    lane = PortForwardLane(listener)
    server_hostname = {"server_hostname": endpoint.tls_server_name} if secure and endpoint.tls_server_name else {}
    more: dict[str, Any] = dict(server_hostname)
    headers = (*endpoint.headers, ("Sec-WebSocket-Protocol", SUBPROTOCOL))
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S + HANDSHAKE_TIMEOUT_S):
            await picows.ws_connect(
                lambda: lane,
                url,
                ssl_context=context,
                extra_headers=headers,
                proxy=endpoint.proxy_url,
                websocket_handshake_timeout=HANDSHAKE_TIMEOUT_S,
                max_frame_size=1 << 24,
                max_redirects=0,
                read_buffer_init_size=128 * 1024,
                socket_factory=_connect,
                **more,
            )
    except BaseException as error:
        with contextlib.suppress(Exception):
            lane.close()
        failure = _classify(error, through_proxy=endpoint.proxy_url is not None)
        if failure is None:
            raise
        log.debug("no port-forward: %r", error)
        raise failure from error
    if not lane.connected:
        # picows returns in peace when the server closes instead of answering, as one that is being restarted does.
        raise LaneFailed(TunnelFailure.UNREACHABLE, "the server closed the connection instead of answering")
    return lane


_BY_STATUS = {
    401: TunnelFailure.UNAUTHORIZED,
    403: TunnelFailure.FORBIDDEN,
    404: TunnelFailure.POD_GONE,
    407: TunnelFailure.PROXY_FAILED,
    500: TunnelFailure.POD_GONE,
}


def _classify(error: BaseException, *, through_proxy: bool) -> LaneFailed | None:
    """None: not ours to translate (cancellation, a bug)."""
    if isinstance(error, picows.WSHandshakeError):
        status = int(error.response.status) if error.response is not None else 0
        body = bytes(error.raw_body or b"")[:_MAX_BODY_BYTES]
        return LaneFailed(_BY_STATUS.get(status, TunnelFailure.UNREACHABLE), words_of_answer(status, body))
    if isinstance(error, ssl.SSLCertVerificationError):
        return LaneFailed(TunnelFailure.TLS_UNTRUSTED, words_of(error))
    if isinstance(error, picows.WSError):
        return LaneFailed(TunnelFailure.UNREACHABLE, "its answer is not one of a port-forward")
    if isinstance(error, OSError | EOFError | UnicodeError):
        return LaneFailed(TunnelFailure.UNREACHABLE, words_of(error))
    if type(error).__module__.startswith("python_socks") or (through_proxy and isinstance(error, Exception)):
        return LaneFailed(TunnelFailure.PROXY_FAILED, words_of(error))
    return None
