"""Peers of the manager that are not ours: what a pod or a laptop can send that no sidecar and no worker would.

Their sockets are made in a network namespace of the interception lab, so that they come from where they say.
"""

from __future__ import annotations

import socket
import ssl
import struct
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from helper.protocol.intercepts import Intercept, InterceptState, JoinTicket, Workload
from helper.wire.frames import VNET_HEADER_BYTES, FrameDecoder, FrameKind, encode_frame
from helper.wire.hello import (
    WIRE_VERSION,
    ClientHello,
    HelloRefusal,
    ManagerRefusal,
    ManagerWelcome,
    decode_hello,
    encode_hello,
)
from helper.wire.laptop_messages import (
    Declare,
    FromLaptop,
    MessageDecoder,
    Mint,
    Minted,
    States,
    ToLaptop,
    encode_message,
)
from helper.wire.sidecar_messages import SidecarHello, SidecarWelcome, ToSidecar
from tests.lab import kernel
from tests.lab.network import NetworkNamespace
from tests.netns.cluster.interception_lab import INJECTION, MANAGER4, WORKLOAD, InterceptionLab

ANSWER_S = 5.0


def socket_in(
    namespace: NetworkNamespace, kind: socket.SocketKind = socket.SOCK_STREAM, protocol: int = 0
) -> socket.socket:
    """A socket belongs to the namespace it was made in, wherever its thread goes after."""
    with Path("/proc/thread-self/ns/net").open("rb") as own, Path(namespace.path).open("rb") as there:
        kernel.setns(there.fileno())
        try:
            return socket.socket(socket.AF_INET, kind, protocol)
        finally:
            kernel.setns(own.fileno())


def connected(namespace: NetworkNamespace, address: str, port: int) -> socket.socket:
    sock = socket_in(namespace)
    sock.settimeout(ANSWER_S)
    try:
        sock.connect((address, port))
    except BaseException:
        sock.close()
        raise
    return sock


def pod_socket(lab: InterceptionLab) -> socket.socket:
    """From a pod that is not the workload's, to the manager's port for sidecars."""
    return connected(lab.client, MANAGER4, 7071)


def laptop_socket(lab: InterceptionLab) -> socket.socket:
    """As the port-forward hands it over: to the loopback of the manager's pod."""
    return connected(lab.manager, "127.0.0.1", 7070)


def over_tls(sock: socket.socket, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLSocket:
    """Of a stranger who looks at no certificate. Raises OSError when the manager does not want to."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1_2, version
    try:
        return context.wrap_socket(sock)
    except BaseException:
        sock.close()
        raise


class Peer:
    """One connection that speaks in frames, or in whatever else is sent. Closes its socket at the end of `with`."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._decoder = FrameDecoder()
        self._frames: list[tuple[int, bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.sock.close()

    def send(self, kind: FrameKind, payload: bytes = b"") -> None:
        self.send_bytes(encode_frame(kind, payload))

    def send_bytes(self, data: bytes) -> None:
        """A peer that has closed already is not the sender's concern."""
        with suppress(OSError):
            self.sock.sendall(data)

    def receive(self) -> tuple[int, bytes] | None:
        """The next frame; None: the manager has closed. Raises TimeoutError."""
        while not self._frames:
            try:
                data = self.sock.recv(1 << 16)
            except TimeoutError:
                raise
            except OSError:
                data = b""
            if not data:
                return None
            self._frames += [(frame.kind, bytes(frame.payload)) for frame in self._decoder.feed(data)]
        return self._frames.pop(0)

    def next_of(self, kind: FrameKind) -> bytes:
        while (frame := self.receive()) is not None:
            if frame[0] == kind:
                return frame[1]
        raise EOFError(f"no {kind.name} came")

    def packets(self) -> list[bytes]:
        """IPv4 packets that came before the answer to a ping, which is waited for. (The device's kernel looks for
        neighbours by IPv6 now and then.)"""
        self.send(FrameKind.PING, b"12345678")
        found = []
        while (frame := self.receive()) is not None and frame[0] != FrameKind.PONG:
            if frame[0] == FrameKind.DATA and frame[1][VNET_HEADER_BYTES] >> 4 == 4:
                found.append(frame[1][VNET_HEADER_BYTES:])
        return found

    def refusal(self) -> HelloRefusal | None:
        """Why; None: closed without a word. Fails when anything but a refusal comes."""
        frame = self.receive()
        if frame is None:
            return None
        assert frame[0] == FrameKind.REFUSED, f"let in: {frame}"
        return decode_hello(ManagerRefusal, frame[1]).code

    def ended_within(self, seconds: float) -> bool:
        self.sock.settimeout(seconds)
        try:
            while self.receive() is not None:
                pass
        except TimeoutError:
            return False
        return True

    def is_answered(self) -> bool:
        """Does a ping come back? What comes before it is thrown away."""
        self.send(FrameKind.PING, b"12345678")
        try:
            return self.next_of(FrameKind.PONG) == b"12345678"
        except (EOFError, TimeoutError):
            return False


class StrangeLaptop(Peer):
    """Joined as any laptop may that can port-forward; what it says then is the test's."""

    def __init__(
        self, lab: InterceptionLab, client_id: str, *, secret: str | None = None, address4: str | None = None
    ) -> None:
        super().__init__(laptop_socket(lab))
        hello = ClientHello(WIRE_VERSION, client_id, "stranger@laptop", True, address4=address4, secret=secret)
        self.send(FrameKind.HELLO, encode_hello(hello))
        frame = self.receive()
        self.refused = decode_hello(ManagerRefusal, frame[1]).code if frame and frame[0] == FrameKind.REFUSED else None
        self._welcome = decode_hello(ManagerWelcome, frame[1]) if frame and frame[0] == FrameKind.WELCOME else None
        self._messages: MessageDecoder[ToLaptop] = MessageDecoder(ToLaptop)

    @property
    def welcome(self) -> ManagerWelcome:
        assert self._welcome is not None, f"not let in: {self.refused}"
        return self._welcome

    @property
    def address4(self) -> str:
        assert self.welcome.address4 is not None
        return self.welcome.address4

    def say(self, message: FromLaptop) -> None:
        self.send_bytes(encode_message(message))

    def hear(self) -> ToLaptop:
        while True:
            message = self._messages.feed(self.next_of(FrameKind.MESSAGE))
            if message is not None:
                return message

    def declare(self, *intercepts: Intercept) -> tuple[InterceptState, ...]:
        """What the manager says of them."""
        self.say(Declare(intercepts))
        while not isinstance(message := self.hear(), States):
            pass
        return message.states

    def mint(self, workload: Workload = WORKLOAD, injection_id: str = INJECTION) -> JoinTicket:
        self.say(Mint(workload, injection_id))
        while not isinstance(message := self.hear(), Minted):
            pass
        return message.ticket


class StrangeSidecar(Peer):
    """Shows `token` at the manager's port for sidecars, from a pod that is not the workload's."""

    def __init__(
        self, lab: InterceptionLab, token: str, *, workload: Workload = WORKLOAD, injection_id: str = INJECTION
    ) -> None:
        super().__init__(over_tls(pod_socket(lab)))
        self.send(FrameKind.HELLO, encode_hello(SidecarHello(WIRE_VERSION, workload, injection_id, token, "stranger")))
        self._messages: MessageDecoder[ToSidecar] = MessageDecoder(ToSidecar)

    def joined(self) -> str:
        """Its virtual address. Returns when it has its first rules, and with them its way to laptops."""
        frame = self.receive()
        assert frame is not None, "closed without a word"
        assert frame[0] == FrameKind.WELCOME, decode_hello(ManagerRefusal, frame[1])
        self.hear()
        return decode_hello(SidecarWelcome, frame[1]).address4

    def hear(self) -> ToSidecar:
        while True:
            message = self._messages.feed(self.next_of(FrameKind.MESSAGE))
            if message is not None:
                return message


def datagram(source: str, destination: str, port: int = 7001) -> bytes:
    """A DATA payload: virtio header, IPv4, UDP without a checksum."""
    body = struct.pack(">HHHH", 5000, port, 12, 0) + b"ping"
    ends = socket.inet_aton(source) + socket.inet_aton(destination)
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), 7, 0, 64, socket.IPPROTO_UDP, 0) + ends
    return bytes(VNET_HEADER_BYTES) + header + body


class ManagerProcess:
    """What the kernel says of the manager, and what it has written."""

    def __init__(self, lab: InterceptionLab) -> None:
        self._lab = lab
        assert lab.manager_pid is not None
        self._proc = Path(f"/proc/{lab.manager_pid}")

    def descriptors(self) -> int:
        return len(list((self._proc / "fd").iterdir()))

    def resident_mib(self) -> float:
        return int((self._proc / "statm").read_text().split()[1]) * 4096 / 2**20

    def has_come_down_to(self, descriptors: int, within_s: float = 15.0) -> bool:
        """What was cut off is given back by its deadline, not at once."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            if self.descriptors() <= descriptors:
                return True
            time.sleep(0.1)
        return False

    def faults(self) -> str:
        """The part of its log that no stranger may cause: a traceback, or what asyncio says of a callback."""
        log = self._lab.log("manager")
        at = min((at for mark in ("Traceback", "Exception in callback") if (at := log.find(mark)) >= 0), default=-1)
        return "" if at < 0 else log[at : at + 2000]
