"""Messages about intercepts in frames: of any size, put together again, and never trusted."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helper.protocol.intercepts import HeaderMatch, HttpMatch, Intercept, MatchKind, PortMap, Workload
from helper.wire.frames import FrameDecoder, FrameKind
from helper.wire.laptop_messages import (
    MAX_MESSAGE_BYTES,
    Declare,
    FromLaptop,
    ListAll,
    MessageDecoder,
    MessageError,
    encode_message,
)

WORKLOAD = Workload("Deployment", "shop", "reviews")


def declare(count: int, value: str = "alice") -> Declare:
    match = HttpMatch((HeaderMatch("x-user", value=value),), "/api")
    return Declare(
        tuple(
            Intercept(f"{number:012x}", WORKLOAD, "0" * 16, 1.5, match, (PortMap(9080, 8080),), False)
            for number in range(count)
        )
    )


def through(message: msgspec.Struct, decoder: MessageDecoder[FromLaptop]) -> list[FromLaptop]:
    frames = FrameDecoder()
    found = []
    data = encode_message(message)
    for start in range(0, len(data), 10_000):
        for frame in frames.feed(data[start : start + 10_000]):
            assert frame.kind == FrameKind.MESSAGE
            whole = decoder.feed(frame.payload)
            if whole is not None:
                found.append(whole)
    return found


@pytest.mark.parametrize("count", [0, 1, 250])
def test_a_message_of_any_size_arrives_whole(count: int) -> None:
    decoder: MessageDecoder[FromLaptop] = MessageDecoder(FromLaptop)
    wanted = declare(count, "x" * 1000)
    assert through(wanted, decoder) == [wanted]
    assert through(ListAll(), decoder) == [ListAll()], "the next one begins anew"


@pytest.mark.parametrize(
    "payload",
    [b"", b"\x02{}", b"\x00", b"\x00{", b"\x00\xff", b'\x00{"type":"States","states":[]}', b'\x00{"type":"Declare"}'],
)
def test_what_is_no_message_is_refused(payload: bytes) -> None:
    with pytest.raises(MessageError):
        MessageDecoder[FromLaptop](FromLaptop).feed(payload)


def test_a_message_without_end_is_refused() -> None:
    decoder: MessageDecoder[FromLaptop] = MessageDecoder(FromLaptop)
    part = b"\x01" + b" " * 60_000
    for _ in range(MAX_MESSAGE_BYTES // len(part)):
        assert decoder.feed(part) is None
    with pytest.raises(MessageError, match="more than"):
        decoder.feed(part * 2)


@given(st.binary(max_size=200))
def test_noise_is_a_message_error_or_nothing(noise: bytes) -> None:
    decoder: MessageDecoder[FromLaptop] = MessageDecoder(FromLaptop)
    try:
        decoder.feed(noise)
    except MessageError:
        return


@pytest.mark.parametrize(
    "change",
    [
        {"intercept_id": "xyz"},
        {"injection_id": "0"},
        {"workload": {"kind": "Job", "namespace": "shop", "name": "x"}},
        {"workload": {"kind": "Pod", "namespace": "Shop", "name": "x"}},
        {"ports": [{"remote": 0, "local": 1}]},
        {"ports": [{"remote": 1, "local": 70000}]},
        {"match": {"headers": [{"name": "X-User", "kind": "exact", "value": "a"}]}},
        {"match": {"headers": [{"name": "a b", "kind": "exact", "value": "a"}]}},
        {"match": {"headers": [{"name": "a", "kind": "glob", "value": "a"}]}},
        {"match": {"path": "api"}},
        {"unknown": 1},
    ],
)
def test_an_intercept_that_makes_no_sense_is_refused(change: dict[str, object]) -> None:
    (intercept,) = declare(1).intercepts
    fields = msgspec.to_builtins(intercept) | change
    text = msgspec.json.encode({"type": "Declare", "intercepts": [fields]})
    with pytest.raises(MessageError):
        MessageDecoder[FromLaptop](FromLaptop).feed(b"\x00" + text)


def test_every_kind_of_match_travels() -> None:
    headers = tuple(HeaderMatch("x-user", kind, "v") for kind in MatchKind)
    (intercept,) = declare(1).intercepts
    wanted = Declare((msgspec.structs.replace(intercept, match=HttpMatch(headers, "/")),))
    assert through(wanted, MessageDecoder(FromLaptop)) == [wanted]
