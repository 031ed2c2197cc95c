import pytest
from hypothesis import given
from hypothesis import strategies as st

from helper.protocol.framing import MAX_MESSAGE_BYTES, MessageDecoder, ProtocolError, encode
from helper.protocol.helper_messages import (
    FindOverlaps,
    Hello,
    ListConnections,
    NetworkConfig,
    OpenConnection,
    Request,
    SetNetwork,
)
from helper.protocol.worker_messages import FromWorker

MESSAGES: list[Request] = [
    Hello(1),
    OpenConnection("x" * 64),
    SetNetwork("0123456789ab", NetworkConfig(addresses=("198.19.0.2/32",), mtu=1400, routes=("10.0.0.0/8",))),
    ListConnections(),
]


def decoder() -> MessageDecoder[Request]:
    return MessageDecoder(Request)


@given(st.lists(st.integers(1, 60), max_size=40))
def test_messages_survive_any_fragmentation(cuts: list[int]) -> None:
    data = b"".join(encode(message) for message in MESSAGES)
    receiver, found, position = decoder(), [], 0
    for cut in cuts:
        found += receiver.feed(data[position : position + cut])
        position += cut
    found += receiver.feed(data[position:])
    assert found == MESSAGES


@given(st.binary(max_size=400))
def test_any_bytes_are_messages_or_a_protocol_error(data: bytes) -> None:
    for union in (Request, FromWorker):
        receiver: MessageDecoder[object] = MessageDecoder(union)
        try:
            receiver.feed(data)
        except ProtocolError:
            continue


@given(st.binary(max_size=400))
def test_any_body_is_a_message_or_a_protocol_error(body: bytes) -> None:
    try:
        decoder().feed(len(body).to_bytes(4, "big") + body)
    except ProtocolError:
        return


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"type":"Hello","version":1,"path":"/etc/shadow"}',
        b'{"type":"Shell"}',
        b'{"type":"CloseConnection","connection_id":"../../../x"}',
        rb'{"type":"CloseConnection","connection_id":"0123456789ab\n"}',
        rb'{"type":"SetNetwork","connection_id":"0123456789ab","network":{"addresses":[],"mtu":1400,"routes":[],'
        rb'"dns":{"search_domains":["a.example\n"]}}}',
        b"[" * 100_000,
        b'{"type":"OpenConnection","label":"' + b"x" * 65 + b'"}',
    ],
)
def test_what_is_no_message_of_this_channel_is_refused(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        decoder().feed(len(body).to_bytes(4, "big") + body)


def test_a_reason_quotes_little_of_what_was_sent() -> None:
    """It goes into the log of whoever received it: a peer must not be able to fill that."""
    for body in (b'{"type":"Hello","version":1,"' + b"x" * 100_000 + b'":1}', b'{"type":"' + b"y" * 100_000 + b'"}'):
        with pytest.raises(ProtocolError) as caught:
            decoder().feed(len(body).to_bytes(4, "big") + body)
        assert len(str(caught.value)) < 300


def test_who_is_not_known_may_say_less() -> None:
    hello = encode(Hello(1))
    receiver: MessageDecoder[Request] = MessageDecoder(Request, max_bytes=len(hello))
    assert receiver.feed(hello) == [Hello(1)]
    with pytest.raises(ProtocolError, match=f"is over {len(hello)}"):
        receiver.feed((len(hello) + 1).to_bytes(4, "big"))
    receiver = MessageDecoder(Request, max_bytes=len(hello))
    receiver.max_bytes = MAX_MESSAGE_BYTES
    assert receiver.feed(encode(MESSAGES[2])) == [MESSAGES[2]]


def test_a_length_over_the_cap_is_refused_before_its_bytes_come() -> None:
    with pytest.raises(ProtocolError, match="is over"):
        decoder().feed((MAX_MESSAGE_BYTES + 1).to_bytes(4, "big"))
    with pytest.raises(ProtocolError, match="is over"):
        encode(FindOverlaps(("x" * MAX_MESSAGE_BYTES,)))
