"""What an injection or a restoration tells while it goes on."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.errors import KubeferryError
from app.domain.workload import WorkloadRef


class InjectionStep(enum.StrEnum):
    """In the order in which they come: the first three to put a sidecar in, `restoring` to take it out, `undoing` when
    something failed."""

    TICKET = "ticket"
    CHANGING = "changing"
    ROLLING_OUT = "rolling_out"
    RESTORING = "restoring"
    UNDOING = "undoing"


@dataclass(frozen=True)
class InjectionProgress:
    """`ready` of `desired` pods are as they are to be. `trouble`: what the others are held up by, if they said."""

    step: InjectionStep
    workload: WorkloadRef
    ready: int = 0
    desired: int = 0
    trouble: KubeferryError | None = None


Report = Callable[[InjectionProgress], None]
