"""What a keeper of intercepts needs of the cluster's workloads. The real thing is `injection_link`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from app.domain.intercept_stages import InterceptStage
from app.domain.intercepts import Claim, Wish
from app.domain.repairs import InjectedWorkload
from app.domain.workload import WorkloadRef
from helper.protocol.intercepts import JoinTicket

GetTicket = Callable[[WorkloadRef, str], Awaitable[JoinTicket]]
"""Of a workload and an injection id. Called before a sidecar is put in, so also the moment to declare the intercept."""

Report = Callable[[InterceptStage, str], None]


@dataclass(frozen=True)
class Notice:
    """Something to know before. `confirm`: only with a confirmation."""

    code: str
    text: str
    confirm: bool = False


@dataclass(frozen=True)
class Planned:
    """`wish` has its ports filled in. `injects`: there is no sidecar yet. `inner` is the port's own."""

    wish: Wish
    injects: bool
    pods: int
    claims: tuple[Claim, ...] = ()
    notices: tuple[Notice, ...] = ()
    diff: tuple[str, ...] = ()
    inner: object = None


@dataclass(frozen=True)
class Taken:
    """`pods` are ready and have the sidecar; `losers` held what was taken over."""

    injection_id: str
    pods: tuple[str, ...]
    losers: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Dropped:
    """`others`: claims that are left on the workload."""

    sidecar_removed: bool
    others: int = 0


@dataclass(frozen=True)
class Found:
    """`unread`: places that could not be looked at, in words."""

    workloads: tuple[InjectedWorkload, ...]
    unread: tuple[str, ...] = ()


class Injection(Protocol):
    """Methods raise KubeferryError. One that is cancelled has undone what it did."""

    async def plan(self, wish: Wish) -> Planned:
        """Changes nothing. Refuses what cannot be done."""

    async def take(
        self, planned: Planned, claim: Claim, *, ticket: GetTicket, take_over: bool, report: Report
    ) -> Taken:
        """Writes the claim down, and puts the sidecar in if there is none. A claim of the same id is replaced."""

    async def drop(self, workload: WorkloadRef, claims: frozenset[str], *, wait: bool, report: Report) -> Dropped:
        """Takes these claims away; the last one takes the sidecar with it. What is gone already is fine."""

    async def put_back(self, workload: WorkloadRef, claim: Claim) -> None:
        """Writes a claim as it was before `take` replaced or ended it. Nobody is asked; without a sidecar nothing is
        done."""

    async def look(self, workload: WorkloadRef) -> InjectedWorkload | None:
        """None: it has no sidecar of ours, or is not there."""

    async def find(self, namespace: str | None) -> Found:
        """All that have a sidecar."""

    async def renew_ticket(self, workload: WorkloadRef, injection_id: str, ticket: JoinTicket) -> None:
        """Makes the workload's Secret say what lets its sidecars in now, and where."""
