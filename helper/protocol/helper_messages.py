"""The helper's verbs: what an app may ask of the root daemon, and what it answers.

One request at a time per socket; each gets exactly one answer (its own type, or `Refused`). The first request is
`Hello`. No message carries a path, a command or a credential, by design: see SECURITY.md. File descriptors travel
beside `ConnectionOpened` and `ConnectionAttached` as SCM_RIGHTS (unix(7)): the app's end of the worker's channel.
"""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

HELPER_PROTOCOL_VERSION = 2

ConnectionId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{12}\Z")]
Address = Annotated[str, msgspec.Meta(max_length=43)]
Subnet = Annotated[str, msgspec.Meta(max_length=49)]
DomainName = Annotated[str, msgspec.Meta(min_length=1, max_length=253, pattern=r"^[a-z0-9_]([a-z0-9_.-]*[a-z0-9])?\Z")]


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """Of either direction."""


class RefusalCode(enum.StrEnum):
    VERSION_MISMATCH = "version_mismatch"
    NOT_ALLOWED = "not_allowed"
    HELLO_EXPECTED = "hello_expected"
    UNKNOWN_CONNECTION = "unknown_connection"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    INVALID_NETWORK = "invalid_network"
    ROUTE_CONFLICT = "route_conflict"
    RESOLVER_FAILED = "resolver_failed"
    SYSTEM_FAILED = "system_failed"


class Refused(Message, frozen=True):
    """`detail` is for the log and the folded details of an error, never the sentence a user reads first."""

    code: RefusalCode
    detail: str = ""


class Hello(Message, frozen=True):
    version: int


class Welcome(Message, frozen=True):
    version: int
    helper_version: str
    uid: int


class PrepareWorker(Message, frozen=True):
    """Starts a worker for this socket's next OpenConnection, which then need not wait for a process to start.

    It belongs to this socket and ends with it; it counts as one of the caller's connections. A second request while
    it waits changes nothing.
    """


class WorkerPrepared(Message, frozen=True):
    pass


class OpenConnection(Message, frozen=True):
    """A TUN device without addresses and a worker for it. The connection belongs to the caller's uid."""

    label: Annotated[str, msgspec.Meta(max_length=64)] = ""


class ConnectionOpened(Message, frozen=True):
    connection_id: ConnectionId
    interface: str


class AttachConnection(Message, frozen=True):
    """A new channel to the worker of a connection of the caller's: for an app that was restarted."""

    connection_id: ConnectionId


class ConnectionAttached(Message, frozen=True):
    connection_id: ConnectionId
    interface: str


class DnsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names under `match_domains` go to the worker's stub; `search_domains` are appended to single labels."""

    match_domains: Annotated[tuple[DomainName, ...], msgspec.Meta(max_length=4096)] = ()
    search_domains: Annotated[tuple[DomainName, ...], msgspec.Meta(max_length=32)] = ()


class NetworkConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole desired state of one connection's link. What is not in it is removed.

    `addresses` are host addresses with prefix ("198.19.3.7/32"); `routes` have the link as their device.
    `loopback_delivery`: packets between the link and 127.0.0.0/8 are routed (ip-sysctl's route_localnet, of this link
    alone), so that intercepted traffic reaches programs that listen on the loopback only.
    """

    addresses: Annotated[tuple[Subnet, ...], msgspec.Meta(max_length=4)]
    mtu: Annotated[int, msgspec.Meta(ge=576, le=65535)]
    routes: Annotated[tuple[Subnet, ...], msgspec.Meta(max_length=4096)]
    dns: DnsConfig | None = None
    loopback_delivery: bool = False


class SetNetwork(Message, frozen=True):
    connection_id: ConnectionId
    network: NetworkConfig


class ResolverBackend(enum.StrEnum):
    SYSTEMD_RESOLVED = "systemd-resolved"
    RESOLV_CONF = "resolv.conf"
    MACOS_RESOLVER = "macos-resolver"
    NONE = "none"


class NetworkSet(Message, frozen=True):
    """`upstreams`: the resolvers that were in use before and do not lead back to us, best first."""

    resolver: ResolverBackend
    upstreams: tuple[Address, ...]


class FindOverlaps(Message, frozen=True):
    """Which of these subnets are already taken by other links of this machine, or by another connection?"""

    subnets: Annotated[tuple[Subnet, ...], msgspec.Meta(max_length=4096)]


class Overlap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`subnet` (asked for) and `taken` (a route of `interface`) share addresses. `owner_uid`: another connection's."""

    subnet: Subnet
    taken: Subnet
    interface: str
    owner_uid: int | None = None


class OverlapsFound(Message, frozen=True):
    overlaps: tuple[Overlap, ...]
    upstreams: tuple[Address, ...]


class CloseConnection(Message, frozen=True):
    connection_id: ConnectionId


class ConnectionClosed(Message, frozen=True):
    """`left`: what could not be undone, in words; empty when the machine is as it was."""

    left: tuple[str, ...] = ()


class ListConnections(Message, frozen=True):
    pass


class ConnectionInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`network` None: none is set yet, or with it the list would be larger than a message."""

    connection_id: ConnectionId
    label: str
    interface: str
    opened_at: float
    worker_pid: int
    network: NetworkConfig | None


class ConnectionList(Message, frozen=True):
    connections: tuple[ConnectionInfo, ...]


Request = (
    Hello
    | PrepareWorker
    | OpenConnection
    | AttachConnection
    | SetNetwork
    | FindOverlaps
    | CloseConnection
    | ListConnections
)
Answer = (
    Welcome
    | WorkerPrepared
    | ConnectionOpened
    | ConnectionAttached
    | NetworkSet
    | OverlapsFound
    | ConnectionClosed
    | ConnectionList
    | Refused
)
