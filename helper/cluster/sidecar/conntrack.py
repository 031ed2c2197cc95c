"""Connection tracking through netlink: forgets what was taken, and tells where a datagram was sent to at first.

linux/netfilter/nfnetlink_conntrack.h. A translated connection stays translated for as long as its entry lives; without
it its next packet meets the original container, which refuses what it does not know (TCP) or answers (UDP).
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from ipaddress import IPv6Address

_NETLINK_NETFILTER = 12
_SUBSYSTEM = 1 << 8
_GET, _DELETE = _SUBSYSTEM | 1, _SUBSYSTEM | 2
_NLM_F_REQUEST, _NLM_F_ACK, _NLMSG_ERROR = 1, 4, 2
_NLA_F_NESTED, _NLA_TYPE = 0x8000, 0x3FFF
_TUPLE_ORIG, _TUPLE_REPLY, _MARK, _MARK_MASK = 1, 2, 8, 21
_TUPLE_IP, _TUPLE_PROTO = 1, 2
_IP_V6_SRC, _IP_V6_DST = 3, 4
_PROTO_NUM, _PROTO_SRC_PORT, _PROTO_DST_PORT = 1, 2, 3
_HEADER = struct.Struct("=IHHII")
_GENERIC = struct.Struct("=BBH")
_ATTRIBUTE = struct.Struct("=HH")
_UDP = 17


def forget(mark: int, *, ipv6: bool) -> None:
    """Deletes all entries with this mark. Raises OSError."""
    attributes = _attribute(_MARK, struct.pack(">I", mark)) + _attribute(_MARK_MASK, struct.pack(">I", 0xFFFFFFFF))
    for family in (socket.AF_INET, socket.AF_INET6) if ipv6 else (socket.AF_INET,):
        _ask(_DELETE, family, attributes, flags=_NLM_F_REQUEST | _NLM_F_ACK)


def original_port(local: tuple[str, int], peer: tuple[str, int]) -> int | None:
    """The port that `peer` (IPv6) sent a datagram to, which arrived at `local`. None: no entry. Raises OSError."""
    answer = _attribute(
        _TUPLE_IP | _NLA_F_NESTED,
        _attribute(_IP_V6_SRC, IPv6Address(local[0]).packed) + _attribute(_IP_V6_DST, IPv6Address(peer[0]).packed),
    ) + _attribute(
        _TUPLE_PROTO | _NLA_F_NESTED,
        _attribute(_PROTO_NUM, bytes((_UDP,)))
        + _attribute(_PROTO_SRC_PORT, struct.pack(">H", local[1]))
        + _attribute(_PROTO_DST_PORT, struct.pack(">H", peer[1])),
    )
    try:
        found = _ask(_GET, socket.AF_INET6, _attribute(_TUPLE_REPLY | _NLA_F_NESTED, answer), flags=_NLM_F_REQUEST)
    except OSError as error:
        if error.errno == errno.ENOENT:
            return None
        raise
    entry = _attributes(found[_HEADER.size + _GENERIC.size :])
    protocol = _attributes(_attributes(entry[_TUPLE_ORIG])[_TUPLE_PROTO])
    return int.from_bytes(protocol[_PROTO_DST_PORT], "big")


def _ask(kind: int, family: int, attributes: bytes, *, flags: int) -> bytes:
    body = _GENERIC.pack(family, 0, 0) + attributes
    request = _HEADER.pack(_HEADER.size + len(body), kind, flags, 1, 0) + body
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_NETFILTER) as netlink:
        netlink.settimeout(2.0)
        netlink.bind((0, 0))
        netlink.send(request)
        answer = netlink.recv(8192)
    (code,) = struct.unpack_from("=i", answer, _HEADER.size)
    if _HEADER.unpack_from(answer)[1] == _NLMSG_ERROR and code:
        raise OSError(-code, os.strerror(-code))
    return answer


def _attribute(kind: int, payload: bytes) -> bytes:
    return _ATTRIBUTE.pack(_ATTRIBUTE.size + len(payload), kind) + payload + bytes(-len(payload) % 4)


def _attributes(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < _ATTRIBUTE.size:
            break
        found[kind & _NLA_TYPE] = data[at + _ATTRIBUTE.size : at + length]
        at += length + -length % 4
    return found
