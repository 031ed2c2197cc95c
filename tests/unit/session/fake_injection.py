"""A stand-in for the workloads of a cluster. tests/contract/injection_port holds it and the real ones to the same."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercept_stages import InterceptStage
from app.domain.intercepts import Claim, Wish, conflicts
from app.domain.repairs import InjectedWorkload
from app.domain.workload import WorkloadRef
from app.kube.injection.claims import with_claim
from app.session.intercept_ports import Dropped, Found, GetTicket, Planned, Report, Taken
from helper.protocol.intercepts import JoinTicket

INJECTION_ID = "0123456789abcdef"


@dataclass
class FakeInjection:
    """Contract: claims are kept per workload; the first puts the sidecar in, and asks for a ticket before; the last
    takes it out. Rivals are refused unless taken over. What is cancelled, or fails, has taken back what it did, and
    nothing that others did meanwhile.

    Every workload that is asked for is there, and its ports are not looked up. `rolling` holds up rollouts and
    `rollout_failure` lets them fail; with a `failure` nothing at all can be done. `tickets` are those of the sidecars.
    """

    claims: dict[WorkloadRef, tuple[Claim, ...]] = field(default_factory=dict)
    planned: Planned | None = None
    pods: tuple[str, ...] = ("reviews-1", "reviews-2")
    failure: KubeferryError | None = None
    rollout_failure: KubeferryError | None = None
    rolling: asyncio.Event = field(default_factory=asyncio.Event)
    dropped: list[tuple[WorkloadRef, frozenset[str], bool]] = field(default_factory=list)
    renewed: list[WorkloadRef] = field(default_factory=list)
    tickets: dict[WorkloadRef, JoinTicket] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    bare_probes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self.rolling.set()

    async def plan(self, wish: Wish) -> Planned:
        self._fail()
        claims = self.claims.get(wish.workload)
        return self.planned or Planned(wish, claims is None, len(self.pods), claims or ())

    async def take(
        self, planned: Planned, claim: Claim, *, ticket: GetTicket, take_over: bool, report: Report
    ) -> Taken:
        ref = planned.wish.workload
        losers = self._losers(ref, claim, take_over=take_over)
        if ref not in self.claims:
            report(InterceptStage.PREPARING, str(ref))
            self.tickets[ref] = await ticket(ref, INJECTION_ID)
            report(InterceptStage.INJECTING, str(ref))
            # Somebody else may have been quicker with the sidecar.
            losers = self._losers(ref, claim, take_over=take_over)
        self._fail()
        before = self.claims.get(ref, ())
        self.claims[ref] = with_claim(before, claim, without={one.intercept_id for one in losers})
        report(InterceptStage.ROLLING_OUT, f"0 of {len(self.pods)} of {ref}")
        try:
            await self.rolling.wait()
            if self.rollout_failure is not None:
                raise self.rollout_failure
        except BaseException:
            report(InterceptStage.UNDOING, str(ref))
            self._take_back(ref, claim, before, losers)
            raise
        return Taken(INJECTION_ID, self.pods, losers)

    async def put_back(self, workload: WorkloadRef, claim: Claim) -> None:
        self._fail()
        if workload in self.claims:
            self.claims[workload] = with_claim(self.claims[workload], claim)

    async def drop(self, workload: WorkloadRef, claims: frozenset[str], *, wait: bool, report: Report) -> Dropped:
        self.dropped.append((workload, claims, wait))
        self._fail()
        if workload not in self.claims:
            return Dropped(False)
        left = self._without(workload, claims)
        if left:
            return Dropped(False, left)
        report(InterceptStage.RESTORING, str(workload))
        if wait:
            await self.rolling.wait()
        return Dropped(True)

    async def look(self, workload: WorkloadRef) -> InjectedWorkload | None:
        self._fail()
        claims = self.claims.get(workload)
        return None if claims is None else InjectedWorkload(workload, INJECTION_ID, claims, self.bare_probes)

    async def find(self, namespace: str | None) -> Found:
        self._fail()
        found = (InjectedWorkload(ref, INJECTION_ID, claims) for ref, claims in sorted(self.claims.items()))
        return Found(tuple(one for one in found if namespace in (None, one.workload.namespace)), self.unread)

    async def renew_ticket(self, workload: WorkloadRef, injection_id: str, ticket: JoinTicket) -> None:
        self._fail()
        if workload in self.claims and injection_id == INJECTION_ID:
            self.renewed.append(workload)
            self.tickets[workload] = ticket

    def _losers(self, ref: WorkloadRef, claim: Claim, *, take_over: bool) -> tuple[Claim, ...]:
        rivals = conflicts(claim, self.claims.get(ref, ()))
        if rivals and not take_over:
            rival = rivals[0]
            raise KubeferryError(
                ErrorCode.INTERCEPT_TAKEN, workload=str(ref), owner=rival.owner, since="09:00", rule=str(rival.rule)
            )
        return rivals

    def _take_back(self, ref: WorkloadRef, claim: Claim, before: tuple[Claim, ...], losers: tuple[Claim, ...]) -> None:
        if ref not in self.claims:
            return
        former = tuple(one for one in before if one.intercept_id == claim.intercept_id)
        for one in (*losers, *former):
            self.claims[ref] = with_claim(self.claims[ref], one)
        if not former:
            self._without(ref, frozenset({claim.intercept_id}))

    def _without(self, ref: WorkloadRef, claims: frozenset[str]) -> int:
        """How many are left. Without any the sidecar goes, and its ticket."""
        left = tuple(one for one in self.claims[ref] if one.intercept_id not in claims)
        if left:
            self.claims[ref] = left
        else:
            del self.claims[ref]
            self.tickets.pop(ref, None)
        return len(left)

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure
