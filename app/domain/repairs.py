"""What vanished owners left behind in workloads, told from what is in use. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.domain.intercepts import Claim
from app.domain.workload import WorkloadRef

SETTLING_S = 10.0
"""A claim younger than this may be one that its owner is just about to tell the manager of."""


@dataclass(frozen=True)
class InjectedWorkload:
    """A workload that has a sidecar, and who wants it there.

    `bare_probes`: ports that probes go to directly, because somebody changed the workload after the injection.
    """

    workload: WorkloadRef
    injection_id: str
    claims: tuple[Claim, ...]
    bare_probes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Remains:
    """Of one workload: the claims of owners who are gone, and of those who are there.

    Nobody left: the sidecar goes too, and the workload is as it was.
    """

    workload: WorkloadRef
    vanished: tuple[Claim, ...]
    kept: tuple[Claim, ...]

    @property
    def restores(self) -> bool:
        return not self.kept


def find_remains(
    injected: Iterable[InjectedWorkload], known: Collection[str], now: float, *, any_manager: bool
) -> tuple[Remains, ...]:
    """`known`: ids of the intercepts whose owners the manager knows, present or away for less than their lease.

    Without any manager nobody is there. Workloads from which nothing is to be taken are left out.
    """
    found = []
    for one in injected:
        kept = tuple(
            claim
            for claim in one.claims
            if any_manager and (claim.intercept_id in known or now - claim.since < SETTLING_S)
        )
        vanished = tuple(claim for claim in one.claims if claim not in kept)
        if vanished or not one.claims:
            found.append(Remains(one.workload, vanished, kept))
    return tuple(found)
