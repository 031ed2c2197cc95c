"""What laptop and manager tell each other about intercepts: tagged JSON messages in frames of kind MESSAGE."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Generic, TypeVar

import msgspec

from helper.protocol.intercepts import (
    MAX_INTERCEPTS,
    InjectionId,
    Intercept,
    InterceptState,
    JoinTicket,
    RequestBatch,
    Workload,
)
from helper.wire.frames import MAX_CONTROL_BYTES, FrameKind, encode_frame


class LaptopMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    pass


class Declare(LaptopMessage, frozen=True):
    """All of this laptop's intercepts, from now on. Answered by States, now and on every change."""

    intercepts: Annotated[tuple[Intercept, ...], msgspec.Meta(max_length=MAX_INTERCEPTS)]


class States(LaptopMessage, frozen=True):
    """Of the intercepts that this laptop declared."""

    states: tuple[InterceptState, ...]


class ListAll(LaptopMessage, frozen=True):
    """Answered by Listed."""


class Listed(LaptopMessage, frozen=True):
    """Everybody's intercepts, of laptops that are there or have been away for less than their lease."""

    states: tuple[InterceptState, ...]


class Mint(LaptopMessage, frozen=True):
    """Answered by Minted."""

    workload: Workload
    injection_id: InjectionId


class Minted(LaptopMessage, frozen=True):
    workload: Workload
    injection_id: InjectionId
    ticket: JoinTicket


class WatchRequests(LaptopMessage, frozen=True):
    """The whole set: whose requests are to be told from now on."""

    workloads: Annotated[tuple[Workload, ...], msgspec.Meta(max_length=MAX_INTERCEPTS)]


class Requests(LaptopMessage, frozen=True):
    batch: RequestBatch


FromLaptop = Declare | ListAll | Mint | WatchRequests
ToLaptop = States | Listed | Minted | Requests

T = TypeVar("T")


class MessageError(Exception):
    """A message that is none."""


MAX_MESSAGE_BYTES = 4 << 20
_MAX_STATES_BYTES = MAX_MESSAGE_BYTES - 1024
_PART_BYTES = MAX_CONTROL_BYTES - 1
_LAST, _MORE = 0, 1


def encode_message(message: msgspec.Struct) -> bytes:
    """Returns the message's frames: a byte that tells whether more follow, then a part of the JSON text."""
    text = msgspec.json.encode(message)
    parts = [text[start : start + _PART_BYTES] for start in range(0, len(text), _PART_BYTES)]
    return b"".join(
        encode_frame(FrameKind.MESSAGE, bytes((_LAST if part is parts[-1] else _MORE,)) + part) for part in parts
    )


def fitting(states: Iterable[InterceptState]) -> tuple[InterceptState, ...]:
    """As many of them as a message holds, those of owners who declare little first.

    Who declares very much must neither make everybody's list unreadable nor others' intercepts look as if nobody had
    them any more: `repair` takes those for left ones.
    """
    given = tuple(states)
    by_owner: dict[str, int] = {}
    for state in given:
        by_owner[state.owner_id] = by_owner.get(state.owner_id, 0) + len(msgspec.json.encode(state)) + 1
    left = _MAX_STATES_BYTES
    kept: set[str] = set()
    for owner, size in sorted(by_owner.items(), key=lambda item: item[1]):
        left -= size
        if left < 0:
            break
        kept.add(owner)
    return tuple(state for state in given if state.owner_id in kept)


class MessageDecoder(Generic[T]):
    """Puts the payloads of MESSAGE frames together. `kind`: the union that may come."""

    def __init__(self, kind: Any) -> None:
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(kind)
        self._parts = bytearray()

    def feed(self, payload: memoryview | bytes) -> T | None:
        """Returns the message that this part completed. Raises MessageError."""
        if not len(payload) or payload[0] not in (_LAST, _MORE):
            raise MessageError("a part that is none")
        if len(self._parts) + len(payload) > MAX_MESSAGE_BYTES:
            raise MessageError(f"a message of more than {MAX_MESSAGE_BYTES} bytes")
        self._parts += payload[1:]
        if payload[0] == _MORE:
            return None
        text, self._parts = self._parts, bytearray()
        try:
            return self._decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise MessageError(str(error)) from error
