"""DNS messages: queries parsed, answers made, and the life of negative ones shortened."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdatatype

from helper.tunnel.dns import header
from helper.tunnel.dns.deciding import Labels

MIN_UDP_BYTES = 512
"""RFC 1035: what every client takes without EDNS."""

OUR_UDP_BYTES = 1232
"""Advertised in answers of our own (dnsflagday.net/2020)."""

NEGATIVE_TTL_S = 5
"""How long a resolver may remember that a name which the cluster could create at any moment does not exist.

The root's own answer for `reviews.bookinfo` says a day. CoreDNS says 5 s for its own.
"""

EDE_NOT_READY, EDE_NO_REACHABLE_AUTHORITY = 14, 22
"""RFC 8914. systemd-resolved does not take the failure for one of EDNS then, and `dig` shows the text."""

_OPT = struct.Struct(">BHHBBHH")
"""Root name, type, UDP size, extended rcode, version, flags, length of the options."""
_OPT_TYPE = 41
_DO = 0x8000
_CLASS_IN = 1

PARSE_ERRORS: tuple[type[Exception], ...] = (
    dns.exception.DNSException,
    ValueError,
    struct.error,
    IndexError,
    OverflowError,
)
"""What dnspython raises on bytes that are no message."""


@dataclass(frozen=True, slots=True)
class Query:
    """One question as it came. `udp_bytes` is what the client takes over UDP. `extras`: it carries records that may
    depend on the message's bytes (TSIG), so it can be relayed but not asked under another name."""

    raw: bytes
    name: Labels
    rdtype: int
    rdclass: int
    question_end: int
    has_edns: bool
    dnssec_ok: bool
    udp_bytes: int
    extras: bool

    @property
    def is_internet(self) -> bool:
        return self.rdclass == _CLASS_IN


@dataclass(frozen=True, slots=True)
class Rejected:
    """Not a query that can be asked on. `answer` None: better left without one."""

    answer: bytes | None


def parse_query(raw: bytes) -> Query | Rejected:
    # An answer to an answer, or to what has no readable header, could go round in circles: silence.
    if len(raw) < header.HEADER.size or header.flags(raw) & header.QR:
        return Rejected(None)
    if header.flags(raw) & header.OPCODE_MASK:
        return Rejected(_bare_answer(raw, header.NOTIMP))
    try:
        end = header.question_end(raw)
        message = dns.message.from_wire(raw, keyring=False)
    except PARSE_ERRORS:
        return Rejected(_bare_answer(raw, header.FORMERR))
    if len(message.question) != 1 or message.answer or message.authority:
        return Rejected(_bare_answer(raw, header.FORMERR))
    question = message.question[0]
    has_edns = message.edns >= 0
    return Query(
        raw=raw,
        name=question.name.labels[:-1],
        rdtype=int(question.rdtype),
        rdclass=int(question.rdclass),
        question_end=end,
        has_edns=has_edns,
        dnssec_ok=bool(message.ednsflags & dns.flags.DO),
        udp_bytes=max(MIN_UDP_BYTES, message.payload) if has_edns else MIN_UDP_BYTES,
        extras=bool(message.additional) or message.had_tsig,
    )


def asked_as(query: Query, name: Labels) -> bytes:
    """Returns the same query under another name. Only for queries without `extras`: OPT has no names to compress."""
    return b"".join((query.raw[: header.HEADER.size], name_bytes(name), query.raw[query.question_end - 4 :]))


def short_lived(response: bytes) -> bytes:
    """Returns a negative answer that is remembered for NEGATIVE_TTL_S at most; others, and unreadable ones, unchanged.

    A negative answer's life is the smaller of the SOA's TTL and its minimum (RFC 2308 section 5); signatures do not
    cover the TTL itself.
    """
    negative = header.rcode(response) == header.NXDOMAIN or not header.answer_count(response)
    if not negative or header.is_truncated(response):
        return response
    try:
        message = dns.message.from_wire(response, keyring=False, one_rr_per_rrset=True)
        if message.had_tsig:
            return response
        for record in message.authority:
            record.ttl = min(record.ttl, NEGATIVE_TTL_S)
        return message.to_wire()
    except PARSE_ERRORS:
        return response


def failure(query: Query, rcode: int, ede: int, text: str) -> bytes:
    """Returns an answer of our own without records, with an extended error where the client speaks EDNS."""
    option = struct.pack(">HHH", 15, 2 + len(text), ede) + text.encode("ascii")
    return _empty_answer(query, rcode, option)


def fitted(query: Query, response: bytes) -> bytes:
    """Returns the answer as the client takes it over UDP: whole, or empty with TC, so that it asks again over TCP."""
    if len(response) <= query.udp_bytes:
        return response
    return _empty_answer(query, header.rcode(response), b"", header.TC | header.flags(response) & header.AA)


def _empty_answer(query: Query, rcode: int, options: bytes, more_flags: int = 0) -> bytes:
    flags = _answer_flags(query.raw) | rcode | more_flags
    opt = b""
    if query.has_edns:
        opt = _OPT.pack(0, _OPT_TYPE, OUR_UDP_BYTES, 0, 0, _DO * query.dnssec_ok, len(options)) + options
    question = query.raw[header.HEADER.size : query.question_end]
    head = header.HEADER.pack(int.from_bytes(query.raw[:2]), flags, 1, 0, 0, int(query.has_edns))
    return head + question + opt


def _bare_answer(raw: bytes, rcode: int) -> bytes:
    """The header alone, for messages whose question could not be read."""
    flags = _answer_flags(raw) | header.flags(raw) & header.OPCODE_MASK | rcode
    return header.HEADER.pack(int.from_bytes(raw[:2]), flags, 0, 0, 0, 0)


def _answer_flags(raw: bytes) -> int:
    return header.QR | header.RA | header.flags(raw) & (header.RD | header.CD)


def name_bytes(name: Labels) -> bytes:
    return b"".join(bytes((len(label),)) + label for label in name) + b"\0"
