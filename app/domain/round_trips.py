"""The round trips of the last minutes in three figures."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class RoundTrips:
    """Seconds."""

    least_s: float
    median_s: float
    most_s: float


def summarise(samples: Iterable[float | None]) -> RoundTrips | None:
    """None: nothing was measured."""
    measured = sorted(sample for sample in samples if sample is not None)
    if not measured:
        return None
    return RoundTrips(measured[0], statistics.median(measured), measured[-1])
