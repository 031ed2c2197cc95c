"""The diagnosis controller on a session and a doctor that say what the test says."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import SignalInstance

from app.controllers.diagnosis import DiagnosisController
from app.controllers.scope import Scope
from app.domain.checks import Check, Verdict
from app.domain.errors import ErrorCode, KubeferryError
from app.session import messages as m
from app.session.checkup import Found, PlanRepair, Tell
from helper.protocol.worker_messages import Statistics

LOST = m.ProblemInfo(ErrorCode.TUNNEL_SILENT, {"problem": "nothing came"})
FACTS = m.Facts(
    context="staging-eu",
    namespace="shop",
    connection_id="c1",
    cluster_domain="cluster.local",
    subnets=("10.244.0.0/16",),
    namespaces=("shop", "payments"),
)


def status(state: m.StateKind, **fields: Any) -> m.Status:
    return m.Status(state, facts=fields.pop("facts", FACTS), **fields)


def statistics(rtt_s: float | None) -> m.StatisticsChanged:
    return m.StatisticsChanged(Statistics(1.0, 0, 0, 0, 0, 0, rtt_s, 0, 0, ()))


class Heard:
    def __init__(self, signal: SignalInstance) -> None:
        self._queue: asyncio.Queue[Any] = asyncio.Queue()
        signal.connect(self._queue.put_nowait)

    async def next(self) -> Any:
        async with asyncio.timeout(2.0):
            return await self._queue.get()

    async def until(self, is_it: Any) -> Any:
        while not is_it(found := await self.next()):
            pass
        return found

    def nothing(self) -> bool:
        return self._queue.empty()


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Talk:
    def __init__(self, answers: deque[m.Answer | KubeferryError], told: list[m.Request], events: list[m.Event]) -> None:
        self._answers = answers
        self._told = told
        self._events = events

    async def request(self, request: m.Request, /) -> m.Answer:
        self._told.append(request)
        answer = self._answers.popleft()
        if isinstance(answer, KubeferryError):
            raise answer
        return answer

    async def tell(self, request: m.Request, /) -> None:
        self._told.append(request)

    async def events(self) -> AsyncGenerator[m.Event, None]:
        for event in self._events:
            yield event


class Session:
    """Its conversations answer what is in `answers`, then tell `events`."""

    def __init__(self) -> None:
        self.answers: deque[m.Answer | KubeferryError] = deque()
        self.events: list[m.Event] = []
        self.told: list[m.Request] = []

    async def request(self, request: m.Request, /) -> m.Answer:
        return await Talk(self.answers, self.told, []).request(request)

    @asynccontextmanager
    async def conversation(self) -> AsyncIterator[Talk]:
        yield Talk(self.answers, self.told, self.events)


class Doctor:
    """Two checks; what it was asked for is kept."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.saved: list[tuple[Any, ...]] = []
        self.refusal: KubeferryError | None = None

    async def check(
        self,
        context: str | None,
        kubeconfig: str | None,
        status: m.Status | None,
        tell: Tell,
        found: Found,
        plan_repair: PlanRepair | None,
    ) -> list[Check]:
        self.asked.append((context, kubeconfig, None if status is None else status.state, plan_repair is not None))
        tell("Logging in")
        found(Check("login", Verdict.OK, "credentials are there."))
        await asyncio.sleep(0)
        found(Check("helper", Verdict.FAIL, "is not there."))
        return []

    async def save(self, path: Path, *told: Any) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.saved.append((path, *told))


def controller(scope: Scope, session: Session | None = None, doctor: Doctor | None = None) -> DiagnosisController:
    return DiagnosisController(scope, session or Session(), doctor or Doctor(), lambda: "/kube/config", Clock())
