"""Messages about intercepts, between clients and the session process: part of the protocol in `messages`.

An operation is something that takes its time. Its events come to the client that asked for it, without Subscribe.
"""

from __future__ import annotations

import enum
from typing import Annotated

import msgspec

from app.domain.intercept_stages import InterceptStage
from app.session.message_base import Message, ProblemInfo
from helper.protocol.intercepts import MAX_INTERCEPTS, HttpMatch, InterceptId, PortMap, RequestBatch, Workload

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person wants of a workload: requests that have the `match` (mesh), or everything (proxy).

    `ports` empty: for a mesh the workload's own; for a proxy all. `only_ports`: a proxy of the ports named alone.
    """

    workload: Workload
    match: HttpMatch | None = None
    ports: Annotated[tuple[PortMap, ...], msgspec.Meta(max_length=64)] = ()
    only_ports: bool = False


class PlanIntercept(Message, frozen=True):
    """What would be done for this wish? Nothing is changed. Answered by InterceptPlan."""

    wish: Wish


class StartIntercept(Message, frozen=True):
    """Answered by OperationAccepted; then InterceptProgress until InterceptDone or InterceptFailed.

    `confirmed`: the codes of the plan's notices that were confirmed. `take_over`: others' claims to the same traffic
    are ended. Until it is done the operation belongs to the socket that asked for it: if that closes, it is undone.
    """

    wish: Wish
    take_over: bool = False
    confirmed: Annotated[tuple[_Name, ...], msgspec.Meta(max_length=64)] = ()


class Leave(Message, frozen=True):
    """Ends own intercepts, of one workload or all. Answered by OperationAccepted, then as StartIntercept; at the end
    WorkloadsRestored. `wait`: until the pods are as before, too. `only`: of the workload's these alone.

    What has been begun is finished, also when the socket closes: nobody wants half of it.
    """

    workload: Workload | None = None
    wait: bool = True
    only: Annotated[tuple[InterceptId, ...], msgspec.Meta(max_length=MAX_INTERCEPTS)] = ()


class CancelOperation(Message, frozen=True):
    """Undo it, if it is not done yet. Answered by Done at once; then InterceptFailed (CANCELLED) when it is undone."""

    operation: int


class ListIntercepts(Message, frozen=True):
    """Everybody's, as the manager knows them. Answered by InterceptList."""


class WatchTraffic(Message, frozen=True):
    """The whole set of workloads whose requests this client wants to see. Answered by Done; then RequestsSeen."""

    workloads: Annotated[tuple[Workload, ...], msgspec.Meta(max_length=MAX_INTERCEPTS)]


class PlanRepair(Message, frozen=True):
    """What did vanished owners leave in `namespace`; None: everywhere? Nothing is changed. Answered by RepairPlan."""

    namespace: _Name | None = None


class Repair(Message, frozen=True):
    """Takes away what the plan told, as far as it is still so. Answered as Leave is."""

    namespace: _Name | None = None
    workloads: Annotated[tuple[Workload, ...], msgspec.Meta(max_length=4096)] = ()


class InterceptHealth(enum.StrEnum):
    """As the manager says (helper.protocol.intercepts.Health); `removed`: somebody took it out of the workload."""

    WAITING = "waiting"
    PARTIAL = "partial"
    ACTIVE = "active"
    ABSENT = "absent"
    SUPERSEDED = "superseded"
    REMOVED = "removed"


class InterceptInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One intercept as people see it. `workload` is "deployment/reviews"; `ports` are "9080:8080", the pod's first.

    `rule` is empty for a proxy; `other_ports`: it takes all other ports too. `since`: seconds since the epoch.
    `mine`: of this installation. `sidecars` have joined, `applied` of them have it in force.
    """

    intercept_id: str
    workload: str
    namespace: str
    mode: str
    rule: str
    ports: tuple[str, ...]
    other_ports: bool
    owner: str
    mine: bool
    since: float
    health: InterceptHealth
    sidecars: int = 0
    applied: int = 0
    superseded_by: str = ""
    trouble: str = ""


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something to know before: one sentence. `confirm`: nothing is done until it was confirmed by its code."""

    code: str
    text: str
    confirm: bool = False


class Restored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of one workload. `others`: how many claims are left on it; the sidecar stays for them.

    `problem`: it could not be done, and is left as it is.
    """

    workload: str
    namespace: str
    sidecar_removed: bool = False
    others: int = 0
    problem: ProblemInfo | None = None


class RemainsInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What vanished owners left in one workload. `kept`: owners who are there; with none the workload is restored."""

    target: Workload
    workload: str
    namespace: str
    vanished: tuple[str, ...]
    kept: tuple[str, ...]


class InterceptPlan(Message, frozen=True):
    """`ports`: what the wish comes to. `injects`: the pods are made anew with a sidecar; else it is there already.

    `diff`: lines of a unified diff of the workload's template. `others` have intercepts there; `rivals` of them want
    the same traffic, and would lose it to a take-over.
    """

    workload: str
    namespace: str
    mode: str
    rule: str
    ports: tuple[str, ...]
    injects: bool
    pods: int
    notices: tuple[Notice, ...]
    diff: tuple[str, ...]
    others: tuple[InterceptInfo, ...] = ()
    rivals: tuple[InterceptInfo, ...] = ()


class OperationAccepted(Message, frozen=True):
    operation: int


class InterceptList(Message, frozen=True):
    intercepts: tuple[InterceptInfo, ...]


class RepairPlan(Message, frozen=True):
    """`unread`: places that could not be looked at, in words."""

    remains: tuple[RemainsInfo, ...]
    unread: tuple[str, ...] = ()


class InterceptProgress(Message, frozen=True):
    operation: int
    stage: InterceptStage
    waits_for: str = ""


class InterceptDone(Message, frozen=True):
    """In force, as far as `intercept.health` says. `pods` have the sidecar; `lost_to_us`: who was taken from."""

    operation: int
    intercept: InterceptInfo
    pods: int
    lost_to_us: tuple[str, ...] = ()


class WorkloadsRestored(Message, frozen=True):
    operation: int
    workloads: tuple[Restored, ...]


class InterceptFailed(Message, frozen=True):
    """What had been done for it is undone, or will be by `kubeferry repair`: the problem says so then."""

    operation: int
    problem: ProblemInfo


class RequestsSeen(Message, frozen=True):
    """Requests of a workload that this client watches."""

    batch: RequestBatch
