"""Segmentation and checksums against an independent, slow reading of RFC 1071, RFC 9293 and RFC 768."""

from __future__ import annotations

import contextlib
import ipaddress
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helper.wire.virtio import (
    FLAG_NEEDS_CSUM,
    GSO_NONE,
    GSO_TCPV4,
    GSO_TCPV6,
    GSO_UDP_L4,
    HEADER,
    VirtioError,
    finish,
    ones_complement_sum,
)

_SOURCE6 = ipaddress.IPv6Address("fd00::1").packed
_TARGET6 = ipaddress.IPv6Address("fd00::2").packed
_SOURCE4 = ipaddress.IPv4Address("192.0.2.1").packed
_TARGET4 = ipaddress.IPv4Address("192.0.2.2").packed
_ACK, _PSH, _FIN = 0x10, 0x08, 0x01


def _slow_sum(data: bytes) -> int:
    data += b"\0" * (len(data) % 2)
    total = sum(int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def _transport_is_valid(packet: bytes) -> bool:
    six = packet[0] >> 4 == 6
    start = 40 if six else 20
    protocol = packet[6] if six else packet[9]
    addresses = packet[8:40] if six else packet[12:20]
    pseudo = addresses + struct.pack(">II", len(packet) - start, protocol)
    return _slow_sum(pseudo + packet[start:]) == 0xFFFF


def _tcp(payload: bytes, *, six: bool, flags: int = _ACK) -> bytes:
    tcp = struct.pack(">HHIIBBHHH", 1000, 80, 5_000_000, 1, 5 << 4, flags, 512, 0, 0)
    if six:
        return struct.pack(">IHBB", 6 << 28, len(tcp) + len(payload), 6, 64) + _SOURCE6 + _TARGET6 + tcp + payload
    total = 20 + len(tcp) + len(payload)
    return struct.pack(">BBHHHBBH", 0x45, 0, total, 7, 0x4000, 64, 6, 0) + _SOURCE4 + _TARGET4 + tcp + payload


def _train(packet: bytes, kind: int, size: int, *, six: bool) -> memoryview:
    start = 40 if six else 20
    return memoryview(HEADER.pack(FLAG_NEEDS_CSUM, kind, start + 20, size, start, 16) + packet)


@given(st.binary(max_size=400), st.integers(min_value=0, max_value=0xFFFF))
def test_the_sum_is_rfc_1071s(data: bytes, start: int) -> None:
    assert ones_complement_sum(data, start) == _slow_sum(data + b"\0" * (len(data) % 2) + start.to_bytes(2, "big"))


@pytest.mark.parametrize("six", [False, True])
@given(payload=st.binary(min_size=1, max_size=5000), size=st.integers(min_value=1, max_value=1500))
def test_tcp_trains_become_valid_segments_of_the_same_stream(six: bool, payload: bytes, size: int) -> None:
    frame = _train(_tcp(payload, six=six, flags=_ACK | _PSH | _FIN), GSO_TCPV6 if six else GSO_TCPV4, size, six=six)
    start = 40 if six else 20
    stream, packets = bytearray(), list(finish(frame))
    for number, packet in enumerate(packets):
        raw = bytes(packet)
        assert _transport_is_valid(raw)
        assert struct.unpack_from(">I", raw, start + 4)[0] == 5_000_000 + len(stream)
        last = number == len(packets) - 1
        assert raw[start + 13] == (_ACK | _PSH | _FIN if last else _ACK)
        if not six:
            assert _slow_sum(raw[:20]) == 0xFFFF
            assert struct.unpack_from(">H", raw, 2)[0] == len(raw)
        else:
            assert struct.unpack_from(">H", raw, 4)[0] == len(raw) - 40
        assert len(raw) - start - 20 <= size
        stream += raw[start + 20 :]
    assert bytes(stream) == payload


def test_udp_trains_become_datagrams() -> None:
    payload = bytes(range(256)) * 10
    udp = struct.pack(">HHHH", 53, 5353, 8 + len(payload), 0)
    packet = struct.pack(">IHBB", 6 << 28, len(udp) + len(payload), 17, 64) + _SOURCE6 + _TARGET6 + udp + payload
    frame = memoryview(HEADER.pack(FLAG_NEEDS_CSUM, GSO_UDP_L4, 48, 1000, 40, 6) + packet)
    packets = [bytes(p) for p in finish(frame)]
    assert b"".join(p[48:] for p in packets) == payload
    assert [len(p) - 48 for p in packets] == [1000, 1000, 560]
    assert all(_transport_is_valid(p) for p in packets)
    assert [struct.unpack_from(">H", p, 44)[0] for p in packets] == [1008, 1008, 568]


def test_a_missing_checksum_is_completed() -> None:
    packet = bytearray(_tcp(b"hello", six=True))
    pseudo = _slow_sum(_SOURCE6 + _TARGET6 + struct.pack(">II", 25, 6))
    struct.pack_into(">H", packet, 56, pseudo)
    frame = memoryview(HEADER.pack(FLAG_NEEDS_CSUM, GSO_NONE, 0, 0, 40, 16) + bytes(packet))
    (done,) = finish(frame)
    assert _transport_is_valid(bytes(done))


def test_a_whole_packet_is_left_alone() -> None:
    packet = _tcp(b"hello", six=False)
    (done,) = finish(memoryview(HEADER.pack(0, GSO_NONE, 0, 0, 0, 0) + packet))
    assert bytes(done) == packet


def test_a_train_of_crumbs_is_refused() -> None:
    frame = _train(_tcp(bytes(60_000), six=True), GSO_TCPV6, 1, six=True)
    with pytest.raises(VirtioError):
        list(finish(frame))


@given(
    kind=st.sampled_from([GSO_NONE, GSO_TCPV4, GSO_TCPV6, GSO_UDP_L4]),
    flags=st.integers(0, 1),
    size=st.integers(0, 60),
    start=st.integers(0, 120),
    offset=st.integers(0, 120),
    packet=st.binary(min_size=20, max_size=150),
    version=st.sampled_from([0x45, 0x60]),
)
def test_headers_that_lie_are_packets_or_a_virtio_error(
    kind: int, flags: int, size: int, start: int, offset: int, packet: bytes, version: int
) -> None:
    header = HEADER.pack(flags, kind, 0, size, start, offset)
    with contextlib.suppress(VirtioError):
        list(finish(memoryview(header + bytes([version]) + packet[1:])))


@given(st.binary(max_size=200))
def test_any_bytes_are_packets_or_a_virtio_error(data: bytes) -> None:
    with contextlib.suppress(VirtioError):
        assert len(list(finish(memoryview(data)))) <= 200
