"""The sidecar's lane to the manager: found, secured, greeted, kept, and made anew for as long as the pod lives."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, Protocol

from helper.cluster.api import MANAGER_TLS_NAME
from helper.cluster.sidecar.join import Join, JoinMissing, read_join
from helper.protocol.intercepts import Workload
from helper.tunnel.pump import AddressGuard, Pump
from helper.tunnel.tls_lane import TlsLane
from helper.wire.frames import Frame, FrameError, FrameKind, encode_frame
from helper.wire.hello import WIRE_VERSION, HelloError, ManagerRefusal, decode_hello, encode_hello
from helper.wire.laptop_messages import MessageDecoder, MessageError, encode_message
from helper.wire.sidecar_messages import FromSidecar, Rules, SidecarHello, SidecarWelcome

CONNECT_S = 3.0
PING_INTERVAL_S = 1.0
SILENT_PINGS = 3
_DELAYS_S = (0.1, 0.2, 0.5, 1.0)

log = logging.getLogger(__name__)


class LinkFailed(Exception):
    """No lane, or not any more. The message says why."""


class LinkUser(Protocol):
    """What the lane is for. Called from the event loop."""

    async def joined(self, welcome: SidecarWelcome, workload: Workload) -> None:
        """Before the first packet. Raises OSError or DeviceError when the pod's network does not take the address."""

    def take_rules(self, rules: Rules) -> None: ...

    def lost(self) -> None:
        """Of a lane that had joined."""


class ManagerLink:
    """Implements `LaneListener`. `run` is the only task."""

    def __init__(self, pump: Callable[[Callable[[Frame], None]], Pump], folder: Path, pod: str, user: LinkUser) -> None:
        self._loop = asyncio.get_running_loop()
        self._pump = pump(self._on_control)
        self._folder = folder
        self._pod = pod
        self._user = user
        self._lane: TlsLane | None = None
        self._up = False
        self._heard = False
        self._welcome: asyncio.Future[SidecarWelcome] = self._loop.create_future()
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self._messages: MessageDecoder[Rules] = MessageDecoder(Rules)
        self._rules: Rules | None = None

    def say(self, message: FromSidecar) -> None:
        """To nobody while there is no lane, or while too much waits already."""
        if self._lane is not None and self._up and self._lane.writable:
            self._lane.send(encode_message(message))

    async def run(self) -> None:
        failures = 0
        told = ""
        while True:
            try:
                reason, failures = await self._one_lane(), 0
            except LinkFailed as error:
                reason = str(error)
                failures += 1
            if reason != told:
                log.info("no manager: %s", reason)
                told = reason
            await asyncio.sleep(_DELAYS_S[min(failures, len(_DELAYS_S) - 1)])

    async def _one_lane(self) -> str:
        """Returns why a lane that was up has ended. Raises LinkFailed when it was never up."""
        try:
            join = read_join(self._folder)
        except JoinMissing as error:
            raise LinkFailed(f"the Secret cannot be used: {error}") from error
        self._welcome, self._ended = self._loop.create_future(), self._loop.create_future()
        self._messages, self._rules = MessageDecoder(Rules), None
        sock = await _connect(join)
        try:
            lane = self._lane = TlsLane(self._loop, sock, self, join.context, server_name=MANAGER_TLS_NAME)
            self._pump.attach(lane)
            welcome = await self._greet(lane, join)
            await self._user.joined(welcome, join.config.workload)
            self._up = True
            self._hand_over()
            self._pump.open(AddressGuard(IPv4Address(welcome.address4).packed, None, by_source=False))
            log.info("joined as %s", welcome.address4)
            return await self._hold(lane)
        except (OSError, ValueError) as error:
            raise LinkFailed(str(error)) from error
        finally:
            self._pump.detach()
            if self._lane is not None:
                self._lane.close()
                self._lane = None
            if self._up:
                self._up = False
                self._user.lost()

    async def _greet(self, lane: TlsLane, join: Join) -> SidecarWelcome:
        hello = SidecarHello(WIRE_VERSION, join.config.workload, join.config.injection_id, join.token, self._pod)
        lane.send(encode_frame(FrameKind.HELLO, encode_hello(hello)))
        await asyncio.wait((self._welcome, self._ended), timeout=CONNECT_S, return_when=asyncio.FIRST_COMPLETED)
        if self._ended.done():
            raise LinkFailed(self._ended.result())
        if not self._welcome.done():
            raise LinkFailed("the manager did not answer the handshake")
        welcome = self._welcome.result()
        if welcome.version != WIRE_VERSION or IPv4Address(welcome.address4) not in IPv4Network(welcome.subnet4):
            raise LinkFailed(f"the manager is of another version ({welcome.manager_version})")
        return welcome

    async def _hold(self, lane: TlsLane) -> str:
        """Silence is counted in turns of the loop, as the laptop's worker does: a pod may have been frozen."""
        unanswered = 0
        while not self._ended.done():
            self._heard = False
            lane.send(encode_frame(FrameKind.PING, int(time.monotonic() * 1000).to_bytes(8, "big")))
            await asyncio.wait((self._ended,), timeout=PING_INTERVAL_S)
            unanswered = 0 if self._heard else unanswered + 1
            if unanswered >= SILENT_PINGS:
                return f"nothing was heard for {SILENT_PINGS} pings"
        return self._ended.result()

    # LaneListener

    def on_data(self, data: memoryview) -> None:
        self._heard = True
        try:
            self._pump.on_data(data)
        except (FrameError, HelloError, MessageError) as error:
            self._end(str(error))

    def on_writable(self) -> None:
        self._pump.on_writable()

    def on_closed(self, reason: str) -> None:
        self._end(reason)

    def _on_control(self, frame: Frame) -> None:
        if frame.kind == FrameKind.WELCOME and not self._welcome.done():
            self._welcome.set_result(decode_hello(SidecarWelcome, frame.payload))
        elif frame.kind == FrameKind.REFUSED and not self._welcome.done():
            self._end(f"the manager refuses: {decode_hello(ManagerRefusal, frame.payload).code}")
        elif frame.kind == FrameKind.MESSAGE and self._welcome.done():
            self._rules = self._messages.feed(frame.payload) or self._rules
            self._hand_over()

    def _hand_over(self) -> None:
        """Rules wait until the device has its address."""
        if self._up and self._rules is not None:
            rules, self._rules = self._rules, None
            self._user.take_rules(rules)

    def _end(self, reason: str) -> None:
        if not self._ended.done():
            self._ended.set_result(reason)


async def _connect(join: Join) -> socket.socket:
    """The first of the manager's addresses that answers; names are resolved as this pod resolves. Raises LinkFailed."""
    loop = asyncio.get_running_loop()
    problem = "the Secret names no address"
    for host in join.config.addresses:
        try:
            async with asyncio.timeout(CONNECT_S):
                found = await loop.getaddrinfo(host, join.config.port, type=socket.SOCK_STREAM)
                return await _open(loop, found[0])
        except (OSError, TimeoutError) as error:
            problem = f"{host}: {error or 'no answer'}"
    raise LinkFailed(problem)


async def _open(loop: asyncio.AbstractEventLoop, found: tuple[Any, ...]) -> socket.socket:
    """`found` as getaddrinfo(3) tells it. Raises OSError."""
    sock = socket.socket(found[0], found[1])
    try:
        sock.setblocking(False)
        await loop.sock_connect(sock, found[4])
    except BaseException:
        sock.close()
        raise
    return sock
