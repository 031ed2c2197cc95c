"""A request that somebody has, or would send: what rules are tried with, and why a paste is none."""

from __future__ import annotations

import enum
from dataclasses import dataclass


@dataclass(frozen=True)
class SampleRequest:
    """Header names in lower case, in the order they are sent; `path` with the query, as it is sent."""

    headers: tuple[tuple[str, str], ...] = ()
    method: str = "GET"
    path: str = "/"
    authority: str = ""
    scheme: str = "http"

    @property
    def plain_path(self) -> str:
        return self.path.partition("?")[0]

    def values(self, name: str) -> tuple[str, ...]:
        """Of a header, or of a pseudo header (RFC 9113, 8.3.1). A header that is sent several times has several."""
        if name in ("host", ":authority"):
            return (self.authority,) if self.authority else ()
        if name == ":method":
            return (self.method,)
        if name == ":path":
            return (self.path,)
        if name == ":scheme":
            return (self.scheme,)
        return tuple(value for known, value in self.headers if known == name)


class PasteTrouble(enum.Enum):
    """Why a text is no request. `BadPaste.what` is the piece it is about."""

    EMPTY = enum.auto()
    TOO_LONG = enum.auto()
    UNCLOSED_QUOTE = enum.auto()
    OTHER_TOOL = enum.auto()
    NO_URL = enum.auto()
    BAD_URL = enum.auto()
    OPTION_WITHOUT_VALUE = enum.auto()
    HEADERS_IN_A_FILE = enum.auto()
    ANSWER = enum.auto()
    NO_HEADER = enum.auto()


class BadPaste(ValueError):
    def __init__(self, trouble: PasteTrouble, what: str = "") -> None:
        super().__init__(trouble, what)
        self.trouble = trouble
        self.what = what
