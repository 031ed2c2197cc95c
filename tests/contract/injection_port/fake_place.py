"""The fake of tests/unit/session."""

from __future__ import annotations

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.workload import WorkloadKind, WorkloadRef
from app.session.intercept_ports import Injection
from tests.unit.session.fake_injection import FakeInjection


class FakePlace:
    def __init__(self) -> None:
        self.injection = self.fake = FakeInjection()
        self.reviews = WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "reviews")
        self.ratings = WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "ratings")

    def slow_down(self) -> None:
        self.fake.rolling.clear()

    def go_on(self) -> None:
        self.fake.rolling.set()

    def break_sidecars(self) -> None:
        self.fake.rollout_failure = KubeferryError(ErrorCode.IMAGE_PULL_FAILED, image="nowhere.local/none:1")

    async def move_probes(self, workload: WorkloadRef) -> None:
        self.fake.bare_probes = (9080,)

    async def ticket_of(self, workload: WorkloadRef) -> str | None:
        ticket = self.fake.tickets.get(workload)
        return None if ticket is None else ticket.token

    def cut_off(self) -> Injection:
        failure = KubeferryError(ErrorCode.API_UNREACHABLE, server="https://127.0.0.1:1", problem="refused")
        return FakeInjection(self.fake.claims, failure=failure)
