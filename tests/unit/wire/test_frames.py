"""Frames: whatever the pieces, the same frames come out; whatever the bytes, nothing but FrameError."""

from __future__ import annotations

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helper.wire.frames import (
    HEADER,
    MAX_CONTROL_BYTES,
    MAX_DATA_BYTES,
    FrameDecoder,
    FrameError,
    FrameKind,
    encode_frame,
)

_kinds = st.sampled_from(list(FrameKind))
_frames = st.lists(st.tuples(_kinds, st.binary(max_size=3000)), max_size=20)


def _collect(decoder: FrameDecoder, stream: bytes, cuts: list[int]) -> list[tuple[int, bytes]]:
    found = []
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    for begin, end in itertools.pairwise(edges):
        for frame in decoder.feed(stream[begin:end]):
            found.append((frame.kind, bytes(frame.payload)))
    return found


@given(_frames, st.lists(st.integers(min_value=0), max_size=10))
def test_frames_survive_any_cut(frames: list[tuple[FrameKind, bytes]], cuts: list[int]) -> None:
    stream = b"".join(encode_frame(kind, payload) for kind, payload in frames)
    assert _collect(FrameDecoder(), stream, cuts) == [(int(kind), payload) for kind, payload in frames]


@given(st.binary(max_size=5000), st.lists(st.integers(min_value=0), max_size=5))
def test_any_bytes_are_frames_or_a_frame_error(stream: bytes, cuts: list[int]) -> None:
    with contextlib.suppress(FrameError):
        for _, payload in _collect(FrameDecoder(), stream, cuts):
            assert len(payload) <= MAX_DATA_BYTES


def test_the_largest_packets_in_a_row_arrive_whole() -> None:
    decoder = FrameDecoder()
    stream = b"".join(encode_frame(FrameKind.DATA, bytes([n]) * MAX_DATA_BYTES) for n in range(20))
    found = []
    for begin in range(0, len(stream), 32_000):
        found += [bytes(frame.payload) for frame in decoder.feed(stream[begin : begin + 32_000])]
    assert found == [bytes([n]) * MAX_DATA_BYTES for n in range(20)]


def test_received_reads_what_was_written_in_place() -> None:
    decoder = FrameDecoder()
    frame = encode_frame(FrameKind.PING, b"now")
    room = decoder.writable()
    room[: len(frame)] = frame
    (found,) = decoder.received(len(frame))
    assert (found.kind, bytes(found.payload)) == (FrameKind.PING, b"now")


@pytest.mark.parametrize(
    "word",
    [
        FrameKind.DATA << 24 | (MAX_DATA_BYTES + 1),
        FrameKind.HELLO << 24 | (MAX_CONTROL_BYTES + 1),
        99 << 24,
    ],
)
def test_impossible_headers_are_refused(word: int) -> None:
    with pytest.raises(FrameError):
        FrameDecoder().feed(HEADER.pack(word))


def test_too_long_payloads_are_not_encoded() -> None:
    with pytest.raises(FrameError):
        encode_frame(FrameKind.HELLO, bytes(MAX_CONTROL_BYTES + 1))


def test_more_at_once_than_the_buffer_holds_is_refused() -> None:
    with pytest.raises(FrameError):
        FrameDecoder(capacity=200_000).feed(bytes(200_001))


def test_a_buffer_that_cannot_hold_two_frames_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="two frames"):
        FrameDecoder(capacity=1000)
