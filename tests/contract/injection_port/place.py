"""Where one and the same test finds workloads: with the fake of the session's tests, or on a real API server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from app.domain.intercept_stages import InterceptStage
from app.domain.intercepts import Claim, HeaderRule, HttpRule, PortMap, Wish
from app.domain.workload import WorkloadRef
from app.session.intercept_ports import Injection, Taken
from helper.protocol.intercepts import JoinTicket

PORTS = (PortMap(9080, 8080),)
TICKET = JoinTicket("t0ken", "-----BEGIN CERTIFICATE-----\n")


def claim_of(name: str, value: str = "") -> Claim:
    """`name`'s claim to requests with its own name in a header, or with `value`: whoever has the same is a rival."""
    number = name[0].encode().hex() * 6
    rule = HttpRule((HeaderRule("x-user", value=value or name),))
    return Claim(number, number, f"{name}@laptop", 1750000000.0, rule, PORTS)


ALICE = claim_of("alice")
BOB = claim_of("bob")


class Place(Protocol):
    """`reviews` and `ratings` are there, run as they are wanted, and nobody has intercepted them."""

    reviews: WorkloadRef
    ratings: WorkloadRef

    @property
    def injection(self) -> Injection: ...

    def slow_down(self) -> None:
        """Pods that get a sidecar from now on are not ready soon."""

    def go_on(self) -> None:
        """Those that are waited for may become ready."""

    def break_sidecars(self) -> None:
        """The image of sidecars cannot be pulled from now on."""

    async def move_probes(self, workload: WorkloadRef) -> None:
        """Somebody lets a probe of the injected workload go to its port 9080 directly."""

    async def ticket_of(self, workload: WorkloadRef) -> str | None:
        """What the workload's sidecars are let in with; None without any."""

    def cut_off(self) -> Injection:
        """The same workloads by a way on which the API server cannot be reached."""


@dataclass
class Heard:
    """What one operation told and asked."""

    stages: list[InterceptStage] = field(default_factory=list)
    asked: list[tuple[WorkloadRef, str]] = field(default_factory=list)
    on_rollout: Callable[[], object] | None = None

    def report(self, stage: InterceptStage, waits_for: str) -> None:
        if stage not in self.stages:
            self.stages.append(stage)
            if stage is InterceptStage.ROLLING_OUT and self.on_rollout is not None:
                self.on_rollout()

    async def ticket(self, workload: WorkloadRef, injection_id: str) -> JoinTicket:
        self.asked.append((workload, injection_id))
        return TICKET


async def take(
    place: Place,
    claim: Claim = ALICE,
    heard: Heard | None = None,
    *,
    ref: WorkloadRef | None = None,
    over: bool = False,
) -> Taken:
    """From the plan to ready pods."""
    heard = heard or Heard()
    planned = await place.injection.plan(Wish(ref or place.reviews, claim.rule, claim.ports))
    return await place.injection.take(planned, claim, ticket=heard.ticket, take_over=over, report=heard.report)


async def claims_on(place: Place, ref: WorkloadRef | None = None) -> tuple[Claim, ...] | None:
    """None: there is no sidecar."""
    found = await place.injection.look(ref or place.reviews)
    return None if found is None else found.claims
