"""What the diagnostics pages are shown: the connection's facts, what happened to it, and what the checks found."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from app.controllers.views import Phase
from app.domain.catalogue import Explanation
from app.domain.checks import Check


@dataclass(frozen=True)
class ProbeView:
    """The last check through the tunnel. Seconds; None where a part failed or was not asked for. `at`: Unix time."""

    is_ok: bool
    dns_s: float | None
    tcp_s: float | None
    detail: str
    at: float | None


@dataclass(frozen=True)
class DetailsView:
    """Everything that is known of the connection; empty where it is not known (yet). Times are Unix times.

    `lanes`: parallel streams of the tunnel. `match_domains`: suffixes of names that go to the cluster, without those
    of reverse names.
    """

    phase: Phase = Phase.STARTING
    context: str = ""
    namespace: str = ""
    server: str = ""
    server_version: str = ""
    manager_namespace: str = ""
    manager_pod: str = ""
    manager_version: str = ""
    connection_id: str = ""
    lease_id: str = ""
    interface: str = ""
    addresses: tuple[str, ...] = ()
    mtu: int = 0
    lanes: int = 0
    subnets: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    resolver: str = ""
    cluster_domain: str = ""
    match_domains: tuple[str, ...] = ()
    search_domains: tuple[str, ...] = ()
    dns_servers: tuple[str, ...] = ()
    upstreams: tuple[str, ...] = ()
    since: float | None = None
    reconnects: int = 0
    probe: ProbeView | None = None
    problem: Explanation | None = None

    @property
    def is_known(self) -> bool:
        """There is a connection, or one that is being made, to tell of."""
        return bool(self.context)


class Happening(enum.StrEnum):
    """What the timeline tells of."""

    CONNECTED = "connected"
    DEGRADED = "degraded"
    RECOVERED = "recovered"
    LOST = "lost"
    RESTORED = "restored"
    DISCONNECTED = "disconnected"
    FAILED = "failed"


@dataclass(frozen=True)
class TimelineEntry:
    """`at`: Unix time. `seconds`: how long what ended had lasted. `reason`: why, where there is one to tell."""

    at: float
    what: Happening
    place: str = ""
    seconds: float | None = None
    reason: Explanation | None = None


@dataclass(frozen=True)
class RoundTripSample:
    """`at`: Unix time, seconds. `rtt_s` None: nothing was measured in that second."""

    at: float
    rtt_s: float | None


@dataclass(frozen=True)
class DoctorView:
    """`step`: what is being looked at; empty when nothing is. `finished_at`: Unix time of the last whole run."""

    checks: tuple[Check, ...] = ()
    step: str = ""
    is_running: bool = False
    finished_at: float | None = None


@dataclass(frozen=True)
class RemainsRow:
    """What vanished owners left in one workload. `restores`: nobody is left, so that its sidecar goes too."""

    workload: str
    namespace: str
    vanished: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def restores(self) -> bool:
        return not self.kept


@dataclass(frozen=True)
class RepairView:
    """A repair, from the looking to the end. One of: being looked for or done (`step`), a plan (`rows`), over (`done`).

    `unread`: places that could not be looked at. `failures`: what could not be taken away, one sentence each.
    """

    rows: tuple[RemainsRow, ...] = ()
    unread: tuple[str, ...] = ()
    step: str = ""
    done: int | None = None
    failures: tuple[str, ...] = ()
    problem: Explanation | None = None


@dataclass(frozen=True)
class BundleView:
    """`path`: where it was saved. `is_saving`: it is being gathered."""

    is_saving: bool = False
    path: str = ""
    problem: Explanation | None = None
