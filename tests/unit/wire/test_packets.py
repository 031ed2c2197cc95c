"""Flow keys, read from packets by hand."""

from __future__ import annotations

import ipaddress
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helper.wire.packets import FlowKey, parse_key, raw_key, turned

_A4, _B4 = ipaddress.IPv4Address("192.0.2.1").packed, ipaddress.IPv4Address("192.0.2.2").packed
_A6, _B6 = ipaddress.IPv6Address("fd00::1").packed, ipaddress.IPv6Address("fd00::2").packed


def packet(protocol: int, source: bytes, destination: bytes, ports: tuple[int, int]) -> bytes:
    rest = struct.pack(">HH", *ports) + b"rest of it"
    if len(source) == 4:
        return bytes([0x45]) + bytes(8) + bytes([protocol]) + bytes(2) + source + destination + rest
    return bytes([0x60]) + bytes(5) + bytes([protocol, 64]) + source + destination + rest


@pytest.mark.parametrize(("source", "destination"), [(_A4, _B4), (_A6, _B6)])
@pytest.mark.parametrize("protocol", [6, 17, 132])
def test_keys_of_what_has_ports(source: bytes, destination: bytes, protocol: int) -> None:
    data = memoryview(b"0123456789" + packet(protocol, source, destination, (1000, 80)))
    key = raw_key(data, 10)
    assert key is not None
    expected = (str(ipaddress.ip_address(source)), 1000, str(ipaddress.ip_address(destination)), 80)
    assert parse_key(*key) == FlowKey(protocol, *expected)
    back = raw_key(memoryview(packet(protocol, destination, source, (80, 1000))), 0)
    assert back == (protocol, turned(key[1]))


@pytest.mark.parametrize(("source", "destination", "protocol"), [(_A4, _B4, 1), (_A6, _B6, 58)])
def test_what_has_no_ports_is_one_flow(source: bytes, destination: bytes, protocol: int) -> None:
    one = raw_key(memoryview(packet(protocol, source, destination, (0x0800, 1))), 0)
    other = raw_key(memoryview(packet(protocol, source, destination, (0x0800, 2))), 0)
    assert one == other
    assert one is not None
    assert parse_key(*one)[2::2] == (0, 0)


@given(st.binary(max_size=80))
def test_any_bytes_have_a_key_or_none(data: bytes) -> None:
    key = raw_key(memoryview(data), 0)
    if key is not None:
        assert parse_key(*key).protocol == key[0]
        assert turned(turned(key[1])) == key[1]
