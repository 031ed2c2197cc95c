"""Route netlink in batches, blocking: rtnetlink(7). pyroute2 encodes the requests.

Answers are taken apart here: a dump has thousands of routes, and pyroute2's decoder needs 0.06 ms for each.

Only pyroute2's message classes are loaded. Importing the package the usual way runs its `__init__`, which pulls in
every protocol it knows: 12 MiB and 0.1 s, a third of what this daemon may use. So the package is registered without
running `__init__`; its submodules then import as usual.
"""

from __future__ import annotations

import errno
import importlib
import importlib.util
import os
import socket
import struct
import sys
import threading
import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

NLM_F_REQUEST = 0x01
NLM_F_ACK = 0x04
NLM_F_DUMP = 0x300
NLM_F_REPLACE = 0x100
NLM_F_CREATE = 0x400

RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 20, 21, 22
RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE = 24, 25, 26

_NLMSG_ERROR = 2
_NLMSG_DONE = 3
_HEADER = struct.Struct("=IHHII")
_ATTRIBUTE = struct.Struct("=HH")
_ATTRIBUTE_TYPE = 0x3FFF
_SOL_NETLINK = 270
_NETLINK_CAP_ACK = 10
_NETLINK_GET_STRICT_CHK = 12
_RECEIVE_BYTES = 1 << 18
_BATCH = 128
"""Requests per send: their acknowledgements (36 bytes, but accounted as whole buffers) must fit the receive buffer."""

_TIMEOUT_S = 2.0


@dataclass(frozen=True)
class Request:
    """`fields` and `attributes` are named as in pyroute2's message class of `kind`."""

    kind: int
    flags: int = 0
    fields: dict[str, Any] = field(default_factory=dict)
    attributes: tuple[tuple[str, Any], ...] = ()


class RouteSocket:
    """One netlink socket, kept open. Its methods may be called from any thread; they take turns."""

    def __init__(self) -> None:
        self._codec = _message_classes()
        self._lock = threading.Lock()
        self._sequence = 1
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
        self._socket.setsockopt(_SOL_NETLINK, _NETLINK_CAP_ACK, 1)
        self._socket.setsockopt(_SOL_NETLINK, _NETLINK_GET_STRICT_CHK, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.settimeout(_TIMEOUT_S)
        self._socket.bind((0, 0))

    def close(self) -> None:
        self._socket.close()

    def apply(self, requests: Sequence[Request]) -> list[int]:
        """Performs all of them, in order, and returns each one's errno (0 is success). Raises OSError."""
        results: list[int] = []
        with self._lock:
            for start in range(0, len(requests), _BATCH):
                results += self._apply_batch(requests[start : start + _BATCH])
        return results

    def perform(self, request: Request) -> None:
        """One request. Raises OSError with the kernel's errno."""
        (code,) = self.apply([request])
        if code:
            raise OSError(code, os.strerror(code))

    def dump(self, request: Request) -> list[bytes]:
        """The bodies (no netlink header) of what a GET request finds. Raises OSError (EINTR: it kept changing)."""
        with self._lock:
            for _ in range(3):
                messages, interrupted = self._dump_once(request)
                if not interrupted:
                    return messages
        raise OSError(errno.EINTR, "the kernel's tables change faster than they can be read")

    def _apply_batch(self, requests: Sequence[Request]) -> list[int]:
        first = self._sequence
        self._sequence += len(requests)
        data = b"".join(
            self._encode(request, NLM_F_REQUEST | NLM_F_ACK | request.flags, first + index)
            for index, request in enumerate(requests)
        )
        self._socket.sendto(data, (0, 0))
        results: dict[int, int] = {}
        while len(results) < len(requests):
            for kind, _, sequence, body in self._receive():
                if kind == _NLMSG_ERROR and first <= sequence < first + len(requests):
                    results[sequence] = -struct.unpack_from("=i", body)[0]
        return [results[first + index] for index in range(len(requests))]

    def _dump_once(self, request: Request) -> tuple[list[bytes], bool]:
        sequence = self._sequence
        self._sequence += 1
        self._socket.sendto(self._encode(request, NLM_F_REQUEST | NLM_F_DUMP | request.flags, sequence), (0, 0))
        messages: list[bytes] = []
        interrupted = False
        while True:
            for kind, flags, answered, body in self._receive():
                if answered != sequence:
                    continue
                interrupted |= bool(flags & 0x10)  # NLM_F_DUMP_INTR
                if kind == _NLMSG_DONE:
                    return messages, interrupted
                if kind == _NLMSG_ERROR:
                    code = -struct.unpack_from("=i", body)[0]
                    raise OSError(code, os.strerror(code))
                messages.append(body)

    def _receive(self) -> list[tuple[int, int, int, bytes]]:
        data = self._socket.recv(_RECEIVE_BYTES)
        found: list[tuple[int, int, int, bytes]] = []
        position = 0
        while position + _HEADER.size <= len(data):
            size, kind, flags, sequence, _ = _HEADER.unpack_from(data, position)
            if size < _HEADER.size:
                break
            found.append((kind, flags, sequence, data[position + _HEADER.size : position + size]))
            position += (size + 3) & ~3
        return found

    def _encode(self, request: Request, flags: int, sequence: int) -> bytes:
        message = self._codec[request.kind]()
        for name, value in request.fields.items():
            message[name] = value
        message["attrs"] = [[name, value] for name, value in request.attributes]
        message["header"]["type"] = request.kind
        message["header"]["flags"] = flags
        message["header"]["sequence_number"] = sequence
        message.encode()
        return bytes(message.data)


def attributes(body: bytes, start: int) -> dict[int, bytes]:
    """The attributes that follow a message's fixed part of `start` bytes, by type: struct rtattr in rtnetlink(7)."""
    found: dict[int, bytes] = {}
    while start + _ATTRIBUTE.size <= len(body):
        size, kind = _ATTRIBUTE.unpack_from(body, start)
        if size < _ATTRIBUTE.size:
            break
        found[kind & _ATTRIBUTE_TYPE] = body[start + _ATTRIBUTE.size : start + size]
        start += (size + 3) & ~3
    return found


def _message_classes() -> dict[int, Any]:
    if "pyroute2" not in sys.modules:
        spec = importlib.util.find_spec("pyroute2")
        if spec is None or spec.submodule_search_locations is None:
            raise ImportError("pyroute2 is not installed")
        package = types.ModuleType("pyroute2")
        package.__path__ = list(spec.submodule_search_locations)
        package.__spec__ = spec
        sys.modules["pyroute2"] = package
    link = importlib.import_module("pyroute2.netlink.rtnl.ifinfmsg").ifinfmsg
    address = importlib.import_module("pyroute2.netlink.rtnl.ifaddrmsg").ifaddrmsg
    route = importlib.import_module("pyroute2.netlink.rtnl.rtmsg").rtmsg
    return {
        **dict.fromkeys((RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK), link),
        **dict.fromkeys((RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR), address),
        **dict.fromkeys((RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE), route),
    }
