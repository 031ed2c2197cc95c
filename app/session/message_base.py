"""What every message between clients and session is made of."""

from __future__ import annotations

import msgspec

from app.domain.errors import ErrorCode


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """Of either direction."""


class ProblemInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A domain Problem; the catalogue has the words."""

    code: ErrorCode
    params: dict[str, str] = {}
    detail: str = ""
