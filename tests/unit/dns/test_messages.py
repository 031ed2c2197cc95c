from __future__ import annotations

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.tsig
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helper.protocol.worker_messages import ResolverConfig
from helper.tunnel.dns import header, messages, rewriting
from helper.tunnel.dns.answering import Answerer
from helper.tunnel.dns.messages import Query, Rejected, parse_query
from helper.tunnel.dns.resolvers import Resolvers
from helper.tunnel.dns.rewriting import UnreadableAnswer, rewritten

NAME = (b"reviews", b"bookinfo")
FULL = (b"reviews", b"bookinfo", b"svc", b"cluster", b"local")
NOWHERE = Resolvers.parse(ResolverConfig("cluster.local", (), (), "bookinfo", ("bookinfo",)))


def query_for(name: str = "reviews.bookinfo", rdtype: str = "A", *, edns: bool = True) -> dns.message.Message:
    query = dns.message.make_query(name, rdtype)
    if edns:
        query.use_edns(0, dns.flags.DO, payload=1400)
    return query


def parsed(message: dns.message.Message) -> Query:
    query = parse_query(message.to_wire())
    assert isinstance(query, Query)
    return query


def rejected(raw: bytes) -> bytes | None:
    query = parse_query(raw)
    assert isinstance(query, Rejected)
    return query.answer


def test_a_query_is_understood() -> None:
    query = parsed(query_for())
    assert (query.name, query.rdtype, query.is_internet) == (NAME, 1, True)
    assert (query.has_edns, query.dnssec_ok, query.udp_bytes, query.extras) == (True, True, 1400, False)
    query = parsed(query_for(edns=False))
    assert (query.has_edns, query.dnssec_ok, query.udp_bytes) == (False, False, 512)


def test_a_small_advertised_size_counts_as_512() -> None:
    query = query_for()
    query.use_edns(0, payload=100)
    assert parsed(query).udp_bytes == 512


@pytest.mark.parametrize("raw", [b"", b"\0" * 11, b"\0\1\x80\0" + b"\0" * 20])
def test_no_answer_to_answers_and_fragments(raw: bytes) -> None:
    assert rejected(raw) is None


def test_other_operations_are_not_implemented() -> None:
    raw = bytearray(query_for().to_wire())
    raw[2] |= 0x28  # UPDATE
    answer = rejected(bytes(raw))
    assert answer is not None
    assert header.rcode(answer) == header.NOTIMP
    assert answer[:2] == raw[:2]
    assert header.flags(answer) & header.OPCODE_MASK == 0x2800


@pytest.mark.parametrize(
    "body",
    [
        b"\0\0\0\0\0\0\0\0",
        b"\0\1\0\0\0\0\0\0",
        b"\0\1\0\0\0\0\0\0\3abc",
        b"\0\1\0\0\0\0\0\0\3abc\0\0\1",
        b"\0\1\0\0\0\0\0\0\xc0\x00\0\1\0\1",
        b"\0\1\0\0\0\0\0\0\3abc\0\0\1\0\1trailing",
        b"\0\2\0\0\0\0\0\0\3abc\0\0\1\0\1\3abc\0\0\1\0\1",
        b"\0\1\0\1\0\0\0\0\3abc\0\0\1\0\1\3abc\0\0\1\0\1\0\0\0\0\0\4\1\2\3\4",
    ],
)
def test_what_cannot_be_read_is_a_format_error(body: bytes) -> None:
    answer = rejected(b"\x12\x34\1\0" + body)
    assert answer is not None
    assert answer == b"\x12\x34\x81\x81" + b"\0" * 8


def test_signed_queries_are_relayed_only() -> None:
    query = query_for()
    query.use_tsig(dns.tsig.Key("key", b"secret"))
    assert parsed(query).extras


def test_the_same_question_under_another_name() -> None:
    message = query_for()
    asked = dns.message.from_wire(messages.asked_as(parsed(message), FULL))
    assert asked.question[0].name == dns.name.Name((*FULL, b""))
    assert (asked.id, asked.flags, asked.payload, asked.ednsflags) == (
        message.id,
        message.flags,
        message.payload,
        message.ednsflags,
    )


def test_what_the_full_name_owns_the_asked_name_owns() -> None:
    query = parsed(query_for())
    answer = dns.message.make_response(dns.message.from_wire(messages.asked_as(query, FULL)))
    owner = dns.name.Name((*FULL, b""))
    answer.answer.append(dns.rrset.from_text(owner, 5, "IN", "A", "10.0.0.1", "10.0.0.2"))
    answer.additional.append(dns.rrset.from_text("other.cluster.local.", 5, "IN", "A", "10.0.0.3"))
    answer.authority.append(dns.rrset.from_text("cluster.local.", 5, "IN", "NS", "ns.cluster.local."))
    wire = rewritten(query, FULL, answer.to_wire())
    assert wire[:2] == query.raw[:2]
    assert wire[12 : query.question_end] == query.raw[12 : query.question_end]
    result = dns.message.from_wire(wire)
    (found,) = result.answer
    assert sorted(found.to_text().splitlines()) == [  # a set: dnspython's order may be any
        "reviews.bookinfo. 5 IN A 10.0.0.1",
        "reviews.bookinfo. 5 IN A 10.0.0.2",
    ]
    assert [str(rrset.name) for rrset in result.additional] == ["other.cluster.local."]
    assert result.authority == []
    assert result.flags & dns.flags.RA


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("edns", [True, False])
@pytest.mark.parametrize(
    "addresses", [[], ["10.0.0.1"], [f"10.0.{number // 200}.{number % 200}" for number in range(1000)]]
)
def test_addresses_by_bytes_are_the_same(addresses: list[str], edns: bool, compressed: bool) -> None:
    query = parsed(query_for("Reviews.bookinfo", edns=edns))
    request = dns.message.from_wire(messages.asked_as(query, FULL))
    answer = dns.message.make_response(request)
    if addresses:
        answer.answer.append(dns.rrset.from_text(request.question[0].name, 5, "IN", "A", *addresses))
    wire = answer.to_wire(max_size=65_535)
    if not compressed:
        question = wire[12 : header.question_end(wire) - 4]
        wire = wire[: len(question) + 16] + wire[len(question) + 16 :].replace(b"\xc0\x0c", question.upper())
    result = rewriting._rewritten_addresses(query, FULL, wire)
    assert result is not None
    assert dns.message.from_wire(result) == dns.message.from_wire(rewriting._rewritten_any(query, FULL, wire))
    read = dns.message.from_wire(result)
    assert read.id == int.from_bytes(query.raw[:2])
    assert sum(len(rrset) for rrset in read.answer) == len(addresses)
    assert (read.edns >= 0) is edns


def test_an_answer_that_is_no_message_cannot_be_rewritten() -> None:
    with pytest.raises(UnreadableAnswer):
        rewritten(parsed(query_for()), FULL, b"\0" * 13)


def test_signed_and_unreadable_negative_answers_stay_as_they_are() -> None:
    answer = dns.message.make_response(query_for())
    answer.use_tsig(dns.tsig.Key("key", b"secret"))
    signed = answer.to_wire()
    assert messages.short_lived(signed) == signed
    broken = answer.to_wire()[:-3]
    assert messages.short_lived(broken) == broken


def test_failures_carry_their_reason_only_to_clients_with_edns() -> None:
    for edns in (True, False):
        query = query_for(edns=edns)
        answer = dns.message.from_wire(messages.failure(parsed(query), dns.rcode.SERVFAIL, 14, "why"))
        assert query.is_response(answer)
        assert answer.rcode() == dns.rcode.SERVFAIL
        assert [str(option) for option in answer.options] == (["EDE 14 (Not Ready): why"] if edns else [])
        assert bool(answer.ednsflags & dns.flags.DO) is edns


def test_an_answer_is_recognised() -> None:
    request = query_for("Reviews.Bookinfo").to_wire()
    answer = dns.message.make_response(dns.message.from_wire(request)).to_wire()
    assert header.is_answer(answer, request)
    assert header.is_answer(answer.replace(b"Reviews", b"rEVIEWS"), request)
    assert not header.is_answer(request, request)
    assert not header.is_answer(b"", request)
    assert not header.is_answer(header.with_id(answer, bytes((request[0] ^ 1, request[1]))), request)
    assert not header.is_answer(answer.replace(b"Reviews", b"Ratings"), request)
    assert not header.is_answer(answer[:2] + b"\xa8" + answer[3:], request)
    for rdtype in ("AAAA", "HTTPS"):
        other = dns.message.make_response(query_for("Reviews.Bookinfo", rdtype))
        assert not header.is_answer(header.with_id(other.to_wire(), request[:2]), request)


@pytest.mark.parametrize(("rcode", "believed"), [(0, False), (1, True), (2, True), (3, False), (4, True), (5, True)])
def test_only_a_failure_may_leave_the_question_out(rcode: int, believed: bool) -> None:
    request = query_for().to_wire()
    assert header.is_answer(request[:2] + bytes((0x81, rcode)) + b"\0" * 8, request) is believed


@st.composite
def damaged_queries(draw: st.DrawFn) -> bytes:
    labels = draw(st.lists(st.binary(min_size=1, max_size=20), max_size=5))
    query = dns.message.make_query(
        dns.name.Name((*labels, b"")),
        dns.rdatatype.RdataType.make(draw(st.sampled_from([1, 12, 28, 33, 41, 65, 250, 252, 255, 65_535]))),
    )
    if draw(st.booleans()):
        query.use_edns(0, payload=draw(st.integers(0, 65_535)))
    wire = bytearray(query.to_wire())
    for _ in range(draw(st.integers(0, 4))):
        wire[draw(st.integers(0, len(wire) - 1))] = draw(st.integers(0, 255))
    return bytes(wire[: draw(st.integers(0, len(wire)))]) + draw(st.binary(max_size=8))


@given(st.one_of(st.binary(max_size=600), damaged_queries()))
async def test_any_bytes_get_an_answer_or_silence(raw: bytes) -> None:
    """Nothing but the answer to that message comes back, and no exception."""
    answer = await Answerer(NOWHERE, tunnel_up=True).answer(raw, over_tcp=False)
    if answer is None:
        assert len(raw) < 12 or raw[2] & 0x80
    else:
        assert answer[:2] == raw[:2]
        assert answer[2] & 0x80
        dns.message.from_wire(answer, keyring=False)


@given(st.one_of(st.binary(max_size=600), damaged_queries()))
def test_any_bytes_from_a_server_are_taken_or_refused(raw: bytes) -> None:
    query = parsed(query_for())
    header.is_answer(raw, query.raw)
    if len(raw) >= 12:
        messages.short_lived(raw)
        messages.fitted(query, raw)
        try:
            rewritten(query, FULL, raw)
        except UnreadableAnswer:
            return
