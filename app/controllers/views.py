"""What widgets are shown: plain frozen values, made by controllers from the session's and the cluster's news."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import cached_property

import msgspec

from app.controllers.intercept_views import InterceptRow
from app.domain.catalogue import Explanation
from app.domain.intercepts import Claim


class Phase(enum.StrEnum):
    """The connection in one word. `STARTING`: nothing is known yet."""

    STARTING = "starting"
    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    DEGRADED = "degraded"
    RECONNECTING = "reconnecting"
    DISCONNECTING = "disconnecting"
    FAILED = "failed"
    NEEDS_LOGIN = "needs_login"

    @property
    def is_between(self) -> bool:
        """Something is being done and can be called off."""
        return self in (Phase.CONNECTING, Phase.DISCONNECTING)

    @property
    def holds_connection(self) -> bool:
        """There is something that `disconnect` would undo."""
        return self in (Phase.CONNECTING, Phase.CONNECTED, Phase.DEGRADED, Phase.RECONNECTING)


@dataclass(frozen=True)
class ConnectionView:
    """`step` is what is being waited for; `left` what a disconnect could not undo; `intercepts` are own ones."""

    phase: Phase = Phase.STARTING
    context: str | None = None
    namespace: str | None = None
    step: str = ""
    left: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()
    rtt_s: float | None = None
    problem: Explanation | None = None
    intercepts: tuple[InterceptRow, ...] = ()


@dataclass(frozen=True)
class TrafficSample:
    """Bytes per second in the second that ended at `time` (any clock that only goes forward)."""

    time: float
    up_bytes_s: float
    down_bytes_s: float


@dataclass(frozen=True)
class ContextRow:
    name: str
    cluster: str
    namespace: str
    is_current: bool


class PortRow(msgspec.Struct, frozen=True, gc=False):
    """A port that a container declares. `protocol`: TCP, UDP or SCTP. There are thousands: see app.kube.workloads."""

    number: int
    name: str = ""
    protocol: str = "TCP"


@dataclass(frozen=True)
class WorkloadRow:
    """`ready` of `desired` pods. `created` is Unix time, in seconds. `labels` are the object's own.

    `claims`: what people have written down at it that they want of its traffic, also while nobody is connected.
    `impossible`: why it cannot be intercepted; empty when nothing is known that speaks against it.
    """

    kind: str
    namespace: str
    name: str
    ready: int
    desired: int
    created: float
    images: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    ports: tuple[PortRow, ...] = ()
    claims: tuple[Claim, ...] = ()
    impossible: str = ""

    @cached_property
    def key(self) -> tuple[str, str, str]:
        """Made once: thousands of rows are compared by it at each change."""
        return self.kind, self.namespace, self.name


@dataclass(frozen=True)
class WorkloadsView:
    """All workloads of what is looked into. `unreadable`: kinds that the user may not see; `problem`: why not live."""

    rows: tuple[WorkloadRow, ...] = ()
    unreadable: tuple[str, ...] = ()
    problem: Explanation | None = None
