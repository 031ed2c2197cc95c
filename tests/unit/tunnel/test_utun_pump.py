"""The pump on a utun, played by a datagram socket: one packet a read, each behind its address family."""

import asyncio
import ipaddress
import socket
import struct
from collections.abc import Iterator

import pytest

from helper.tunnel.pump import AddressGuard
from helper.tunnel.traffic import Traffic
from helper.tunnel.utun_pump import UtunPump
from helper.wire.frames import HEADER, Frame, FrameDecoder
from helper.wire.virtio import FLAG_NEEDS_CSUM, GSO_NONE, GSO_TCPV4, ones_complement_sum
from helper.wire.virtio import HEADER as VIRTIO

OWN4, OWN6 = ipaddress.IPv4Address("198.19.3.7"), ipaddress.IPv6Address("fd6b:7562:6566::37")
POD = ipaddress.IPv4Address("10.244.1.5")
GUARD = AddressGuard(OWN4.packed, OWN6.packed, by_source=False)
INET, INET6 = b"\0\0\0\x02", b"\0\0\0\x1e"
PLAIN = bytes(10)


class KeptLane:
    """A lane that keeps what it is given."""

    writable = True

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.grown = asyncio.Event()
        self._decoder = FrameDecoder()

    def send_buffer(self, buffer: bytearray, start: int, end: int) -> None:
        self.frames += [bytes(frame.payload) for frame in self._decoder.feed(memoryview(buffer)[start:end])]
        self.grown.set()


class Device:
    def __init__(self) -> None:
        self.ours, self.kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ours.setblocking(False)
        self.kernel.setblocking(False)
        self.traffic = Traffic()
        self.lane = KeptLane()

    def pump(self) -> UtunPump:
        controls: list[Frame] = []
        pump = UtunPump(asyncio.get_running_loop(), self.ours.fileno(), self.traffic, controls.append)
        pump.attach(self.lane)  # type: ignore[arg-type]
        pump.open(GUARD)
        return pump

    def written(self) -> list[bytes]:
        found = []
        while True:
            try:
                found.append(self.kernel.recv(70_000))
            except BlockingIOError:
                return found


@pytest.fixture
def device() -> Iterator[Device]:
    device = Device()
    yield device
    device.ours.close()
    device.kernel.close()


def packet4(source: ipaddress.IPv4Address, target: ipaddress.IPv4Address, payload: bytes = b"x" * 12) -> bytes:
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 64, 17, 0, source.packed, target.packed)
    return head + payload


def packet6(source: ipaddress.IPv6Address, target: ipaddress.IPv6Address) -> bytes:
    return struct.pack(">IHBB16s16s", 6 << 28, 8, 17, 64, source.packed, target.packed) + bytes(8)


def data(payload: bytes) -> memoryview:
    return memoryview(bytearray(HEADER.pack(len(payload)) + payload))


async def turn(device: Device, count: int) -> None:
    async with asyncio.timeout(5):
        while len(device.lane.frames) < count:
            device.lane.grown.clear()
            await device.lane.grown.wait()


async def test_packets_go_up_behind_an_empty_virtio_header(device: Device) -> None:
    pump = device.pump()
    four, six = packet4(OWN4, POD), packet6(OWN6, ipaddress.IPv6Address("fd00:10::1"))
    device.kernel.send(INET + four)
    device.kernel.send(INET6 + six)
    await turn(device, 2)
    assert device.lane.frames == [PLAIN + four, PLAIN + six]
    assert (device.traffic.packets_up, device.traffic.bytes_up) == (2, len(four) + len(six))
    pump.detach()


async def test_packets_come_down_behind_their_family(device: Device) -> None:
    pump = device.pump()
    four, six = packet4(POD, OWN4), packet6(ipaddress.IPv6Address("fd00:10::1"), OWN6)
    pump.on_data(data(PLAIN + four))
    pump.on_data(data(PLAIN + six))
    assert device.written() == [INET + four, INET6 + six]
    pump.write_tun(memoryview(PLAIN + four))
    assert device.written() == [INET + four], "what cannot be changed in place is copied"
    pump.detach()


async def test_packets_for_ourselves_are_given_back(device: Device) -> None:
    pump = device.pump()
    four, six, other = packet4(OWN4, OWN4), packet6(OWN6, OWN6), packet4(OWN4, POD)
    for word, packet in ((INET, four), (INET6, six), (INET, other)):
        device.kernel.send(word + packet)
    await turn(device, 1)
    assert device.written() == [INET + four, INET6 + six]
    assert device.lane.frames == [PLAIN + other]
    pump.detach()


async def test_trains_are_cut_and_checksums_completed(device: Device) -> None:
    """What a Linux peer leaves to its kernel, this one cannot do."""
    pump = device.pump()
    tcp = struct.pack(">HHIIBBHHH", 80, 50_000, 1, 1, 5 << 4, 0x18, 1000, 0, 0) + b"y" * 3000
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0, POD.packed, OWN4.packed)
    pump.on_data(data(VIRTIO.pack(FLAG_NEEDS_CSUM, GSO_TCPV4, 40, 1400, 20, 16) + head + tcp))
    segments = device.written()
    assert [len(segment) - 44 for segment in segments] == [1400, 1400, 200]
    for segment in segments:
        assert segment[:4] == INET
        pseudo = ones_complement_sum(POD.packed + OWN4.packed, 6 + len(segment) - 24)
        assert ones_complement_sum(segment[24:], pseudo) == 0xFFFF
        assert ones_complement_sum(segment[4:24]) == 0xFFFF
    pump.detach()


async def test_a_header_that_lies_costs_its_packet_only(device: Device) -> None:
    pump = device.pump()
    pump.on_data(data(VIRTIO.pack(0, GSO_TCPV4, 0, 0, 0, 0) + packet4(POD, OWN4)))
    pump.on_data(data(VIRTIO.pack(FLAG_NEEDS_CSUM, GSO_NONE, 0, 0, 60_000, 0) + packet4(POD, OWN4)))
    pump.write_tun(memoryview(PLAIN + bytes(20)))
    assert device.written() == []
    assert device.traffic.dropped == 3
    pump.detach()


async def test_a_device_that_is_gone_is_no_fault(device: Device) -> None:
    pump = device.pump()
    device.kernel.close()
    pump.on_data(data(PLAIN + packet4(POD, OWN4)))
    assert device.traffic.dropped == 1
    pump.detach()
