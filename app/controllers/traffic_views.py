"""What the traffic dock is shown: flows by name, requests, and what became of replays and exports."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from app.controllers.intercept_views import Key
from app.domain.flow_names import Place
from app.domain.requests import Headers, SeenRequest

RequestRow = SeenRequest


@dataclass(frozen=True, slots=True)
class FlowRow:
    """All connections to one place and port (or, `incoming`, from one place to a port of the laptop).

    Rates are bytes per second of the last second, totals since it was first seen, `age_s` ago. `port` 0: the protocol
    has none. `address`: of the cluster's side.
    """

    place: Place
    address: str
    port: int
    protocol: str
    incoming: bool
    down_bytes_s: float
    up_bytes_s: float
    down_bytes: int
    up_bytes: int
    age_s: float
    connections: int = 1

    @property
    def identity(self) -> tuple[str, str, int, bool]:
        return self.protocol, self.address, self.port, self.incoming

    @property
    def workload(self) -> Key | None:
        return self.place.workload


class NamesNote(enum.StrEnum):
    """Why flows may have no names."""

    NONE = "none"
    FORBIDDEN = "forbidden"
    UNREACHABLE = "unreachable"


class ExportFormat(enum.StrEnum):
    HAR = "har"
    JSON_LINES = "jsonl"


@dataclass(frozen=True)
class ExportOutcome:
    """`problem` empty: `count` requests are in the file at `path`. Else the system's words for why not."""

    path: str
    count: int = 0
    problem: str = ""


@dataclass(frozen=True)
class ReplayWish:
    """Sent to `port` of the laptop itself, never anywhere else. `host`: the Host header."""

    port: int
    method: str
    path: str
    host: str
    headers: Headers = ()
    body: bytes = b""


class ReplayTrouble(enum.StrEnum):
    """`INVALID`: the request cannot be written down as HTTP, for a line break in a header, say."""

    NONE = "none"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    INVALID = "invalid"


@dataclass(frozen=True)
class ReplayAnswer:
    """`body`: its first 64 KiB; `is_cut`: there was more. `detail`: of the trouble, in the system's words."""

    wish: ReplayWish
    status: int = 0
    reason: str = ""
    duration_s: float = 0.0
    headers: Headers = ()
    body: bytes = b""
    is_cut: bool = False
    trouble: ReplayTrouble = ReplayTrouble.NONE
    detail: str = ""
