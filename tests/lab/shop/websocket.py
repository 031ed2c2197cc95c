"""WebSocket messages (RFC 6455) of one frame each, both sides."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
_FINAL = 0x80
_MASKED = 0x80
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept_key(key: str) -> str:
    return base64.b64encode(hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()).decode()


def new_key() -> str:
    return base64.b64encode(os.urandom(16)).decode()


def frame(kind: int, payload: bytes, *, masked: bool) -> bytes:
    """`masked`: as a client's must be."""
    bit = _MASKED if masked else 0
    if len(payload) < 126:
        size = bytes((bit | len(payload),))
    elif len(payload) < 1 << 16:
        size = bytes((bit | 126,)) + len(payload).to_bytes(2, "big")
    else:
        size = bytes((bit | 127,)) + len(payload).to_bytes(8, "big")
    if masked:
        mask = os.urandom(4)
        size, payload = size + mask, _mask(payload, mask)
    return bytes((_FINAL | kind,)) + size + payload


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Kind and payload. Raises asyncio.IncompleteReadError when the peer closes."""
    first, second = await reader.readexactly(2)
    length = second & 0x7F
    if length >= 126:
        length = int.from_bytes(await reader.readexactly(2 if length == 126 else 8), "big")
    mask = await reader.readexactly(4) if second & _MASKED else b""
    payload = await reader.readexactly(length)
    return first & 0x0F, _mask(payload, mask) if mask else payload


def _mask(payload: bytes, mask: bytes) -> bytes:
    key = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(len(payload), "big")
