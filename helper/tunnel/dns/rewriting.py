"""Answers of the cluster about a full name, rewritten to the name that was asked.

Rewriting is preferred to a CNAME: resolvers would ask for the target once more, and a CNAME beside other types of the
same name is not allowed. The authority section goes: a SOA of another zone is not believed anyway, and without one
nobody keeps the answer for longer than it is true.
"""

from __future__ import annotations

import struct

import dns.flags
import dns.message
import dns.name

from helper.tunnel.dns import header
from helper.tunnel.dns.deciding import Labels
from helper.tunnel.dns.messages import PARSE_ERRORS, Query, name_bytes

_RECORD = struct.Struct(">HHIH")
"""Type, class, TTL and data length: what follows a record's owner."""
_ADDRESS_TYPES = frozenset({1, 28})
_TO_QUESTION = b"\xc0\x0c"
"""A compressed name: the one that stands right behind the header."""
_OPT_START = b"\0\0\x29"


class UnreadableAnswer(Exception):
    """A server's answer is no DNS message, or one that cannot be written again."""


def rewritten(query: Query, name: Labels, response: bytes) -> bytes:
    """Returns the answer for `name` as an answer to `query`: what `name` owns, the asked name owns.

    `response` must be the answer to `query` asked as `name`. Raises UnreadableAnswer.
    """
    try:
        return _rewritten_addresses(query, name, response) or _rewritten_any(query, name, response)
    except PARSE_ERRORS as error:
        raise UnreadableAnswer(str(error)) from error


def _rewritten_addresses(query: Query, name: Labels, response: bytes) -> bytes | None:
    """The same by bytes, for answers of addresses alone: nearly all, and a headless service has hundreds of them,
    which would take dnspython 80 µs each, on the loop that carries the packets. None for all other answers."""
    _, flags, _, answers, authority, additional = header.HEADER.unpack_from(response)
    owner = name_bytes(name).lower()
    position = header.question_end(response)
    question = query.raw[header.HEADER.size : query.question_end]
    parts = [b"", question]
    for _ in range(answers):
        if response[position : position + 2] == _TO_QUESTION:
            position += 2
        elif response[position : position + len(owner)].lower() == owner:
            position += len(owner)
        else:
            return None
        rdtype, _, _, size = _RECORD.unpack_from(response, position)
        end = position + _RECORD.size + size
        if rdtype not in _ADDRESS_TYPES or end > len(response):
            return None
        parts += (_TO_QUESTION, response[position:end])
        position = end
    rest = response[position:]
    if authority or (rest[:3] != _OPT_START if additional == 1 else additional or rest):
        return None
    parts[0] = query.raw[:2] + header.HEADER.pack(0, flags | header.RA, 1, answers, 0, additional)[2:]
    return b"".join((*parts, rest))


def _rewritten_any(query: Query, name: Labels, response: bytes) -> bytes:
    owner, asked = dns.name.Name((*name, b"")), dns.name.Name((*query.name, b""))
    message = dns.message.from_wire(response, keyring=False, one_rr_per_rrset=True)
    for record in (*message.question, *message.answer, *message.additional):
        if record.name == owner:
            record.name = asked
    message.authority = []
    # glibc takes an empty answer with neither AA nor RA for a lame server's.
    message.flags |= dns.flags.RA
    return header.with_id(message.to_wire(), query.raw[:2])
