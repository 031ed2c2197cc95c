"""What widgets are shown of intercepts and of what is being done about them."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from app.domain.catalogue import Explanation
from app.domain.intercepts import Wish
from app.domain.workload import WorkloadKind, WorkloadRef

Key = tuple[str, str, str]
"""(kind, namespace, name) of a workload, as WorkloadRow.key."""


def key_of(ref: WorkloadRef) -> Key:
    return ref.kind.value, ref.namespace, ref.name


def ref_of(key: Key) -> WorkloadRef:
    kind, namespace, name = key
    return WorkloadRef(WorkloadKind(kind), namespace, name)


class Health(enum.StrEnum):
    """As the manager says; `REMOVED`: somebody took it out of the workload."""

    WAITING = "waiting"
    PARTIAL = "partial"
    ACTIVE = "active"
    ABSENT = "absent"
    SUPERSEDED = "superseded"
    REMOVED = "removed"


@dataclass(frozen=True)
class InterceptRow:
    """One intercept, anybody's. `mode`: "proxy" or "mesh". `ports` are "9080:8080", the pod's first."""

    intercept_id: str
    key: Key
    mode: str
    rule: str
    ports: tuple[str, ...]
    other_ports: bool
    owner: str
    mine: bool
    since: float
    health: Health
    sidecars: int = 0
    applied: int = 0
    superseded_by: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class NoticeView:
    """Something to know before. `confirm`: nothing is done until the user has agreed to it."""

    code: str
    text: str
    confirm: bool


@dataclass(frozen=True)
class PlanView:
    """What would be done for `wish`. `diff`: lines of a unified diff. `rivals` want the same traffic."""

    wish: Wish
    ports: tuple[str, ...]
    injects: bool
    pods: int
    notices: tuple[NoticeView, ...]
    diff: tuple[str, ...]
    others: tuple[InterceptRow, ...]
    rivals: tuple[InterceptRow, ...]


class Doing(enum.StrEnum):
    """What an operation is for."""

    PROXY = "proxy"
    MESH = "mesh"
    LEAVE = "leave"


@dataclass(frozen=True)
class OperationView:
    """What is being done to a workload right now. `step`: one line. `is_undoing`: it was called off, or failed.

    `stops_then`: as soon as it has ended the user's intercepts there are stopped: that was asked for meanwhile.
    """

    key: Key
    doing: Doing
    step: str
    can_cancel: bool = True
    is_undoing: bool = False
    stops_then: bool = False


@dataclass(frozen=True)
class OutcomeView:
    """How an operation ended. `problem` None: it was done. `notes`: what to know about it."""

    key: Key
    doing: Doing
    problem: Explanation | None = None
    notes: tuple[str, ...] = ()
    is_cancelled: bool = False
