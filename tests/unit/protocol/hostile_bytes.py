"""What a hostile peer may send over one of our sockets: seeded, so that a run that fails can be run again."""

from __future__ import annotations

import json
import os
import random
import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from helper.protocol.control_messages import AttachApp, TakeDevice
from helper.protocol.framing import MAX_MESSAGE_BYTES, encode
from helper.protocol.worker_messages import Stop

_ODD_VALUES: tuple[Any, ...] = (None, True, -1, 0, 2**31, 2**63, 1.5, "", "x" * 300, "../../etc/shadow", [], {}, [[]])
_ODD_NUMBERS = (b"9" * 400, b"-0", b"1e999", b"NaN", b"Infinity", b"1.0000000000000001", b"0x10", b"01", b"-")
_NOT_UTF8 = (b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\xaf")
_ESCAPES = (rb"\ud800", rb"\udc00\ud800", rb"\u0000", rb"\x41", rb"\u12", b"\x00", b"\n", b"\x1b[2J")


@dataclass(frozen=True)
class Thrown:
    """`descriptors`: how many are sent beside the first byte."""

    kind: str
    data: bytes
    descriptors: int = 0


class Thrower:
    """Made from honest messages of the channel, each harmless as it is."""

    def __init__(self, honest: Sequence[msgspec.Struct], seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - it has to be the same again
        self._honest = [msgspec.json.encode(message) for message in honest]
        self._kinds: dict[str, Callable[[], bytes]] = {
            "any bytes": lambda: self._bytes(600),
            "length 0": lambda: struct.pack(">I", 0) * self._random.randint(1, 50),
            "length over the cap": lambda: self._lying(self._random.randint(MAX_MESSAGE_BYTES + 1, 2**24)),
            "length 4 GiB": lambda: self._lying(2**32 - 1 - self._random.randint(0, 3)),
            "cut off": self._cut_off,
            "any body": lambda: framed(self._bytes(300)),
            "deep": self._deep,
            "another type": self._wrong_type,
            "a field too much": self._unknown_field,
            "a field too little": self._missing_field,
            "not UTF-8": lambda: framed(self._with_text(self._random.choice(_NOT_UTF8))),
            "odd escapes": lambda: framed(self._with_text(self._random.choice(_ESCAPES))),
            "odd numbers": self._odd_number,
            "flipped bits": self._flipped,
            "said twice": self._doubled_key,
            "another channel's": lambda: encode(self._random.choice([TakeDevice(0), AttachApp(), Stop()])),
            "many at once": lambda: framed(self._one()) * self._random.randint(2, 300),
            "huge": self._huge,
        }

    @property
    def kinds(self) -> int:
        """Descriptors that nobody asked for are a kind of their own."""
        return len(self._kinds) + 1

    def throw(self, of_each: int) -> Iterator[Thrown]:
        """In turn, so that one kind comes after every other. `huge` ones (1 MiB) are a tenth of the others."""
        for number in range(of_each):
            for kind, make in self._kinds.items():
                if kind != "huge" or number % 10 == 0:
                    yield Thrown(kind, make())
            yield Thrown("descriptors", framed(self._one()), self._random.choice([1, 2, 30, 253]))

    def _one(self) -> bytes:
        return self._random.choice(self._honest)

    def _bytes(self, most: int) -> bytes:
        return self._random.randbytes(self._random.randint(1, most))

    def _lying(self, size: int) -> bytes:
        return struct.pack(">I", size) + self._bytes(2000)

    def _cut_off(self) -> bytes:
        whole = framed(self._one())
        return whole[: self._random.randint(1, len(whole) - 1)]

    def _deep(self) -> bytes:
        opening = self._random.choice([b"[", b'{"type":', b'{"network":['])
        return framed(opening * self._random.choice([10, 900, 1100, 40_000]))

    def _wrong_type(self) -> bytes:
        message = json.loads(self._one())
        message[self._random.choice(list(message))] = self._random.choice(_ODD_VALUES)
        if message.get("type") == "OpenConnection":
            message["type"] = None
        return framed(json.dumps(message).encode())

    def _unknown_field(self) -> bytes:
        message = json.loads(self._one())
        message[self._random.choice(["path", "command", "uid", "y" * 3000])] = self._random.choice(_ODD_VALUES)
        return framed(json.dumps(message).encode())

    def _missing_field(self) -> bytes:
        message = json.loads(self._one())
        del message[self._random.choice(list(message))]
        return framed(json.dumps(message).encode())

    def _with_text(self, text: bytes) -> bytes:
        return (
            self._one().replace(b'"', b'"' + text, 1)
            if self._random.random() < 0.3
            else self._one()[:-2] + text + b'"}'
        )

    def _odd_number(self) -> bytes:
        return framed(b'{"type":"Hello","version":' + self._random.choice(_ODD_NUMBERS) + b"}")

    def _flipped(self) -> bytes:
        data = bytearray(framed(self._one()))
        for _ in range(self._random.randint(1, 4)):
            data[self._random.randrange(4, len(data))] ^= 1 << self._random.randrange(8)
        return bytes(data)

    def _doubled_key(self) -> bytes:
        message = self._one()
        return framed(message[:-1] + b"," + message[1:])

    def _huge(self) -> bytes:
        body = self._random.choice(
            [b"[" + b"0," * 400_000, b'{"' + b"k" * 1_000_000 + b'":1}', b'"' + b"z" * 1_048_000]
        )
        return framed(body[:MAX_MESSAGE_BYTES])


def framed(body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + body


def throw_at(sock: socket.socket, thrown: Thrown, start: bytes) -> None:
    """Over a connected blocking socket with a time limit: says it, and that there is no more; waits for the end."""
    try:
        if start:
            sock.sendall(start)
            sock.recv(65536)  # before the answer larger messages are not even looked at
        if thrown.descriptors:
            socket.send_fds(sock, [thrown.data], [sock.fileno()] * thrown.descriptors)
        else:
            sock.sendall(thrown.data)
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65536):
            pass
    except (BrokenPipeError, ConnectionResetError):
        return


def settle(pid: int, descriptors: int, patience_s: float = 5.0) -> int:
    """Waits until the process has no more than so many: it closes a moment after its peers. Returns how many it has."""
    deadline = time.monotonic() + patience_s
    while (found := open_descriptors(pid)) > descriptors and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


def open_descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))
