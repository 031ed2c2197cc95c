"""The parts of a DNS message that relaying needs, read from the bytes themselves (RFC 1035 section 4.1).

Relayed messages are never parsed and written again: only their id changes.
"""

from __future__ import annotations

import struct

HEADER = struct.Struct(">HHHHHH")
"""Id, flags, and the counts of questions, answers, authority and additional records."""

QR, AA, TC, RD, RA, CD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0010
OPCODE_MASK, RCODE_MASK = 0x7800, 0x000F

NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)

SERVER_FAILURES = frozenset({SERVFAIL, NOTIMP, REFUSED})
"""The codes after which glibc asks the next server; we do the same."""


def flags(message: bytes) -> int:
    return message[2] << 8 | message[3]


def rcode(message: bytes) -> int:
    return message[3] & RCODE_MASK


def is_truncated(message: bytes) -> bool:
    return bool(flags(message) & TC)


def answer_count(message: bytes) -> int:
    return message[6] << 8 | message[7]


def with_id(message: bytes, message_id: bytes) -> bytes:
    return message_id + message[2:]


def question_end(message: bytes) -> int:
    """Returns where the first question ends. Raises ValueError when its name is compressed or runs out."""
    position = HEADER.size
    while position < len(message) and message[position]:
        if message[position] > 63:
            raise ValueError("the question's name is compressed")
        position += message[position] + 1
    end = position + 1 + 4
    if end > len(message):
        raise ValueError("the question is cut off")
    return end


def is_answer(response: bytes, request: bytes) -> bool:
    """Is `response` the answer to `request`: same id, same question (names compare without case)?

    A server that could not even read the question may leave it out.
    """
    if len(response) < HEADER.size or response[:2] != request[:2] or not flags(response) & QR:
        return False
    if flags(response) & OPCODE_MASK != flags(request) & OPCODE_MASK:
        return False
    if response[4:6] == b"\0\0":
        return rcode(response) in SERVER_FAILURES or rcode(response) == FORMERR
    end = question_end(request)
    name = slice(HEADER.size, end - 4)
    fixed = slice(end - 4, end)
    return (
        response[4:6] == b"\0\1"
        and response[name].lower() == request[name].lower()
        and response[fixed] == request[fixed]
    )
