"""How long and how often: a full run, and a quick one to see that the bench itself works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    seconds: float = 5.0
    pod_seconds: float = 2.0
    """The machine's own limit hardly varies."""
    direct_seconds: float = 3.0
    repetitions: int = 3
    stalls: int = 20
    requests: int = 3000
    pings: int = 100
    connects: int = 5
    further_laptops: int = 10
    owners: int = 50
    owned_workloads: int = 20
    rule_changes: int = 20
    idle_s: float = 600.0


QUICK = Settings(
    seconds=1.0,
    pod_seconds=1.0,
    direct_seconds=1.0,
    repetitions=1,
    stalls=2,
    requests=300,
    pings=20,
    connects=1,
    further_laptops=4,
    owners=5,
    owned_workloads=3,
    rule_changes=3,
    idle_s=0.0,
)
