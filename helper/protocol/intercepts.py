"""What an intercept is, for everybody who speaks of one: app, worker, manager, sidecar. A leaf.

An intercept takes a workload's inbound traffic to one laptop. With a `match` (mesh) it is the requests that have it,
on the `ports` named; without (proxy) it is everything on the `ports`, and with `other_ports` on all others too.
"""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

MAX_INTERCEPTS = 256
"""Of one laptop, and of one workload."""

# Patterns end with \Z: "$" also matches before a newline at the end, and such a name would reach files and logs.

InterceptId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{12}\Z")]
"""Random, made by the app that asks for the intercept."""

InjectionId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}\Z")]
"""Random, made when a sidecar is put into a workload: a token of an earlier injection is worth nothing."""

OwnerId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{12}\Z")]
"""Who owns an intercept: `helper.cluster.api.owner_id` of the installation's secret client id."""

OwnerName = Annotated[str, msgspec.Meta(max_length=128)]
Moment = Annotated[float, msgspec.Meta(ge=0, le=1e11)]
"""Seconds since the epoch, until the year 5138: clocks of those who read it go no further than 9999."""

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=253, pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\Z")]


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class Workload(Value, frozen=True, order=True):
    """`kind` as Kubernetes spells it: Deployment, StatefulSet, DaemonSet, ReplicaSet, Pod."""

    kind: Annotated[str, msgspec.Meta(pattern=r"^(Deployment|StatefulSet|DaemonSet|ReplicaSet|Pod)\Z")]
    namespace: _Name
    name: _Name


class MatchKind(enum.StrEnum):
    EXACT = "exact"
    PREFIX = "prefix"
    REGEX = "regex"
    PRESENT = "present"


class HeaderMatch(Value, frozen=True):
    """`name` in lower case (RFC 9110 5.1: names are case-insensitive). A `regex` (RE2) must match the whole value."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern=r"^:?[!#$%&'*+.^_`|~0-9a-z-]+\Z")]
    kind: MatchKind = MatchKind.EXACT
    value: Annotated[str, msgspec.Meta(max_length=1024)] = ""


class HttpMatch(Value, frozen=True):
    """All of it must hold. `path`: a prefix of the request's path, by whole segments ("/api" is not "/apis")."""

    headers: Annotated[tuple[HeaderMatch, ...], msgspec.Meta(max_length=16)] = ()
    path: Annotated[str, msgspec.Meta(max_length=1024, pattern=r"^(/.*)?\Z")] = ""


class PortMap(Value, frozen=True):
    """Of the pod (`remote`) and of the laptop (`local`)."""

    remote: Port
    local: Port


class Intercept(Value, frozen=True):
    """A wish, as its owner declares it. `since`: seconds since the epoch."""

    intercept_id: InterceptId
    workload: Workload
    injection_id: InjectionId
    since: Moment
    match: HttpMatch | None = None
    ports: Annotated[tuple[PortMap, ...], msgspec.Meta(max_length=64)] = ()
    other_ports: bool = False


class Health(enum.StrEnum):
    """`waiting`: no sidecar has joined yet. `partial`: some of those that joined have not applied it yet.
    `active`: all have. `absent`: its laptop is not there at the moment, and traffic goes the workload's normal way.
    `superseded`: somebody else's intercept of the same traffic is newer."""

    WAITING = "waiting"
    PARTIAL = "partial"
    ACTIVE = "active"
    ABSENT = "absent"
    SUPERSEDED = "superseded"


class InterceptState(Value, frozen=True):
    """An intercept as the manager sees it. `sidecars` have joined, `applied` of them have it in force.

    `trouble`: what a sidecar says is in the way, in words (Envoy does not take a rule, say); empty when nothing is.
    """

    intercept: Intercept
    owner_id: OwnerId
    owner: OwnerName
    health: Health
    sidecars: int = 0
    applied: int = 0
    superseded_by: OwnerName = ""
    trouble: Annotated[str, msgspec.Meta(max_length=512)] = ""


MAX_HEADERS = 32
MAX_HEADER_LENGTH = 256
"""Of a record: what is longer is cut."""

HIDDEN_VALUE = "(hidden)"
"""In a record, for a header that is a secret: whoever watches the workload would see it."""

HeaderName = Annotated[str, msgspec.Meta(max_length=MAX_HEADER_LENGTH)]
HeaderValue = Annotated[str, msgspec.Meta(max_length=MAX_HEADER_LENGTH)]


class Verdict(enum.StrEnum):
    LAPTOP = "laptop"
    CLUSTER = "cluster"


class RequestRecord(Value, frozen=True):
    """One HTTP request that went through a sidecar. `time`: seconds since the epoch, of its beginning.

    `status` 0: it ended without an answer. `intercept_id`: of the rule that took it to a laptop. `headers`: those of
    the request that are logged, names in lower case; a secret one's value is HIDDEN_VALUE.
    """

    time: Moment
    method: Annotated[str, msgspec.Meta(max_length=32)]
    path: Annotated[str, msgspec.Meta(max_length=1024)]
    host: Annotated[str, msgspec.Meta(max_length=256)]
    protocol: Annotated[str, msgspec.Meta(max_length=16)]
    status: Annotated[int, msgspec.Meta(ge=0, le=999)]
    duration_s: Annotated[float, msgspec.Meta(ge=0, le=1e9)]
    verdict: Verdict
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    grpc_status: Annotated[int, msgspec.Meta(ge=0, lt=2**31)] | None = None
    intercept_id: Annotated[str, msgspec.Meta(max_length=12)] = ""
    headers: Annotated[tuple[tuple[HeaderName, HeaderValue], ...], msgspec.Meta(max_length=MAX_HEADERS)] = ()


class RequestBatch(Value, frozen=True):
    """Of one pod. `seen` requests went through since the batch before; `records` are all of them, or a sample."""

    workload: Workload
    pod: Annotated[str, msgspec.Meta(max_length=253)]
    seen: Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
    records: Annotated[tuple[RequestRecord, ...], msgspec.Meta(max_length=256)]


class JoinTicket(Value, frozen=True):
    """What a sidecar of one injection needs to be let in: both are secret or pinned, and go into a Secret."""

    token: Annotated[str, msgspec.Meta(max_length=128)]
    certificate_pem: Annotated[str, msgspec.Meta(max_length=16384)]

    def __repr__(self) -> str:
        return "JoinTicket(…)"


class JoinConfig(Value, frozen=True):
    """`join.json` of a sidecar's Secret: where the manager is, and as which workload's sidecar to join."""

    addresses: tuple[str, ...]
    port: Port
    workload: Workload
    injection_id: InjectionId
