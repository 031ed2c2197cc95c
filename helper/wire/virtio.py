"""`struct virtio_net_hdr` (linux/virtio_net.h): how the kernel says what is still to be done to a packet.

A peer that cannot hand segments to its kernel (macOS utun, a raw IPv6 socket) needs it done here: `finish` returns
packets that a plain interface may send, with whole checksums and no more than one segment each.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

HEADER = struct.Struct("=BBHHHH")  # flags, gso_type, hdr_len, gso_size, csum_start, csum_offset
FLAG_NEEDS_CSUM = 1
GSO_NONE = 0
GSO_TCPV4 = 1
GSO_UDP_FRAGMENT = 3
GSO_TCPV6 = 4
GSO_UDP_L4 = 5
GSO_ECN = 0x80

_TCP, _UDP = 6, 17
_FIN, _PSH, _CWR = 0x01, 0x08, 0x80

MAX_SEGMENTS = 1024
"""Of one train. Linux makes some 130 of 64 KiB at the smallest common segment size (536 bytes)."""


class VirtioError(Exception):
    """The header does not fit its packet."""


def ones_complement_sum(data: bytes | bytearray | memoryview, start: int = 0) -> int:
    """The 16-bit one's complement sum of RFC 1071 over `data` (an odd last byte is padded with zero) and `start`.

    As 2^16 = 1 modulo 0xFFFF, it is the whole string's value modulo 0xFFFF: one big division in C, not a loop.
    """
    value = int.from_bytes(data, "big")
    if len(data) & 1:
        value <<= 8
    total = value + start
    # 0xFFFF and 0 are the same number in one's complement; a sum of something is never 0 but for all zeros.
    return total % 0xFFFF or (0xFFFF if total else 0)


def _complete_checksum(packet: bytearray, start: int, offset: int) -> None:
    """The field at start+offset holds the pseudo header's sum already (that is what NEEDS_CSUM means)."""
    if start + offset + 2 > len(packet):
        raise VirtioError("checksum outside the packet")
    total = ones_complement_sum(memoryview(packet)[start:])
    checksum = ~total & 0xFFFF
    struct.pack_into(">H", packet, start + offset, checksum or 0xFFFF if offset == 6 else checksum)


def finish(frame: memoryview) -> Iterator[bytearray]:
    """Yields plain IPv6 or IPv4 packets for a DATA payload (header and packet). Raises VirtioError."""
    if len(frame) < HEADER.size + 20:
        raise VirtioError("no room for a packet")
    flags, gso_type, _, gso_size, csum_start, csum_offset = HEADER.unpack_from(frame)
    kind = gso_type & ~GSO_ECN
    if kind == GSO_NONE:
        packet = bytearray(frame[HEADER.size :])
        if flags & FLAG_NEEDS_CSUM:
            _complete_checksum(packet, csum_start, csum_offset)
        yield packet
    elif kind in (GSO_TCPV4, GSO_TCPV6, GSO_UDP_L4):
        yield from _segment(memoryview(frame)[HEADER.size :], kind, gso_size, csum_start)
    else:
        raise VirtioError(f"segments of type {kind} are not handled")


def _segment(packet: memoryview, kind: int, gso_size: int, transport: int) -> Iterator[bytearray]:
    """Cuts a TCP or UDP train as Linux's tcp_gso_segment and __udp_gso_segment do (net/ipv4, net/ipv6)."""
    six = packet[0] >> 4 == 6
    tcp = kind != GSO_UDP_L4
    if gso_size == 0 or not (40 if six else 20) <= transport <= len(packet) - (20 if tcp else 8):
        raise VirtioError("segment header outside the packet")
    header_end = transport + ((packet[transport + 12] >> 4) * 4 if tcp else 8)
    if header_end > len(packet) or header_end < transport + (20 if tcp else 8):
        raise VirtioError("transport header outside the packet")
    headers = bytes(packet[:header_end])
    payload = packet[header_end:]
    if len(payload) > gso_size * MAX_SEGMENTS:
        raise VirtioError(f"a train of segments of {gso_size} bytes is too long")
    addresses = headers[8:40] if six else headers[12:20]
    address_sum = ones_complement_sum(addresses, _TCP if tcp else _UDP)
    (sequence,) = struct.unpack_from(">I", headers, transport + 4)
    (identifier,) = struct.unpack_from(">H", headers, 4)
    flags = headers[transport + 13] if tcp else 0
    last_start = max(len(payload) - 1, 0) // gso_size * gso_size
    for number, start in enumerate(range(0, max(len(payload), 1), gso_size)):
        segment = bytearray(headers)
        segment += payload[start : start + gso_size]
        length = len(segment) - transport
        if six:
            struct.pack_into(">H", segment, 4, len(segment) - 40)
        else:
            struct.pack_into(">HH", segment, 2, len(segment), (identifier + number) & 0xFFFF)
            segment[10:12] = b"\0\0"
            struct.pack_into(">H", segment, 10, ~ones_complement_sum(segment[: (headers[0] & 15) * 4]) & 0xFFFF)
        if tcp:
            struct.pack_into(">I", segment, transport + 4, (sequence + start) & 0xFFFFFFFF)
            keep = flags if start == last_start else flags & ~(_FIN | _PSH)
            segment[transport + 13] = keep if start == 0 else keep & ~_CWR
            segment[transport + 16 : transport + 18] = b"\0\0"
        else:
            struct.pack_into(">HH", segment, transport + 4, length, 0)
        checksum = ~ones_complement_sum(memoryview(segment)[transport:], address_sum + length) & 0xFFFF
        struct.pack_into(">H", segment, transport + (16 if tcp else 6), checksum if tcp else checksum or 0xFFFF)
        yield segment
