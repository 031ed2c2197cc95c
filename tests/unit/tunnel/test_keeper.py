"""Worker and manager against each other over a socket pair: handshake, packets both ways, silence, coming back.

Both ends are the product's own code. A datagram socket pair stands for each TUN device: one packet per read and
write, like the device (the real one is used in tests/netns).
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from helper.cluster.manager.devices import Device
from helper.cluster.manager.leases import Lease, LeaseTable
from helper.cluster.manager.links import Link, Station, make_station
from helper.protocol.worker_messages import Endpoint, SetEndpoint, TunnelFailure, TunnelLost, TunnelUp
from helper.tunnel import keeper as keeper_module
from helper.tunnel.keeper import TunnelKeeper
from helper.tunnel.lane import Lane, LaneListener, StreamLane
from helper.tunnel.portforward import LaneFailed
from helper.tunnel.pump import Pump
from helper.tunnel.traffic import Traffic
from helper.wire.frames import VNET_HEADER_BYTES, Frame, FrameKind, encode_frame
from helper.wire.hello import WIRE_VERSION, ClientHello, ManagerWelcome
from helper.wire.laptop_messages import FromLaptop, ToLaptop
from tests.unit.tunnel.raw_words import is_raw

_WISH = SetEndpoint(Endpoint("https://192.0.2.1", "kubeferry", "manager-1", 7070), "ab" * 8, "laptop")
_POD = ipaddress.IPv4Address("10.244.0.9").packed


def _packet(source: bytes, destination: bytes, body: bytes = b"payload") -> bytes:
    header = bytes([0x45, 0]) + (20 + len(body)).to_bytes(2, "big") + bytes(4) + bytes([64, 17, 0, 0])
    return bytes(VNET_HEADER_BYTES) + header + source + destination + body


@dataclass
class _Manager:
    """The manager without a kernel: its devices are socket pairs. `tuns` are the far ends, one a lease."""

    loop: asyncio.AbstractEventLoop
    version: str = "test"
    leases: LeaseTable = field(default_factory=lambda: LeaseTable(ipaddress.IPv4Network("198.19.0.0/16"), None))
    stations: dict[str, Station] = field(default_factory=dict)
    tuns: list[socket.socket] = field(default_factory=list)
    taken: list[FromLaptop] = field(default_factory=list)
    released: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)
    wire_version: int = WIRE_VERSION

    def admit(self, hello: ClientHello) -> tuple[Station, ManagerWelcome]:
        lease = self.leases.claim(hello)
        station = self.stations.get(lease.lease_id)
        if station is None:
            near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            near.setblocking(False)
            self.tuns.append(far)
            station = make_station(self.loop, lease, Device(near.detach(), "tun0", 1), None, self.forward)
            self.stations[lease.lease_id] = station
        return station, ManagerWelcome(
            self.wire_version, "test", lease.lease_id, lease.secret, str(lease.address4), None, 1500, True, (), "c", ()
        )

    def greeted(self, link: Link) -> None: ...

    def take(self, link: Link, message: FromLaptop) -> None:
        self.taken.append(message)

    def forward(self, lease: Lease, destination: bytes, payload: memoryview) -> bool:
        return False

    def leave(self, link: Link, *, release: bool) -> None:
        self.released += release
        self.left.set()
        if link.station is not None and link.station.link is link:
            link.station.link = None
            link.station.pump.detach()

    def close(self) -> None:
        for station in self.stations.values():
            if station.link is not None:
                station.link.close()
                station.pump.detach()
            station.device.close()
        for tun in self.tuns:
            tun.close()


class _Lab:
    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.loop = loop
        self.manager = _Manager(loop)
        self.events: asyncio.Queue[TunnelUp | TunnelLost] = asyncio.Queue()
        self.tun, near = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.tun.setblocking(False)
        near.setblocking(False)
        self._near = near
        self.traffic = Traffic()
        self.pump = Pump(loop, near.fileno(), self.traffic, self._on_control)
        self.heard: list[ToLaptop] = []
        self.pong: asyncio.Queue[float] = asyncio.Queue()
        self.keeper = TunnelKeeper(
            loop,
            self.pump,
            offload=True,
            on_event=self.events.put_nowait,
            on_message=self.heard.append,
            open_lane=self._open_lane,
        )
        self.fail: LaneFailed | None = None
        self.links: list[Link] = []
        self.mute = False
        self.opening = asyncio.Event()
        self.opening.set()
        self.asked = asyncio.Event()
        self.keep: socket.socket | None = None
        self.task: asyncio.Task[None] | None = None

    def _on_control(self, frame: Frame) -> None:
        self.keeper.on_control(frame)
        if frame.kind == FrameKind.PONG and self.keeper.rtt_s is not None:
            self.pong.put_nowait(self.keeper.rtt_s)

    async def _open_lane(self, endpoint: Endpoint, listener: LaneListener) -> Lane:
        self.asked.set()
        await self.opening.wait()
        if self.fail is not None:
            raise self.fail
        ours, theirs = socket.socketpair()
        if self.mute:
            self.keep = theirs
        else:
            self.links.append(Link(self.loop, theirs, self.manager))
        return StreamLane(self.loop, ours, listener)

    async def next(self) -> TunnelUp | TunnelLost:
        async with asyncio.timeout(10):
            return await self.events.get()

    async def up(self) -> TunnelUp:
        event = await self.next()
        assert isinstance(event, TunnelUp), event
        return event

    async def lost(self) -> TunnelLost:
        event = await self.next()
        assert isinstance(event, TunnelLost), event
        assert not is_raw(event.detail), event.detail
        return event

    def close(self) -> None:
        self.pump.detach()
        self.manager.close()
        self.tun.close()
        self._near.close()
        if self.keep is not None:
            self.keep.close()


@asynccontextmanager
async def _running() -> AsyncIterator[_Lab]:
    lab = _Lab()
    async with asyncio.TaskGroup() as group:
        lab.task = task = group.create_task(lab.keeper.run())
        try:
            yield lab
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            lab.close()


async def _receive(lab: _Lab, sock: socket.socket) -> bytes:
    sock.setblocking(False)
    async with asyncio.timeout(5):
        return await lab.loop.sock_recv(sock, 70_000)


async def test_packets_flow_both_ways_and_only_honest_ones() -> None:
    async with _running() as lab:
        lab.keeper.set_endpoint(_WISH)
        lease = (await lab.up()).lease
        assert lease.address4 is not None
        mine = ipaddress.IPv4Address(lease.address4).packed
        tun = lab.manager.tuns[0]
        lab.tun.send(_packet(_POD, _POD, b"a forged source"))
        lab.tun.send(_packet(mine, _POD, b"up"))
        assert await _receive(lab, tun) == _packet(mine, _POD, b"up")
        tun.send(_packet(_POD, _POD, b"not for us"))
        tun.send(_packet(_POD, mine, b"down" * 10_000))
        assert await _receive(lab, lab.tun) == _packet(_POD, mine, b"down" * 10_000)
        assert lab.traffic.dropped == 1
        assert next(iter(lab.manager.stations.values())).traffic.dropped == 1
        flows = lab.traffic.take_flows()
        assert {(flow.remote, flow.bytes_down > 40_000) for flow in flows} >= {("10.244.0.9", True)}


async def test_a_cut_lane_comes_back_with_the_same_address() -> None:
    async with _running() as lab:
        lab.keeper.set_endpoint(_WISH)
        first = await lab.up()
        lab.links[0].lane.close()
        assert (await lab.lost()).failure is TunnelFailure.CLOSED
        second = await lab.up()
        assert second.lease == first.lease
        assert not second.address_changed
        assert lab.keeper.reconnects == 1


async def test_a_restarted_manager_grants_the_same_address() -> None:
    async with _running() as lab:
        lab.keeper.set_endpoint(_WISH)
        first = await lab.up()
        lab.manager.leases = LeaseTable(ipaddress.IPv4Network("198.19.0.0/16"), None)
        lab.links[0].lane.close()
        await lab.lost()
        second = await lab.up()
        assert second.lease.address4 == first.lease.address4
        assert not second.address_changed


async def test_a_silent_manager_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "HELLO_TIMEOUT_S", 0.05)
    async with _running() as lab:
        lab.mute = True
        lab.keeper.set_endpoint(_WISH)
        assert (await lab.lost()).failure is TunnelFailure.SILENT


async def test_silence_after_the_handshake_ends_the_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "PING_INTERVAL_S", 0.02)
    async with _running() as lab:
        lab.keeper.set_endpoint(_WISH)
        await lab.up()
        monkeypatch.setattr(Link, "on_data", lambda self, data: None)
        assert (await lab.lost()).failure is TunnelFailure.SILENT


async def test_pings_measure_the_round_trip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "PING_INTERVAL_S", 0.01)
    async with _running() as lab:
        lab.keeper.set_endpoint(_WISH)
        await lab.up()
        assert 0 <= await lab.pong.get() < 1


async def test_failures_are_told_once_and_ask_for_an_endpoint() -> None:
    async with _running() as lab:
        lab.fail = LaneFailed(TunnelFailure.POD_GONE, "HTTP 404")
        lab.keeper.set_endpoint(_WISH)
        lost = await lab.lost()
        assert lost.failure is TunnelFailure.POD_GONE
        assert lost.endpoint_wanted
        lab.fail = None
        lab.keeper.set_endpoint(_WISH)
        await lab.up()
        assert lab.events.empty()


async def test_a_manager_of_another_version_is_refused() -> None:
    async with _running() as lab:
        lab.manager.wire_version = WIRE_VERSION + 1
        lab.keeper.set_endpoint(_WISH)
        assert (await lab.lost()).failure is TunnelFailure.MANAGER_VERSION


async def test_an_address_that_no_manager_grants_is_refused() -> None:
    async with _running() as lab:
        lab.manager.leases = LeaseTable(ipaddress.IPv4Network("192.0.2.0/24"), None)
        lab.keeper.set_endpoint(_WISH)
        assert (await lab.lost()).failure is TunnelFailure.MANAGER_VERSION
        assert lab.keeper.lease is None


async def test_the_same_endpoint_again_while_connecting_does_not_cut_what_comes_up() -> None:
    async with _running() as lab:
        lab.opening.clear()
        lab.keeper.set_endpoint(_WISH)
        await lab.asked.wait()
        lab.keeper.set_endpoint(_WISH)
        lab.opening.set()
        await lab.up()
        for _ in range(20):
            await asyncio.sleep(0)
        assert lab.events.empty()
        assert len(lab.links) == 1


async def test_packets_wait_for_the_handshake_of_every_lane() -> None:
    async with _running() as lab:
        lab.keeper.set_endpoint(_WISH)
        await lab.up()
        lab.mute = True
        lab.asked.clear()
        lab.links[0].lane.close()
        await lab.lost()
        await lab.asked.wait()
        await asyncio.sleep(0)
        lab.pump.on_writable()
        lab.tun.send(_packet(_POD, _POD, b"too early"))
        assert lab.keep is not None
        lab.keep.setblocking(False)
        received = b""
        for _ in range(20):
            await asyncio.sleep(0)
            with suppress(BlockingIOError):
                received += lab.keep.recv(70_000)
        assert b"client_id" in received
        assert b"too early" not in received


async def test_a_laptop_that_pings_and_does_not_read_costs_nothing() -> None:
    async with _running() as lab:
        ours, theirs = socket.socketpair()
        link = Link(lab.loop, theirs, lab.manager)
        with ours:
            flood = encode_frame(FrameKind.PING, bytes(60_000))
            for _ in range(200):
                link.on_control(Frame(FrameKind.PING, memoryview(flood)[4:]))
            assert not link.lane.writable
            assert len(link.lane._pending) < 300_000
        link.close()


async def test_release_frees_the_lease() -> None:
    async with _running() as lab:
        lab.keeper.set_endpoint(_WISH)
        await lab.up()
        lab.keeper.release()
        await lab.lost()
        assert lab.manager.released == 1


async def test_a_cancelled_keeper_frees_the_lease() -> None:
    async with _running() as lab:
        lab.keeper.set_endpoint(_WISH)
        await lab.up()
        manager = lab.manager
        assert lab.task is not None
        lab.task.cancel()
        async with asyncio.timeout(5):
            await manager.left.wait()
    assert manager.released == 1


async def test_another_pod_ends_an_attempt_at_one_that_does_not_answer() -> None:
    async with _running() as lab:
        lab.mute = True
        lab.keeper.set_endpoint(_WISH)
        async with asyncio.timeout(5):
            await lab.asked.wait()
        lab.mute = False
        other = SetEndpoint(Endpoint("https://192.0.2.1", "kubeferry", "manager-2", 7070), "ab" * 8, "laptop")
        lab.keeper.set_endpoint(_WISH)  # the same again changes nothing
        lab.keeper.set_endpoint(other)
        begin = lab.loop.time()
        assert (await lab.lost()).failure is TunnelFailure.CLOSED
        await lab.up()
        assert lab.loop.time() - begin < keeper_module.HELLO_TIMEOUT_S


async def test_another_pod_replaces_the_tunnel() -> None:
    async with _running() as lab:
        lab.keeper.set_endpoint(_WISH)
        await lab.up()
        other = SetEndpoint(Endpoint("https://192.0.2.1", "kubeferry", "manager-2", 7070), "ab" * 8, "laptop")
        lab.keeper.set_endpoint(other)
        await lab.lost()
        await lab.up()
        assert len(lab.links) == 2
