"""Sidecars' lanes on the manager's side: TLS on the pod network, a token, then rules out and packets both ways."""

from __future__ import annotations

import asyncio
import logging
import socket
from ipaddress import IPv4Address
from typing import Protocol

from helper.cluster.manager.intercepts import Group, GroupKey
from helper.cluster.manager.keys import ManagerKeys
from helper.cluster.manager.leases import LeaseRefused
from helper.cluster.manager.switch import SwitchPort, destination4
from helper.tunnel.pump import AddressGuard
from helper.tunnel.tls_lane import TlsLane
from helper.version import VERSION
from helper.wire.frames import Frame, FrameDecoder, FrameError, FrameKind, encode_frame
from helper.wire.hello import WIRE_VERSION, HelloError, HelloRefusal, ManagerRefusal, decode_hello, encode_hello
from helper.wire.laptop_messages import MessageDecoder, MessageError, encode_message
from helper.wire.sidecar_messages import Applied, FromSidecar, Rules, Seen, SidecarHello, SidecarWelcome

GREETING_S = 5.0
"""Whoever has not shown a token by then is cut off."""

MAX_GREETING_BYTES = 16 * 1024
"""In all, before a token: more is no HELLO."""

log = logging.getLogger(__name__)


class SidecarKeeper(Protocol):
    """What a sidecar's link needs of the manager. Made by `interception.Interception`."""

    subnet4: str

    @property
    def keys(self) -> ManagerKeys: ...

    def admit(self, link: SidecarLink, key: GroupKey) -> tuple[IPv4Address, Group]:
        """Raises LeaseRefused when there is no address left."""

    def applied(self, link: SidecarLink) -> None: ...

    def seen(self, link: SidecarLink, message: Seen) -> None: ...

    def port_of(self, link: SidecarLink, address: bytes) -> SwitchPort | None:
        """Where a packet to this laptop leaves; None where this sidecar has no business with it."""

    def leave(self, link: SidecarLink) -> None: ...


class SidecarLink:
    """One accepted connection. Before `key` is set it has shown no token, and gets nothing but a refusal."""

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket, keeper: SidecarKeeper) -> None:
        self._loop = loop
        self._keeper = keeper
        self._decoder = FrameDecoder()
        self._messages: MessageDecoder[FromSidecar] = MessageDecoder(FromSidecar)
        self._guard: AddressGuard | None = None
        self._greeting_bytes = 0
        self._refused = False
        self.key: GroupKey | None = None
        self.pod = ""
        self.address4: IPv4Address | None = None
        self.applied = Applied(0)
        self.began_at = self.heard_at = loop.time()
        self.lane = TlsLane(loop, sock, self, keeper.keys.context)
        self.port = SwitchPort(loop, self.lane)

    def send_rules(self, group: Group, *, watched: bool) -> None:
        self.lane.send(encode_message(Rules(group.generation, group.rules, watched=watched)))

    def close(self) -> None:
        self.port.lane = None
        self.lane.close()

    # LaneListener

    def on_data(self, data: memoryview) -> None:
        self.heard_at = self._loop.time()
        try:
            if self.key is None:
                self._greeting_bytes += len(data)
                if self._greeting_bytes > MAX_GREETING_BYTES:
                    raise FrameError("more than a HELLO before the handshake")
            for frame in self._decoder.feed(data):
                self._take(frame)
        except (FrameError, HelloError, MessageError) as error:
            log.warning("a sidecar's stream could not be followed: %s", error)
            self._end()

    def on_writable(self) -> None:
        """What is forwarded does not wait: see `switch`."""

    def on_closed(self, reason: str) -> None:
        if self.key is not None:
            log.info("sidecar %s of %s has gone: %s", self.pod, _told(self.key), reason)
        self._end()

    def _take(self, frame: Frame) -> None:
        if self.key is None:
            if frame.kind != FrameKind.HELLO or self._refused:
                raise FrameError(f"kind {frame.kind} before the handshake")
            self._greet(decode_hello(SidecarHello, frame.payload))
        elif frame.kind == FrameKind.DATA:
            self._forward(frame.payload)
        elif frame.kind == FrameKind.PING:
            if self.lane.writable:
                self.lane.send(encode_frame(FrameKind.PONG, bytes(frame.payload)))
        elif frame.kind == FrameKind.MESSAGE:
            match self._messages.feed(frame.payload):
                case Applied() as applied:
                    self.applied = applied
                    self._keeper.applied(self)
                case Seen() as message:
                    self._keeper.seen(self, message)
        else:
            raise FrameError(f"kind {frame.kind} is out of place")

    def _forward(self, payload: memoryview) -> None:
        if self._guard is None or not self._guard.allows(payload):
            return
        address = destination4(payload)
        port = None if address is None else self._keeper.port_of(self, address)
        if port is not None:
            port.forward(payload)

    def _greet(self, hello: SidecarHello) -> None:
        try:
            if hello.version != WIRE_VERSION:
                raise LeaseRefused(HelloRefusal.VERSION)
            if not self._keeper.keys.is_token(hello.token, hello.workload, hello.injection_id):
                raise LeaseRefused(HelloRefusal.BAD_TOKEN)
            key = GroupKey(hello.workload, hello.injection_id)
            self.pod = hello.pod
            address, group = self._keeper.admit(self, key)
        except LeaseRefused as error:
            self._refuse(error.code)
            return
        self.key, self.address4 = key, address
        self._guard = AddressGuard(address.packed, None, by_source=True)
        welcome = SidecarWelcome(WIRE_VERSION, VERSION, str(address), self._keeper.subnet4)
        self.lane.send(encode_frame(FrameKind.WELCOME, encode_hello(welcome)))
        log.info("sidecar %s of %s has joined as %s, with %d rules", self.pod, _told(key), address, len(group.rules))

    def _refuse(self, code: HelloRefusal) -> None:
        log.warning("a sidecar was refused: %s", code)
        self._refused = True
        self.lane.send(encode_frame(FrameKind.REFUSED, encode_hello(ManagerRefusal(code, VERSION))))
        self._loop.call_later(0.5, self._end)

    def _end(self) -> None:
        self.close()
        self._keeper.leave(self)


def _told(key: GroupKey) -> str:
    return f"{key.workload.namespace}/{key.workload.kind.lower()}/{key.workload.name}"
