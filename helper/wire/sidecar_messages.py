"""What sidecar and manager tell each other. The handshake is in HELLO and WELCOME frames, the rest in MESSAGE frames.

The frames and the codec are those of laptops (`frames.py`, `laptop_messages.py`).
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from helper.protocol.intercepts import (
    HttpMatch,
    InjectionId,
    InterceptId,
    OwnerName,
    PortMap,
    RequestBatch,
    Workload,
)
from helper.wire.hello import Message


class SidecarHello(Message, frozen=True):
    """`token` is the ticket's: the manager's word that this is a sidecar of this injection. `pod`: its name."""

    version: int
    workload: Workload
    injection_id: InjectionId
    token: Annotated[str, msgspec.Meta(max_length=128)]
    pod: Annotated[str, msgspec.Meta(max_length=253)]

    def __repr__(self) -> str:
        return f"SidecarHello({self.workload}, {self.pod})"


class SidecarWelcome(Message, frozen=True):
    """`address4` is the sidecar's virtual address for as long as it is joined; laptops' lie in `subnet4`."""

    version: int
    manager_version: Annotated[str, msgspec.Meta(max_length=64)]
    address4: Annotated[str, msgspec.Meta(max_length=15)]
    subnet4: Annotated[str, msgspec.Meta(max_length=18)]


class SidecarMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    pass


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An intercept whose laptop is there. `address4`: the laptop's. `match` None: everything (proxy)."""

    intercept_id: InterceptId
    owner: OwnerName
    address4: Annotated[str, msgspec.Meta(max_length=15)]
    match: HttpMatch | None = None
    ports: tuple[PortMap, ...] = ()
    other_ports: bool = False


class Rules(SidecarMessage, frozen=True):
    """The whole desired state, best rule first: those with a match, then at most one without.

    `watched`: somebody looks at the requests. Answered by Applied with the same generation when it is in force.
    """

    generation: int
    rules: tuple[Rule, ...]
    watched: bool = False


class Applied(SidecarMessage, frozen=True):
    """Also sent when what is in force changes by itself: `trouble` is why rules are not, in words.

    `refused`: the rules that it is about; empty: all of them.
    """

    generation: int
    trouble: Annotated[str, msgspec.Meta(max_length=512)] = ""
    refused: Annotated[tuple[InterceptId, ...], msgspec.Meta(max_length=256)] = ()


class Seen(SidecarMessage, frozen=True):
    batch: RequestBatch


FromSidecar = Applied | Seen
ToSidecar = Rules
