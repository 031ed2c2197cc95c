"""Laptops' lanes on the manager's side: handshake, then packets between lane and the lease's own device."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from helper.cluster.manager.devices import Device
from helper.cluster.manager.leases import Lease, LeaseRefused
from helper.cluster.manager.switch import MAX_BACKLOG_BYTES, SwitchPort
from helper.cluster.pod.nft import FirewallError
from helper.cluster.pod.uplink import DeviceError
from helper.tunnel.lane import StreamLane
from helper.tunnel.pump import AddressGuard, Pump
from helper.tunnel.traffic import Traffic
from helper.wire.frames import VNET_HEADER_BYTES, Frame, FrameDecoder, FrameError, FrameKind, encode_frame
from helper.wire.hello import (
    WIRE_VERSION,
    ClientHello,
    HelloError,
    HelloRefusal,
    ManagerRefusal,
    ManagerWelcome,
    decode_hello,
    encode_hello,
)
from helper.wire.laptop_messages import FromLaptop, MessageDecoder, MessageError, ToLaptop, encode_message

GREETING_S = 10.0
"""Whoever has not got a lease by then is cut off: a few bytes now and then keep no place. Laptops wait for 3 s."""

_DESTINATION4 = slice(VNET_HEADER_BYTES + 16, VNET_HEADER_BYTES + 20)

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Station:
    """What a lease has for as long as it lives, whichever lane is open."""

    lease: Lease
    device: Device
    pump: Pump
    guard: AddressGuard
    link: Link | None = None
    traffic: Traffic = field(default_factory=Traffic)


class StationKeeper(Protocol):
    """What a link needs of the manager. Made by `server.Manager`."""

    version: str

    def admit(self, hello: ClientHello) -> tuple[Station, ManagerWelcome]:
        """Raises LeaseRefused; OSError, DeviceError or FirewallError when the kernel gives no device or no way."""

    def greeted(self, link: Link) -> None:
        """The link has its station, and its WELCOME is on the way."""

    def take(self, link: Link, message: FromLaptop) -> None: ...

    def forward(self, lease: Lease, destination: bytes, payload: memoryview) -> bool:
        """A packet to a virtual address; False: not one that the switch knows."""

    def leave(self, link: Link, *, release: bool) -> None: ...


class Link:
    """One accepted connection. `heard_at` is the loop's time of the last bytes, `began_at` that of its birth."""

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket, keeper: StationKeeper) -> None:
        self._loop = loop
        self._keeper = keeper
        self._decoder: FrameDecoder | None = FrameDecoder(capacity=256 * 1024)
        self.station: Station | None = None
        self.began_at = self.heard_at = loop.time()
        self.lane = StreamLane(loop, sock, self)
        self.port = SwitchPort(loop, self.lane)
        self._messages: MessageDecoder[FromLaptop] = MessageDecoder(FromLaptop)

    def close(self) -> None:
        self.port.lane = None
        self.lane.close()

    def tell(self, message: ToLaptop) -> None:
        """A laptop that does not read has bytes waiting already, and hears of everything when it comes again."""
        if self.lane.backlog < MAX_BACKLOG_BYTES:
            self.lane.send(encode_message(message))

    # LaneListener

    def on_data(self, data: memoryview) -> None:
        self.heard_at = self._loop.time()
        try:
            if self.station is not None:
                self.station.pump.on_data(data)
            elif self._decoder is not None:
                if len(data) > 64 * 1024:
                    raise FrameError("more than a HELLO before the handshake")
                for frame in self._decoder.feed(data):
                    self._handshake(frame)
        except (FrameError, MessageError) as error:
            log.warning("a laptop's stream could not be followed: %s", error)
            self._end(release=False)

    def on_writable(self) -> None:
        if self.station is not None:
            self.station.pump.on_writable()

    def on_closed(self, reason: str) -> None:
        self._keeper.leave(self, release=False)

    def on_control(self, frame: Frame) -> None:
        if frame.kind == FrameKind.PING:
            # Who does not read has bytes waiting that say as much, and must not make us hold answers without end.
            if self.lane.writable:
                self.lane.send(encode_frame(FrameKind.PONG, bytes(frame.payload)))
        elif frame.kind == FrameKind.MESSAGE:
            message = self._messages.feed(frame.payload)
            if message is not None:
                self._keeper.take(self, message)
        elif frame.kind == FrameKind.RELEASE:
            self._end(release=True)

    def _handshake(self, frame: Frame) -> None:
        if frame.kind != FrameKind.HELLO or self.station is not None:
            raise FrameError(f"kind {frame.kind} before the handshake")
        try:
            hello = decode_hello(ClientHello, frame.payload)
            if hello.version != WIRE_VERSION:
                raise LeaseRefused(HelloRefusal.VERSION)
            station, welcome = self._keeper.admit(hello)
        except HelloError as error:
            log.warning("%s", error)
            self._refuse(HelloRefusal.MALFORMED)
            return
        except LeaseRefused as error:
            self._refuse(error.code)
            return
        except (OSError, DeviceError, FirewallError) as error:
            log.error("no device for a laptop: %s", error)
            self._refuse(HelloRefusal.INTERNAL)
            return
        if station.link is not None:
            station.link.close()
        station.link = self
        self.station = station
        self._decoder = None
        station.pump.attach(self.lane)
        self.lane.send(encode_frame(FrameKind.WELCOME, encode_hello(welcome)))
        station.pump.open(station.guard)
        self._keeper.greeted(self)
        log.info("laptop %s has a lane", welcome.address4)

    def _refuse(self, code: HelloRefusal) -> None:
        log.info("a laptop was refused: %s", code)
        self.lane.send(encode_frame(FrameKind.REFUSED, encode_hello(ManagerRefusal(code, self._keeper.version))))
        self._loop.call_later(1.0, self._refused)

    def _refused(self) -> None:
        """Its place is free again, unless it was told at once what it had done wrong and did better."""
        if self.station is None:
            self._end(release=False)

    def _end(self, *, release: bool) -> None:
        self.close()
        self._keeper.leave(self, release=release)


def make_station(
    loop: asyncio.AbstractEventLoop,
    lease: Lease,
    device: Device,
    relay6: Callable[[memoryview], None] | None,
    forward: Callable[[Lease, bytes, memoryview], bool],
) -> Station:
    """`relay6`: sends IPv6 packets where the kernel may not forward them. `forward`: `StationKeeper.forward`."""
    virtual4 = lease.address4.packed[:2]
    traffic = Traffic()
    station: Station

    def on_control(frame: Frame) -> None:
        if station.link is not None:
            station.link.on_control(frame)

    pump = Pump(loop, device.fd, traffic, on_control)
    write_tun = pump.write_tun

    def deliver(payload: memoryview) -> None:
        if payload[VNET_HEADER_BYTES] >> 4 == 6:
            (relay6 or write_tun)(payload)
            return
        destination = bytes(payload[_DESTINATION4])
        if destination[:2] != virtual4 or not forward(lease, destination, payload):
            write_tun(payload)

    pump.deliver = deliver
    guard = AddressGuard(
        lease.address4.packed, lease.address6.packed if lease.address6 is not None else None, by_source=True
    )
    station = Station(lease, device, pump, guard, traffic=traffic)
    return station
