"""The channel between an app and its tunnel worker: endpoint and credentials in, state and statistics out.

The worker's first message on every new channel is `WorkerSnapshot`. Nothing here is written to disk or logged.
Certificates and keys are PEM text; times are seconds.
"""

from __future__ import annotations

import enum
from typing import Annotated

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

WORKER_PROTOCOL_VERSION = 2


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    pass


class Endpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An API server as kubectl would reach it, and the manager pod behind it.

    `headers` carries Authorization and Impersonate-*, as pairs because Impersonate-Group may repeat; `proxy_url` is
    http, https or socks5; `ca_pem` None means the system's authorities. The worker speaks to nothing else.
    """

    server_url: str
    namespace: str
    pod: str
    port: int
    ca_pem: str | None = None
    client_certificate_pem: str | None = None
    client_key_pem: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    tls_server_name: str | None = None
    insecure_skip_tls_verify: bool = False
    proxy_url: str | None = None

    def __repr__(self) -> str:
        """Without credentials: this may come to stand in a log."""
        return f"Endpoint({self.server_url}, {self.namespace}/{self.pod}:{self.port})"


class SetEndpoint(Message, frozen=True):
    """The endpoint to hold a tunnel to from now on; an open tunnel to the same pod is kept, others are replaced."""

    endpoint: Endpoint
    client_id: str
    client_name: str


class ResolverConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the DNS stub decides: names of the cluster go to `cluster_servers` (through the TUN), others to `upstreams`.

    `namespaces` are the names under which `service.namespace` is tried in the cluster first. Servers are addresses,
    "192.0.2.1:5353" and "[2001:db8::1]:5353" where the port is not 53. `subnets` are the cluster's: reverse names of
    addresses in them are asked in the cluster first; empty means any private address.
    """

    cluster_domain: str
    cluster_servers: tuple[str, ...]
    upstreams: tuple[str, ...]
    namespace: str
    namespaces: tuple[str, ...]
    subnets: tuple[str, ...] = ()


class SetResolver(Message, frozen=True):
    resolver: ResolverConfig


class SetProbes(Message, frozen=True):
    """Probe the data path now and every `interval_s`: a DNS answer for `name` and a TCP connection to `address`:`port`.

    A part that is None is not probed. Every round is answered by a ProbeReport; after a failed one the next is sooner.
    """

    name: str | None
    address: str | None
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)]
    interval_s: Annotated[float, msgspec.Meta(ge=0.1, le=3600)] = 5.0
    timeout_s: Annotated[float, msgspec.Meta(ge=0.1, le=60)] = 2.0


class SetIntercepts(Message, frozen=True):
    """All of this laptop's intercepts. The manager is told now, and again whenever the tunnel comes back.

    Answered by InterceptStates, now and on every change.
    """

    intercepts: Annotated[tuple[Intercept, ...], msgspec.Meta(max_length=MAX_INTERCEPTS)]


class MintTicket(Message, frozen=True):
    """Answered by TicketMinted; not at all while there is no tunnel: the caller has the deadline, and asks again."""

    workload: Workload
    injection_id: InjectionId


class ListIntercepts(Message, frozen=True):
    """Answered by InterceptsListed; not at all while there is no tunnel."""


class WatchRequests(Message, frozen=True):
    """The whole set of workloads whose requests are to be told."""

    workloads: Annotated[tuple[Workload, ...], msgspec.Meta(max_length=MAX_INTERCEPTS)]


class Stop(Message, frozen=True):
    """End the tunnel in good order (the manager is told that the lease is free) and exit."""


class Lease(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the manager granted. Addresses without prefix; `mtu` of the manager pod's interface, in bytes."""

    lease_id: str
    address4: str | None
    address6: str | None
    mtu: int
    dns_servers: tuple[str, ...]
    cluster_domain: str
    search_domains: tuple[str, ...]
    manager_version: str


class TunnelState(enum.StrEnum):
    IDLE = "idle"
    CONNECTING = "connecting"
    UP = "up"
    WAITING = "waiting"


class TunnelFailure(enum.StrEnum):
    """Why there is no tunnel. A code; words come from the app's catalogue."""

    NONE = "none"
    UNREACHABLE = "unreachable"
    TLS_UNTRUSTED = "tls_untrusted"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    POD_GONE = "pod_gone"
    PORT_CLOSED = "port_closed"
    PROXY_FAILED = "proxy_failed"
    MANAGER_VERSION = "manager_version"
    LEASE_REFUSED = "lease_refused"
    SILENT = "silent"
    CLOSED = "closed"


class TunnelUp(Message, frozen=True):
    lease: Lease
    address_changed: bool = False


class TunnelLost(Message, frozen=True):
    """The worker tries again by itself. `endpoint_wanted`: it needs a fresh SetEndpoint to get anywhere."""

    failure: TunnelFailure
    detail: str
    endpoint_wanted: bool


class Flow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bytes of one 5-tuple in the last second. `up` is laptop to cluster; ports 0 where the protocol has none."""

    protocol: int
    local: str
    local_port: int
    remote: str
    remote_port: int
    bytes_up: int
    bytes_down: int


class Statistics(Message, frozen=True):
    """Once a second. Byte and packet counts are totals since the worker began; packets count GSO segments as one."""

    time: float
    bytes_up: int
    bytes_down: int
    packets_up: int
    packets_down: int
    dropped: int
    rtt_s: float | None
    reconnects: int
    dns_queries: int
    flows: tuple[Flow, ...]


class ProbeReport(Message, frozen=True):
    """Seconds each probe took, None where it failed or was not asked for. `ok`: all that were asked for passed."""

    ok: bool
    dns_s: float | None
    tcp_s: float | None
    detail: str = ""


class InterceptStates(Message, frozen=True):
    """Of the intercepts that were set. While there is no tunnel nothing is told: what was told last is stale then."""

    states: tuple[InterceptState, ...]


class TicketMinted(Message, frozen=True):
    workload: Workload
    injection_id: InjectionId
    ticket: JoinTicket


class InterceptsListed(Message, frozen=True):
    """Everybody's, all at once."""

    states: tuple[InterceptState, ...]


class RequestsSeen(Message, frozen=True):
    batch: RequestBatch


class WorkerSnapshot(Message, frozen=True):
    version: int
    pid: int
    state: TunnelState
    failure: TunnelFailure
    lease: Lease | None
    probe: ProbeReport | None
    intercepts: tuple[InterceptState, ...] = ()


FromApp = SetEndpoint | SetResolver | SetProbes | SetIntercepts | MintTicket | ListIntercepts | WatchRequests | Stop
FromWorker = (
    WorkerSnapshot
    | TunnelUp
    | TunnelLost
    | Statistics
    | ProbeReport
    | InterceptStates
    | TicketMinted
    | InterceptsListed
    | RequestsSeen
)
