"""Messages over a stream socket: four bytes of length (big-endian), then one msgspec JSON object.

Sans-I/O: `encode` and `MessageDecoder` turn messages into bytes and back. Every message type of a channel is a
tagged `msgspec.Struct`; the decoder is given their union and refuses everything else. Lengths are capped so that a
hostile peer cannot make us allocate.
"""

from __future__ import annotations

import struct
from typing import Any, Generic, TypeVar

import msgspec

MAX_MESSAGE_BYTES = 1 << 20
"""Larger than any honest message: the biggest is a `SetNetwork` with some thousand routes."""

_LENGTH = struct.Struct(">I")
_MAX_REASON = 200
"""Characters of why something is no message: the peer's own text is quoted in it, and it goes into a log."""

M = TypeVar("M")


class ProtocolError(Exception):
    """The peer sent bytes that are not a message of this channel. The channel must be closed."""


def encode(message: msgspec.Struct) -> bytes:
    """Returns the message with its length in front. Raises ProtocolError when it is over MAX_MESSAGE_BYTES."""
    body = msgspec.json.encode(message)
    if len(body) > MAX_MESSAGE_BYTES:
        raise ProtocolError(f"message of {len(body)} bytes is over {MAX_MESSAGE_BYTES}")
    return _LENGTH.pack(len(body)) + body


class MessageDecoder(Generic[M]):
    """Collects bytes and gives back whole messages of the union it was made for."""

    def __init__(self, union: Any, max_bytes: int = MAX_MESSAGE_BYTES) -> None:
        """`max_bytes` of one message; it may be changed for those that have not come yet."""
        self._decoder: msgspec.json.Decoder[M] = msgspec.json.Decoder(union)
        self._buffer = bytearray()
        self.max_bytes = max_bytes

    def feed(self, data: bytes | bytearray | memoryview) -> list[M]:
        """Returns the messages that `data` completes, oldest first. Raises ProtocolError on anything else."""
        self._buffer += data
        messages: list[M] = []
        position = 0
        while len(self._buffer) - position >= _LENGTH.size:
            (size,) = _LENGTH.unpack_from(self._buffer, position)
            if size > self.max_bytes:
                raise ProtocolError(f"message of {size} bytes is over {self.max_bytes}")
            end = position + _LENGTH.size + size
            if len(self._buffer) < end:
                break
            try:
                messages.append(self._decoder.decode(self._buffer[position + _LENGTH.size : end]))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise ProtocolError(f"not a message of this channel: {str(error)[:_MAX_REASON]}") from error
            position = end
        del self._buffer[:position]
        return messages
