"""Frames of the tunnel's byte stream: a 32-bit big-endian word (kind in the top 8 bits, length in the lower 24), then
the payload.

A DATA payload is what a TUN device with IFF_VNET_HDR reads and writes: a `virtio_net_hdr` of 10 bytes
(linux/virtio_net.h) and one IP packet of up to 65,535 bytes, often a whole TCP segment train that the receiving
kernel will cut (GSO). Nothing in it is touched on the way.
"""

from __future__ import annotations

import enum
import mmap
import struct
from typing import NamedTuple

HEADER = struct.Struct(">I")
VNET_HEADER_BYTES = 10
MAX_PACKET_BYTES = 65_535
MAX_DATA_BYTES = VNET_HEADER_BYTES + MAX_PACKET_BYTES
MAX_CONTROL_BYTES = 64 * 1024
_LENGTH_MASK = 0xFFFFFF


class FrameKind(enum.IntEnum):
    DATA = 0
    HELLO = 1
    WELCOME = 2
    REFUSED = 3
    PING = 4
    PONG = 5
    RELEASE = 6
    MESSAGE = 7


_KINDS = frozenset(FrameKind)


class FrameError(Exception):
    """The peer sent what is no frame. The stream cannot be followed any further."""


class Frame(NamedTuple):
    """`payload` is a view into the decoder's buffer: use it before the next call, or copy it."""

    kind: int
    payload: memoryview


def encode_frame(kind: FrameKind, payload: bytes = b"") -> bytes:
    """Raises FrameError when a payload is too long for its kind."""
    limit = MAX_DATA_BYTES if kind is FrameKind.DATA else MAX_CONTROL_BYTES
    if len(payload) > limit:
        raise FrameError(f"a {kind.name} frame of {len(payload)} bytes is over {limit}")
    return HEADER.pack(kind << 24 | len(payload)) + payload


class FrameDecoder:
    """Finds the frames in a stream that comes in pieces of any size.

    Either `feed(data)`, which copies, or let the socket write into `writable()` and tell with `received(n)`.
    The bytes of a frame that is not whole yet stay at the buffer's start, so that every payload is one view.
    """

    def __init__(self, capacity: int = 512 * 1024) -> None:
        if capacity < 2 * (MAX_DATA_BYTES + HEADER.size):
            raise ValueError("the buffer must hold two frames")
        # Of anonymous pages, so that what was never written takes no memory: a manager has one for each peer.
        self._view = memoryview(mmap.mmap(-1, capacity))
        self._start = 0
        self._end = 0

    def writable(self) -> memoryview:
        """Returns room for the next bytes: never empty, as a whole frame always fits."""
        if self._start:
            held = self._end - self._start
            # Slices of one bytearray: memmove semantics, and the views handed out before are the caller's to drop.
            self._view[:held] = self._view[self._start : self._end]
            self._start, self._end = 0, held
        return self._view[self._end :]

    def received(self, count: int) -> list[Frame]:
        """Returns the frames that the `count` bytes written into `writable()` completed. Raises FrameError."""
        self._end += count
        frames: list[Frame] = []
        position, end, view, unpack = self._start, self._end, self._view, HEADER.unpack_from
        while end - position >= 4:
            (word,) = unpack(view, position)
            length = word & _LENGTH_MASK
            kind = word >> 24
            if length > MAX_DATA_BYTES or (kind and (kind not in _KINDS or length > MAX_CONTROL_BYTES)):
                raise FrameError(f"kind {kind} with {length} bytes is no frame")
            stop = position + 4 + length
            if stop > end:
                break
            frames.append(Frame(kind, view[position + 4 : stop]))
            position = stop
        self._start = position
        return frames

    def feed(self, data: bytes | bytearray | memoryview) -> list[Frame]:
        """Like `received`, for bytes that are somewhere else.

        `data` must fit beside one frame that is not whole yet (capacity less 64 KiB and some). Raises FrameError.
        """
        room = self.writable()
        size = len(data)
        if size > len(room):
            raise FrameError(f"{size} bytes at once are more than the buffer's {len(room)}")
        room[:size] = data
        return self.received(size)
