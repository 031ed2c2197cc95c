"""What a manager that has been taken over can send to a laptop: addresses, names, packets, frames."""

from __future__ import annotations

import asyncio
import ipaddress
import random
from unittest import mock

import pytest

from helper.protocol.worker_messages import Endpoint, SetEndpoint, TunnelLost, TunnelUp
from helper.tunnel.inbound import Inbound
from helper.tunnel.keeper import TunnelKeeper
from helper.tunnel.lane import Lane, LaneListener
from helper.tunnel.pump import AddressGuard, Pump
from helper.tunnel.traffic import Traffic
from helper.wire.frames import MAX_CONTROL_BYTES, VNET_HEADER_BYTES, FrameDecoder, FrameError, FrameKind, encode_frame
from helper.wire.hello import WIRE_VERSION, ManagerWelcome, encode_hello
from helper.wire.laptop_messages import ToLaptop
from tests.unit.tunnel.test_inbound import TCP, UDP, VIRTUAL, intercept, packet

SEED, MESSAGES = 7, 5_000


def inbound(written: list[bytes]) -> Inbound:
    made = Inbound(lambda payload: written.append(bytes(payload)), "198.19.0.0/16")
    made.set_address(VIRTUAL)
    made.set_intercepts([intercept(other=True)])
    return made


@pytest.mark.parametrize("source", ["127.0.0.1", "127.255.0.9"])
@pytest.mark.parametrize("protocol", [TCP, UDP])
def test_nobody_out_there_passes_for_this_machine(source: str, protocol: int) -> None:
    """The device takes loopback addresses while something is intercepted: also as a sender's."""
    written: list[bytes] = []
    made = inbound(written)
    made.deliver(memoryview(packet(protocol, source, VIRTUAL, (5000, 22), b"x")))
    assert written == []
    assert made.refused == 1
    made.deliver(memoryview(packet(protocol, "10.244.0.5", VIRTUAL, (5000, 22), b"x")))
    assert len(written) == 1, "the counter-test: an answer of a pod"


@pytest.mark.parametrize("destination", ["127.0.0.1", "192.168.1.7", "224.0.0.1", "255.255.255.255", "198.19.4.8"])
def test_only_what_is_addressed_to_us_enters(destination: str) -> None:
    guard = AddressGuard(ipaddress.IPv4Address(VIRTUAL).packed, None, by_source=False)
    assert not guard.allows(memoryview(packet(TCP, "10.244.0.5", destination, (80, 5000), b"x")))
    assert guard.allows(memoryview(packet(TCP, "10.244.0.5", VIRTUAL, (80, 5000), b"x"))), "the counter-test"


@pytest.mark.parametrize("length", [0, 1, VNET_HEADER_BYTES, VNET_HEADER_BYTES + 19])
def test_what_is_shorter_than_a_packet_enters_nowhere(length: int) -> None:
    for by_source in (True, False):
        assert not AddressGuard(b"", b"", by_source=by_source).allows(memoryview(bytes([0x45]) * length))


class _Silent(Lane):
    """Takes what is sent and lets the test say what comes."""

    writable = True

    def __init__(self) -> None:
        self.closed = False

    def send(self, data: bytes | bytearray) -> None: ...

    def send_buffer(self, buffer: bytearray, start: int, end: int) -> None: ...

    def close(self) -> None:
        self.closed = True


async def told_by(stream: bytes) -> TunnelUp | TunnelLost:
    """What the keeper makes of a manager that answers the HELLO with this."""
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[TunnelUp | TunnelLost] = asyncio.Queue()
    lane = _Silent()

    async def open_lane(_: Endpoint, listener: LaneListener) -> Lane:
        loop.call_soon(lambda: listener.on_data(memoryview(bytearray(stream))))
        return lane

    with mock.patch.object(Pump, "_read_tun"):
        pump = Pump(loop, -1, Traffic(), lambda frame: keeper.on_control(frame))
        heard: list[ToLaptop] = []
        keeper = TunnelKeeper(
            loop, pump, offload=True, on_event=events.put_nowait, on_message=heard.append, open_lane=open_lane
        )
        keeper.set_endpoint(SetEndpoint(Endpoint("https://192.0.2.1", "ns", "pod", 7070), "ab" * 8, "me"))
        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            running = group.create_task(keeper.run())
            event = await events.get()
            running.cancel()
    if isinstance(event, TunnelLost):
        assert lane.closed
    return event


def welcome(**changed: object) -> bytes:
    values: dict[str, object] = {
        "version": WIRE_VERSION, "manager_version": "1", "lease_id": "1", "secret": "s", "address4": VIRTUAL,
        "address6": None, "mtu": 1500, "offload": True, "dns_servers": ("10.96.0.10",),
        "cluster_domain": "cluster.local", "search_domains": (),
    }  # fmt: skip
    return encode_frame(FrameKind.WELCOME, encode_hello(ManagerWelcome(**(values | changed))))  # type: ignore[arg-type]


async def test_the_counter_test() -> None:
    assert isinstance(await told_by(welcome()), TunnelUp)


@pytest.mark.parametrize(
    "changed",
    [
        {"address4": "192.168.1.7"}, {"address4": "127.0.0.1"}, {"address4": "8.8.8.8"}, {"address4": "fd6b::7"},
        {"address6": "fe80::1"}, {"address6": "::1"}, {"address4": "198.19.1.1/0"}, {"address4": "0.0.0.0"},
    ],
)  # fmt: skip
async def test_an_address_of_somebody_elses_network_is_refused(changed: dict[str, str]) -> None:
    assert isinstance(await told_by(welcome(**changed)), TunnelLost)


@pytest.mark.parametrize("server", ["dns.example", "10.0.0.1\n", "10.0.0.1;search x", "-", "999.0.0.1"])
async def test_a_resolver_that_is_no_address_is_refused(server: str) -> None:
    assert isinstance(await told_by(welcome(dns_servers=(server,))), TunnelLost)


@pytest.mark.parametrize(
    "domain", ["", ".", "a b", "cluster.local\n", "a\nnameserver 192.0.2.1", "ü", "a..b", "x" * 64]
)
async def test_domains_that_are_none_are_refused(domain: str) -> None:
    assert isinstance(await told_by(welcome(cluster_domain=domain)), TunnelLost)
    assert isinstance(await told_by(welcome(search_domains=(domain,))), TunnelLost)


async def test_a_message_before_the_handshake_is_not_heard() -> None:
    early = encode_frame(FrameKind.MESSAGE, b'\0{"type":"Listed","states":[]}')
    assert isinstance(await told_by(early + welcome()), TunnelUp)


@pytest.mark.parametrize("after", [b"\xff\0\0\0", b"\x00\xff\xff\xff", b"\x07\xff\xff\xff", b"\x08\0\0\x01x"])
async def test_a_frame_that_is_none_ends_the_lane_and_nothing_else(after: bytes) -> None:
    assert isinstance(await told_by(after), TunnelLost)


def test_no_stream_of_frames_breaks_the_decoder_or_grows_it() -> None:
    """5,000 pieces from a fixed seed, cut anywhere; the buffer is one and stays as it is."""
    chance = random.Random(SEED)  # noqa: S311 - the same every time
    decoder = FrameDecoder()
    room = len(decoder.writable())
    good = bad = 0
    for _ in range(MESSAGES):
        kind = chance.choice(list(FrameKind))
        data = encode_frame(kind, chance.randbytes(chance.choice((0, 1, 30, 1500, MAX_CONTROL_BYTES))))
        if chance.random() < 0.1:
            data = chance.randbytes(8) + data
        try:
            cut = chance.randrange(1, len(data)) if chance.random() < 0.1 else len(data)
            good += len(decoder.feed(data[:cut]))
        except FrameError:
            bad += 1
            decoder = FrameDecoder()
        assert len(decoder.writable()) <= room
    print(f"{MESSAGES} pieces: {good} frames, {bad} streams refused")
    assert good > 100
    assert bad > 100
