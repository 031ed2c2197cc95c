"""Messages between clients (command line, window) and the session process. Framing: helper.protocol.framing.

The first message of a client is `Hello`, answered by `Welcome` or `Refused`. Every request gets exactly one answer,
in order. After `Subscribe` events come as well, beginning with a full `Snapshot`. What is about intercepts is in
`intercept_messages`.
"""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from app.domain.drops import OnDrop
from app.domain.stages import Stage
from app.domain.subnets import OnOverlap
from app.session import intercept_messages as im
from app.session.message_base import Message as Message
from app.session.message_base import ProblemInfo as ProblemInfo
from helper.protocol.helper_messages import ResolverBackend
from helper.protocol.worker_messages import ProbeReport, Statistics

SESSION_PROTOCOL_VERSION = 3

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
_Subnets = Annotated[tuple[Annotated[str, msgspec.Meta(max_length=49)], ...], msgspec.Meta(max_length=1024)]


class Hello(Message, frozen=True):
    version: int


class Connect(Message, frozen=True):
    """Answered by Accepted as soon as the attempt has its number; how it goes is told by events.

    `kubeconfig` is what KUBECONFIG would hold (absolute paths); None: the default file. While the attempt has not
    come up it belongs to the socket that asked for it: if that closes, the attempt is undone.
    """

    context: _Name | None = None
    namespace: _Name | None = None
    kubeconfig: Annotated[str, msgspec.Meta(max_length=65536)] | None = None
    manager_namespace: _Name | None = None
    image: _Name | None = None
    sidecar_image: _Name | None = None
    include: _Subnets = ()
    exclude: _Subnets = ()
    on_overlap: OnOverlap = OnOverlap.REFUSE
    pull_secret: _Name | None = None
    on_drop: OnDrop = OnDrop.HOLD


class Cancel(Message, frozen=True):
    """Undo this attempt, if it is still connecting. Answered by Done at once."""

    attempt: int


class HoldKubeconfig(Message, frozen=True):
    """A pasted kubeconfig: held in the session's memory for as long as it runs, and nowhere else, under the name by
    which Connect's `kubeconfig` lists it. Answered by Done."""

    name: _Name
    text: Annotated[str, msgspec.Meta(max_length=256 << 10)]

    def __repr__(self) -> str:
        return f"HoldKubeconfig({self.name})"


class Disconnect(Message, frozen=True):
    """Answered by Done at once; the state tells when it is undone."""


class GetStatus(Message, frozen=True):
    """Answered by StatusIs."""


class Subscribe(Message, frozen=True):
    """Answered by Done; then a Snapshot, then changes."""


class Shutdown(Message, frozen=True):
    """Answered by Done; the session disconnects and ends."""


class StateKind(enum.StrEnum):
    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    DEGRADED = "degraded"
    RECONNECTING = "reconnecting"
    DISCONNECTING = "disconnecting"
    FAILED = "failed"


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of the connection at hand; empty where it is not known (yet)."""

    context: str = ""
    namespace: str = ""
    namespaces: tuple[str, ...] = ()
    server: str = ""
    server_version: str = ""
    manager_namespace: str = ""
    manager_pod: str = ""
    manager_version: str = ""
    connection_id: str = ""
    interface: str = ""
    addresses: tuple[str, ...] = ()
    mtu: int = 0
    subnets: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    cluster_domain: str = ""
    dns_servers: tuple[str, ...] = ()
    resolver: ResolverBackend = ResolverBackend.NONE
    upstreams: tuple[str, ...] = ()
    lease_id: str = ""


class Reconnect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One loss of the tunnel; times are seconds since the epoch. `restored_at` None: not back yet."""

    lost_at: float
    restored_at: float | None
    reason: ProblemInfo


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`since` is when the connection came up, in seconds since the epoch; `attempt` 0 when there is none.

    `probed_at`: when `probe` came, in seconds since the epoch.
    """

    state: StateKind
    attempt: int = 0
    stage: Stage | None = None
    waits_for: str = ""
    problem: ProblemInfo | None = None
    left: tuple[str, ...] = ()
    since: float | None = None
    facts: Facts = Facts()
    rtt_s: float | None = None
    reconnects: int = 0
    probe: ProbeReport | None = None
    intercepts: tuple[im.InterceptInfo, ...] = ()
    """Own ones, of this connection."""

    probed_at: float | None = None


class Welcome(Message, frozen=True):
    version: int
    pid: int


class Accepted(Message, frozen=True):
    """`already`: the session was connected (or connecting) to just this target."""

    attempt: int
    already: bool = False


class Done(Message, frozen=True):
    pass


class StatusIs(Message, frozen=True):
    status: Status


class Refused(Message, frozen=True):
    problem: ProblemInfo


class Snapshot(Message, frozen=True):
    """`reconnects`: the last ones, oldest first."""

    status: Status
    statistics: Statistics | None
    reconnects: tuple[Reconnect, ...]


class StatusChanged(Message, frozen=True):
    status: Status


class StatisticsChanged(Message, frozen=True):
    """Once a second while there is a worker."""

    statistics: Statistics


class ReconnectLogged(Message, frozen=True):
    """The last entry of the log was added, or completed."""

    reconnect: Reconnect


Request = (
    Hello
    | Connect
    | HoldKubeconfig
    | Cancel
    | Disconnect
    | GetStatus
    | Subscribe
    | Shutdown
    | im.PlanIntercept
    | im.StartIntercept
    | im.Leave
    | im.CancelOperation
    | im.ListIntercepts
    | im.WatchTraffic
    | im.PlanRepair
    | im.Repair
)
Answer = (
    Welcome
    | Accepted
    | Done
    | StatusIs
    | Refused
    | im.InterceptPlan
    | im.OperationAccepted
    | im.InterceptList
    | im.RepairPlan
)
Event = (
    Snapshot
    | StatusChanged
    | StatisticsChanged
    | ReconnectLogged
    | im.InterceptProgress
    | im.InterceptDone
    | im.WorkloadsRestored
    | im.InterceptFailed
    | im.RequestsSeen
)
FromClient = Request
FromSession = Answer | Event
