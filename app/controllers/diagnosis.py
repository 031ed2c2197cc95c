"""What the diagnostics pages show and do: facts, round trips, timeline, checks, repair of leftovers, the bundle."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec
from PySide6.QtCore import QObject, Signal

from app.controllers.details import details_view
from app.controllers.diagnosis_views import (
    BundleView,
    DetailsView,
    DoctorView,
    RepairView,
    RoundTripSample,
)
from app.controllers.repair import RepairTalks, ended_view, plan_view, repair_steps
from app.controllers.scope import Scope
from app.controllers.timeline import Timeline
from app.controllers.views import ConnectionView, Phase
from app.controllers.words import translated
from app.domain.checks import Check
from app.domain.errors import KubeferryError, Problem
from app.session import intercept_messages as im
from app.session import messages as m

if TYPE_CHECKING:
    from app.session.checkup import Found, PlanRepair, Tell

ROUND_TRIPS_S = 300
"""How much of the round trips is kept; one sample a second."""

_UP = (m.StateKind.CONNECTED, m.StateKind.DEGRADED)


class Diagnostician(Protocol):
    """The work behind the pages: app.session.checkup, app.session.bundle and bundle_sources."""

    async def check(
        self,
        context: str | None,
        kubeconfig: str | None,
        status: m.Status | None,
        tell: Tell,
        found: Found,
        plan_repair: PlanRepair | None,
    ) -> list[Check]: ...

    async def save(
        self,
        path: Path,
        context: str | None,
        kubeconfig: str | None,
        checks: tuple[Check, ...],
        snapshot: m.Snapshot | None,
    ) -> None: ...


class DiagnosisController(QObject):
    """Signals:
    details_changed: DetailsView.
    round_trips_changed: tuple[RoundTripSample, ...], the last five minutes, oldest first.
    timeline_changed: tuple[TimelineEntry, ...], newest first.
    doctor_changed: DoctorView, also while checks are running.
    repair_changed: RepairView, from the plan to the end.
    bundle_changed: BundleView.
    """

    details_changed = Signal(object)
    round_trips_changed = Signal(object)
    timeline_changed = Signal(object)
    doctor_changed = Signal(object)
    repair_changed = Signal(object)
    bundle_changed = Signal(object)

    def __init__(
        self,
        scope: Scope,
        session: RepairTalks,
        doctor: Diagnostician,
        kubeconfig: Callable[[], str | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._scope = scope
        self._session = session
        self._doctor = doctor
        self._kubeconfig = kubeconfig
        self._clock = clock
        self._context: str | None = None
        self._snapshot: m.Snapshot | None = None
        self._details = DetailsView()
        self._round_trips: deque[RoundTripSample] = deque(maxlen=ROUND_TRIPS_S)
        self._timeline = Timeline()
        self._view = DoctorView()
        self._plan: im.RepairPlan | None = None
        self._checked = asyncio.Event()
        self._checked.set()
        self._run = 0

    @property
    def doctor(self) -> DoctorView:
        return self._view

    def choose_context(self, context: str | None) -> None:
        """What is checked while there is no connection."""
        self._context = context

    def hear(self, event: m.Event) -> None:
        """One of the session's news; the connection's controller passes them on."""
        match event:
            case m.Snapshot():
                self._snapshot = event
                self._show_details(event.status)
                if self._timeline.see_snapshot(event, self._clock()):
                    self.timeline_changed.emit(self._timeline.entries)
            case m.StatusChanged(status):
                self._remember(status=status)
                self._show_details(status)
                if self._timeline.see_status(status, self._clock()):
                    self.timeline_changed.emit(self._timeline.entries)
            case m.ReconnectLogged(reconnect):
                self._log(reconnect)
            case m.StatisticsChanged(statistics):
                self._measure(statistics.rtt_s)
            case _:
                pass

    def show_connection(self, view: ConnectionView) -> None:
        """A session that cannot be reached any more tells nothing: what it said last does not hold."""
        if view.phase is Phase.FAILED and self._details.phase.holds_connection:
            self._snapshot = None
            self._details = DetailsView(view.phase, problem=view.problem)
            self.details_changed.emit(self._details)

    def refresh_details(self) -> None:
        """Asks for what is not told by itself: the last probe."""
        self._scope.replace("details", self._ask_status())

    def check(self) -> None:
        """Runs all checks, or runs them again."""
        self._scope.replace("checks", self._check())

    def plan_repair(self) -> None:
        """What did vanished owners leave? Nothing is changed."""
        self._scope.replace("repair", self._plan_repair())

    def repair(self) -> None:
        """Takes away what the last plan told."""
        if self._plan is not None and self._plan.remains:
            self._scope.replace("repair", self._repair(self._plan))

    def save_bundle(self, path: str) -> None:
        self._scope.replace("bundle", self._save(Path(path)))

    def _remember(self, **changes: object) -> None:
        if self._snapshot is not None:
            self._snapshot = msgspec.structs.replace(self._snapshot, **changes)

    def _log(self, reconnect: m.Reconnect) -> None:
        if self._snapshot is not None:
            others = tuple(one for one in self._snapshot.reconnects if one.lost_at != reconnect.lost_at)
            self._remember(reconnects=(*others, reconnect))
        if self._timeline.see_reconnect(reconnect):
            self.timeline_changed.emit(self._timeline.entries)

    def _measure(self, rtt_s: float | None) -> None:
        self._round_trips.append(RoundTripSample(self._clock(), rtt_s))
        self.round_trips_changed.emit(tuple(self._round_trips))

    def _show_details(self, status: m.Status) -> None:
        view = details_view(status)
        if view.connection_id != self._details.connection_id and self._round_trips:
            self._round_trips.clear()
            self.round_trips_changed.emit(())
        if view != self._details:
            self._details = view
            self.details_changed.emit(view)

    async def _ask_status(self) -> None:
        try:
            answer = await self._session.request(m.GetStatus())
        except KubeferryError:
            return  # That the session is gone is told by the connection's controller.
        if isinstance(answer, m.StatusIs):
            self._remember(status=answer.status)
            self._show_details(answer.status)

    async def _check(self) -> None:
        status = None if self._snapshot is None else self._snapshot.status
        context = status.facts.context if status is not None and status.facts.context else self._context
        is_up = status is not None and status.state in _UP
        self._run += 1
        run = self._run
        self._checked.clear()
        self._examine(DoctorView(is_running=True, finished_at=self._view.finished_at))

        def found(check: Check) -> None:
            self._examine(replace(self._view, checks=(*self._view.checks, check)))

        def tell(step: str) -> None:
            self._examine(replace(self._view, step=step))

        planner = self._ask_plan if is_up else None
        try:
            await self._doctor.check(context, self._kubeconfig(), status, tell, found, planner)
        finally:
            # Unless another run has taken its place.
            if run == self._run:
                self._checked.set()
                self._examine(replace(self._view, is_running=False, step="", finished_at=self._clock()))

    async def _ask_plan(self) -> im.RepairPlan:
        async with self._session.conversation() as talk:
            answer = await talk.request(im.PlanRepair(None))
        return answer if isinstance(answer, im.RepairPlan) else im.RepairPlan(())

    async def _plan_repair(self) -> None:
        self._plan = None
        self.repair_changed.emit(RepairView(step="…"))
        try:
            self._plan = await self._ask_plan()
        except KubeferryError as error:
            self.repair_changed.emit(RepairView(problem=translated(Problem.of(error))))
            return
        self.repair_changed.emit(plan_view(self._plan))

    async def _repair(self, plan: im.RepairPlan) -> None:
        self._plan = None
        view = plan_view(plan)
        request = im.Repair(None, tuple(one.target for one in plan.remains))
        try:
            async for step in repair_steps(self._session, request):
                view = replace(view, step=step) if isinstance(step, str) else ended_view(view, step)
                self.repair_changed.emit(view)
        except KubeferryError as error:
            self.repair_changed.emit(RepairView(problem=translated(Problem.of(error))))
            return
        self.check()

    async def _save(self, path: Path) -> None:
        self.bundle_changed.emit(BundleView(is_saving=True))
        if self._view.finished_at is None and not self._view.is_running:
            await self._check()
        await self._checked.wait()
        context = self._details.context or self._context
        try:
            await self._doctor.save(path, context, self._kubeconfig(), self._view.checks, self._snapshot)
        except KubeferryError as error:
            self.bundle_changed.emit(BundleView(problem=translated(Problem.of(error))))
            return
        self.bundle_changed.emit(BundleView(path=str(path)))

    def _examine(self, view: DoctorView) -> None:
        self._view = view
        self.doctor_changed.emit(view)
