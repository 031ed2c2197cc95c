"""Intercepted traffic enters by the loopback, and answers leave under the virtual address, checksums right."""

from __future__ import annotations

import ipaddress
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helper.protocol.intercepts import HttpMatch, Intercept, PortMap, Workload
from helper.tunnel.inbound import Inbound
from helper.wire.frames import VNET_HEADER_BYTES
from helper.wire.virtio import FLAG_NEEDS_CSUM, ones_complement_sum

VIRTUAL, SIDECAR, LOOPBACK, MANAGER, POD = "198.19.4.7", "198.19.200.9", "127.0.0.1", "198.19.0.1", "10.244.0.5"
TCP, UDP, ICMP = 6, 17, 1
WORKLOAD = Workload("Deployment", "shop", "reviews")


def packed(address: str) -> bytes:
    return ipaddress.IPv4Address(address).packed


def ip_header(protocol: int, source: str, destination: str, length: int, fragment: int = 0) -> bytearray:
    header = bytearray(struct.pack(">BBHHHBBH", 0x45, 0, 20 + length, 7, fragment, 64, protocol, 0))
    header += packed(source) + packed(destination)
    struct.pack_into(">H", header, 10, ~ones_complement_sum(header) & 0xFFFF)
    return header


def pseudo_sum(packet: bytes | bytearray, *, protocol: int) -> int:
    return ones_complement_sum(packet[12:20], protocol + len(packet) - 20)


def packet(
    protocol: int, source: str, destination: str, ports: tuple[int, int], data: bytes, *, partial: bool = False
) -> bytearray:
    """A DATA payload. `partial`: the checksum is left to the device, as with offloads."""
    field = 16 if protocol == TCP else 6
    if protocol == TCP:
        transport = bytearray(struct.pack(">HHIIBBHHH", *ports, 1, 2, 0x50, 0x18, 512, 0, 0)) + data
    else:
        transport = bytearray(struct.pack(">HHHH", *ports, 8 + len(data), 0)) + data
    whole = ip_header(protocol, source, destination, len(transport)) + transport
    total = pseudo_sum(whole, protocol=protocol)
    if not partial:
        total = ~ones_complement_sum(transport, total) & 0xFFFF
        total = total or 0xFFFF if protocol == UDP else total
    struct.pack_into(">H", whole, 20 + field, total)
    vnet = struct.pack("=BBHHHH", FLAG_NEEDS_CSUM if partial else 0, 0, 0, 0, 20, field)
    return bytearray(vnet) + whole


def intercept(
    *, match: HttpMatch | None = None, ports: tuple[tuple[int, int], ...] = (), other: bool = False
) -> Intercept:
    maps = tuple(PortMap(remote, local) for remote, local in ports)
    return Intercept("a" * 12, WORKLOAD, "0" * 16, 1.0, match, maps, other)


class _Tun:
    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, payload: memoryview) -> None:
        self.written.append(bytes(payload))


@pytest.fixture
def tun() -> _Tun:
    return _Tun()


@pytest.fixture
def inbound(tun: _Tun) -> Inbound:
    made = Inbound(tun.write, "198.19.0.0/16")
    made.set_address(VIRTUAL)
    made.set_intercepts([intercept(ports=((9080, 8080),), other=True)])
    return made


PROTOCOLS = st.sampled_from((TCP, UDP))
PORTS = st.tuples(st.integers(1, 65535), st.integers(1, 65535))


@given(PROTOCOLS, PORTS, st.binary(max_size=64), st.booleans())
def test_a_packet_for_the_virtual_address_becomes_one_for_the_loopback(
    protocol: int, ports: tuple[int, int], data: bytes, partial: bool
) -> None:
    tun = _Tun()
    inbound = Inbound(tun.write, "198.19.0.0/16")
    inbound.set_address(VIRTUAL)
    inbound.set_intercepts([intercept(other=True)])
    inbound.deliver(memoryview(packet(protocol, SIDECAR, VIRTUAL, ports, data, partial=partial)))
    wanted = packet(protocol, SIDECAR, LOOPBACK, ports, data, partial=partial)
    assert_same_packet(tun.written[0], bytes(wanted), protocol)


@given(PROTOCOLS, PORTS, st.binary(max_size=64), st.booleans())
def test_an_answer_from_the_loopback_leaves_under_the_virtual_address(
    protocol: int, ports: tuple[int, int], data: bytes, partial: bool
) -> None:
    inbound = Inbound(lambda _: None, "198.19.0.0/16")
    inbound.set_address(VIRTUAL)
    frame = packet(protocol, LOOPBACK, SIDECAR, ports, data, partial=partial)
    inbound.leave(memoryview(frame))
    wanted = packet(protocol, VIRTUAL, SIDECAR, ports, data, partial=partial)
    assert_same_packet(bytes(frame), bytes(wanted), protocol)


def assert_same_packet(got: bytes, wanted: bytes, protocol: int) -> None:
    """0 and 0xFFFF are the same sum (RFC 1071)."""
    at = VNET_HEADER_BYTES + 20 + (16 if protocol == TCP else 6)
    sums = [int.from_bytes(frame[at : at + 2], "big") % 0xFFFF for frame in (got, wanted)]
    assert sums[0] == sums[1]
    assert got[:at] + got[at + 2 :] == wanted[:at] + wanted[at + 2 :]


def test_a_datagram_without_checksum_stays_without(inbound: Inbound, tun: _Tun) -> None:
    frame = packet(UDP, SIDECAR, VIRTUAL, (1, 2), b"data")
    frame[VNET_HEADER_BYTES + 26 : VNET_HEADER_BYTES + 28] = b"\0\0"
    inbound.deliver(memoryview(frame))
    assert tun.written[0][VNET_HEADER_BYTES + 26 : VNET_HEADER_BYTES + 28] == b"\0\0"


def test_later_fragments_have_no_transport_header(inbound: Inbound, tun: _Tun) -> None:
    data = bytes(range(40))
    frame = bytearray(VNET_HEADER_BYTES) + ip_header(UDP, SIDECAR, VIRTUAL, len(data), fragment=100) + data
    inbound.deliver(memoryview(frame))
    assert tun.written[0][VNET_HEADER_BYTES + 20 :] == data
    assert tun.written[0][VNET_HEADER_BYTES + 16 : VNET_HEADER_BYTES + 20] == packed(LOOPBACK)


def test_what_is_not_from_a_sidecar_is_left_alone(inbound: Inbound, tun: _Tun) -> None:
    frames = [packet(TCP, source, VIRTUAL, (1, 2), b"x") for source in (POD, MANAGER)]
    for frame in frames:
        inbound.deliver(memoryview(bytearray(frame)))
    assert tun.written == [bytes(frame) for frame in frames]
    outgoing = packet(TCP, VIRTUAL, POD, (1, 2), b"x")
    inbound.leave(memoryview(outgoing))
    assert outgoing == packet(TCP, VIRTUAL, POD, (1, 2), b"x")


@pytest.mark.parametrize(
    ("wanted", "protocol", "port", "enters"),
    [
        (intercept(ports=((9080, 8080),)), TCP, 8080, True),
        (intercept(ports=((9080, 8080),)), UDP, 8080, True),
        (intercept(ports=((9080, 8080),)), TCP, 9080, False),
        (intercept(ports=((9080, 8080),)), TCP, 22, False),
        (intercept(match=HttpMatch(path="/a"), ports=((9080, 8080),)), TCP, 8080, True),
        (intercept(match=HttpMatch(path="/a"), ports=((9080, 8080),)), UDP, 8080, False),
        (intercept(other=True), TCP, 22, True),
        (None, TCP, 8080, False),
    ],
)
def test_only_ports_that_are_taken_can_be_reached(
    inbound: Inbound, tun: _Tun, wanted: Intercept | None, protocol: int, port: int, enters: bool
) -> None:
    inbound.set_intercepts([wanted] if wanted else [])
    inbound.deliver(memoryview(packet(protocol, SIDECAR, VIRTUAL, (4000, port), b"")))
    assert bool(tun.written) is enters
    assert inbound.refused == (not enters)


def test_no_protocol_but_tcp_and_udp_enters(inbound: Inbound, tun: _Tun) -> None:
    frame = bytearray(VNET_HEADER_BYTES) + ip_header(ICMP, SIDECAR, VIRTUAL, 8) + bytes((8, 0, 0, 0, 0, 0, 0, 0))
    inbound.deliver(memoryview(frame))
    assert tun.written == []


def test_an_error_about_a_packet_quotes_the_address_that_its_sender_knows(inbound: Inbound) -> None:
    """Otherwise the sidecar's connection tracking does not know what it is about (a closed UDP port)."""
    sent = packet(UDP, SIDECAR, VIRTUAL, (4000, 5555), b"hello")[VNET_HEADER_BYTES:]
    quoted = packet(UDP, SIDECAR, LOOPBACK, (4000, 5555), b"hello")[VNET_HEADER_BYTES:]
    icmp = bytearray((3, 3, 0, 0, 0, 0, 0, 0)) + quoted[:28]
    struct.pack_into(">H", icmp, 2, ~ones_complement_sum(icmp) & 0xFFFF)
    frame = bytearray(VNET_HEADER_BYTES) + ip_header(ICMP, LOOPBACK, SIDECAR, len(icmp)) + icmp
    inbound.leave(memoryview(frame))
    assert frame[VNET_HEADER_BYTES + 12 : VNET_HEADER_BYTES + 16] == packed(VIRTUAL)
    quote = frame[VNET_HEADER_BYTES + 28 :]
    assert quote[:20] == sent[:20], "as it was sent, its header checksum included"
    assert ones_complement_sum(frame[VNET_HEADER_BYTES + 20 :]) == 0xFFFF, "the checksum over all of it holds"


@given(st.binary(min_size=30, max_size=80))
def test_no_packet_breaks_it(noise: bytes) -> None:
    inbound = Inbound(lambda _: None, "198.19.0.0/16")
    inbound.set_address(VIRTUAL)
    inbound.set_intercepts([intercept(ports=((1, 2),))])
    for change in (inbound.deliver, inbound.leave):
        frame = bytearray(noise)
        frame[VNET_HEADER_BYTES] = 0x40 | frame[VNET_HEADER_BYTES] & 15
        frame[VNET_HEADER_BYTES + 12 : VNET_HEADER_BYTES + 16] = packed(
            SIDECAR if change == inbound.deliver else LOOPBACK
        )
        change(memoryview(frame))
