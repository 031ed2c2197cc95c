"""A list of everybody's intercepts fits into a message, whoever declares how much."""

from __future__ import annotations

from helper.protocol.intercepts import HeaderMatch, Health, HttpMatch, Intercept, InterceptState, Workload
from helper.wire.frames import HEADER
from helper.wire.laptop_messages import (
    MAX_MESSAGE_BYTES,
    Listed,
    MessageDecoder,
    ToLaptop,
    encode_message,
    fitting,
)


def state(owner: int, number: int, size: int) -> InterceptState:
    rule = HttpMatch(tuple(HeaderMatch(f"x-{n}", value="v" * 1000) for n in range(size)))
    workload = Workload("Deployment", "shop", "reviews")
    return InterceptState(
        Intercept(f"{number:012x}", workload, "0" * 16, 1.0, rule), f"{owner:012x}", "somebody", Health.ACTIVE
    )


def read(states: tuple[InterceptState, ...]) -> ToLaptop | None:
    """As the laptop reads it: frame by frame. Raises MessageError when it is too long."""
    data, decoder = encode_message(Listed(states)), MessageDecoder[ToLaptop](ToLaptop)
    message, at = None, 0
    while at < len(data):
        (word,) = HEADER.unpack_from(data, at)
        message = decoder.feed(data[at + HEADER.size : (at := at + HEADER.size + (word & 0xFFFFFF))])
    return message


def test_whoever_declares_little_is_there() -> None:
    greedy = [state(owner, owner * 1000 + n, 12) for owner in (1, 2, 3) for n in range(200)]
    modest = [state(owner, owner * 1000, 1) for owner in range(10, 60)]
    states = fitting([*greedy[:300], *modest, *greedy[300:]])
    kept = {one.owner_id for one in states}
    assert {one.owner_id for one in modest} <= kept
    assert len(kept & {f"{owner:012x}" for owner in (1, 2, 3)}) == 1, "as many of the others as there is room for"
    assert read(states) == Listed(states)


def test_what_fits_is_left_as_it_is() -> None:
    states = tuple(state(owner, owner, 2) for owner in range(100))
    assert fitting(states) == states
    assert fitting(()) == ()


def test_one_who_declares_more_than_a_message_is_left_out() -> None:
    states = [state(1, n, 16) for n in range(256)]
    assert len(encode_message(Listed(tuple(states)))) > MAX_MESSAGE_BYTES
    assert fitting([*states, state(2, 999, 1)]) == (state(2, 999, 1),)
