"""What the diagnostics pages are told, and what becomes of what they ask for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, SignalInstance

from app.controllers.connection import ConnectionController
from app.controllers.diagnosis import ROUND_TRIPS_S, DiagnosisController
from app.controllers.diagnosis_views import DoctorView, Happening, RepairView
from app.controllers.diagnostics_work import SessionDiagnostician
from app.controllers.scope import Scope
from app.controllers.timeline import KEPT, Timeline
from app.controllers.views import ConnectionView, Phase
from app.domain.checks import Check, Verdict
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercept_stages import InterceptStage
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.checkup import Found, PlanRepair, Tell
from helper.protocol.intercepts import Workload
from helper.protocol.worker_messages import ProbeReport, Statistics
from tests.gui.fakes import FakeSession

LOST = m.ProblemInfo(ErrorCode.TUNNEL_SILENT, {"problem": "nothing came"})
FACTS = m.Facts(
    context="staging-eu",
    namespace="shop",
    connection_id="c1",
    cluster_domain="cluster.local",
    subnets=("10.244.0.0/16",),
    namespaces=("shop", "payments"),
)
REVIEWS = Workload("Deployment", "shop", "reviews")
PLAN = im.RepairPlan((im.RemainsInfo(REVIEWS, "deployment/reviews", "shop", ("alice",), ()),), ("payments",))


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


@pytest.fixture
async def scope(qapp: QCoreApplication) -> AsyncIterator[Scope]:
    bugs: list[Exception] = []
    async with Scope(bugs.append) as made:
        yield made
    assert not bugs


def controller(scope: Scope, session: Session | None = None, doctor: Doctor | None = None) -> DiagnosisController:
    return DiagnosisController(scope, session or Session(), doctor or Doctor(), lambda: "/kube/config", Clock())


async def test_the_connections_news_reach_it(scope: Scope) -> None:
    session = FakeSession()
    connection = ConnectionController(scope, session, session.watch, lambda _context, _namespace: ())
    diagnosis = controller(scope)
    connection.heard.connect(diagnosis.hear)
    details = Heard(diagnosis.details_changed)
    connection.start()
    session.say(m.Snapshot(status(m.StateKind.CONNECTED, since=900.0), None, ()))
    view = await details.next()
    assert (view.phase, view.context, view.subnets, view.lanes) == (Phase.CONNECTED, "staging-eu", FACTS.subnets, 1)
    assert view.match_domains == ("cluster.local", "svc", "pod", "shop", "payments")
    assert view.search_domains[0] == "shop.svc.cluster.local"
    assert view.resolver == ""


async def test_the_last_probe_is_asked_for(scope: Scope) -> None:
    session = Session()
    diagnosis = controller(scope, session)
    details = Heard(diagnosis.details_changed)
    probed = status(m.StateKind.CONNECTED, probe=ProbeReport(True, 0.012, None), probed_at=990.0)
    session.answers.append(m.StatusIs(probed))
    diagnosis.refresh_details()
    probe = (await details.next()).probe
    assert (probe.is_ok, probe.dns_s, probe.tcp_s, probe.at) == (True, 0.012, None, 990.0)
    session.answers.append(KubeferryError(ErrorCode.SESSION_FAILED, problem="it ended"))
    diagnosis.refresh_details()
    await asyncio.sleep(0)
    assert details.nothing()


async def test_round_trips_are_kept_for_five_minutes_and_of_one_connection(scope: Scope) -> None:
    diagnosis = controller(scope)
    heard: list[Any] = []
    diagnosis.round_trips_changed.connect(heard.append)
    diagnosis.hear(m.Snapshot(status(m.StateKind.CONNECTED), None, ()))
    for _ in range(ROUND_TRIPS_S + 5):
        diagnosis.hear(statistics(0.01))
    diagnosis.hear(statistics(None))
    assert len(heard[-1]) == ROUND_TRIPS_S
    assert [sample.rtt_s for sample in heard[-1][-2:]] == [0.01, None]
    diagnosis.hear(m.StatusChanged(status(m.StateKind.CONNECTED, facts=m.Facts(context="b", connection_id="c2"))))
    assert heard[-1] == ()


async def test_a_loss_is_told_once_and_completed(scope: Scope) -> None:
    diagnosis = controller(scope)
    heard: list[Any] = []
    diagnosis.timeline_changed.connect(heard.append)
    diagnosis.hear(m.Snapshot(status(m.StateKind.CONNECTED, since=900.0), None, ()))
    diagnosis.hear(m.StatusChanged(status(m.StateKind.RECONNECTING, since=900.0, problem=LOST)))
    diagnosis.hear(m.ReconnectLogged(m.Reconnect(950.0, None, LOST)))
    diagnosis.hear(m.StatusChanged(status(m.StateKind.CONNECTED, since=900.0)))
    back = m.ReconnectLogged(m.Reconnect(950.0, 953.5, LOST))
    diagnosis.hear(back)
    diagnosis.hear(m.Snapshot(status(m.StateKind.CONNECTED, since=900.0), None, (back.reconnect,)))
    assert [(entry.what, entry.at, entry.seconds) for entry in heard[-1]] == [
        (Happening.RESTORED, 953.5, 3.5),
        (Happening.LOST, 950.0, None),
        (Happening.CONNECTED, 900.0, None),
    ]
    assert "nothing came" in heard[-1][1].reason.what
    assert len(heard) == 3, "what is known already is not told again"


def whats(timeline: Timeline) -> list[Happening]:
    return [entry.what for entry in timeline.entries]


def test_the_timeline_of_a_day() -> None:
    timeline = Timeline()
    kinds = m.StateKind
    states = [
        (kinds.DISCONNECTED, None),
        (kinds.CONNECTING, None),
        (kinds.CONNECTED, 10.0),
        (kinds.DEGRADED, 10.0),
        (kinds.CONNECTED, 10.0),
        (kinds.DISCONNECTING, None),
        (kinds.DISCONNECTED, None),
        (kinds.CONNECTING, None),
        (kinds.FAILED, None),
        (kinds.CONNECTING, None),
        (kinds.DISCONNECTING, None),
        (kinds.DISCONNECTED, None),
    ]
    for now, (state, since) in enumerate(states, start=10):
        problem = LOST if state in (kinds.DEGRADED, kinds.FAILED) else None
        timeline.see_status(status(state, since=since, problem=problem), float(now))
    assert whats(timeline) == [
        Happening.FAILED,
        Happening.DISCONNECTED,
        Happening.RECOVERED,
        Happening.DEGRADED,
        Happening.CONNECTED,
    ]
    assert timeline.entries[1].seconds == 6.0
    assert timeline.entries[0].place == "staging-eu ▸ shop"


def test_how_it_came_to_the_first_state_nobody_saw() -> None:
    for state in (m.StateKind.DISCONNECTED, m.StateKind.FAILED):
        timeline = Timeline()
        assert not timeline.see_snapshot(m.Snapshot(status(state, problem=LOST), None, ()), 5.0)
        assert not timeline.entries


def test_the_oldest_go_first() -> None:
    timeline = Timeline()
    for at in range(KEPT):
        timeline.see_reconnect(m.Reconnect(at * 10.0, at * 10.0 + 1, LOST))
    assert len(timeline.entries) == KEPT
    assert timeline.entries[0].at == (KEPT - 1) * 10.0 + 1


async def test_checks_are_told_one_by_one(scope: Scope) -> None:
    doctor = Doctor()
    diagnosis = controller(scope, doctor=doctor)
    views = Heard(diagnosis.doctor_changed)
    diagnosis.choose_context("kind-dev")
    diagnosis.check()
    assert await views.next() == DoctorView(is_running=True)
    assert (await views.next()).step == "Logging in"
    assert [check.name for check in (await views.next()).checks] == ["login"]
    assert [check.name for check in (await views.next()).checks] == ["login", "helper"]
    done = await views.next()
    assert (done.is_running, done.step, done.finished_at) == (False, "", 1000.0)
    assert doctor.asked == [("kind-dev", "/kube/config", None, False)]
    diagnosis.hear(m.Snapshot(status(m.StateKind.CONNECTED), None, ()))
    diagnosis.check()
    await views.until(lambda view: view.finished_at is not None and not view.is_running)
    assert doctor.asked[1] == ("staging-eu", "/kube/config", m.StateKind.CONNECTED, True)


async def test_a_repair_from_the_plan_to_the_end(scope: Scope) -> None:
    session, doctor = Session(), Doctor()
    diagnosis = controller(scope, session, doctor)
    views = Heard(diagnosis.repair_changed)
    diagnosis.repair()
    session.answers.append(PLAN)
    diagnosis.plan_repair()
    assert (await views.next()).step
    shown = await views.next()
    assert shown.rows[0].workload == "deployment/reviews"
    assert shown.rows[0].restores
    assert shown.unread == ("payments",)
    failure = m.ProblemInfo(ErrorCode.RESTORE_FAILED, {"workload": "cart", "problem": "no"})
    session.answers.append(im.OperationAccepted(7))
    session.events = [
        im.InterceptProgress(6, InterceptStage.LOOKING),
        im.InterceptProgress(7, InterceptStage.LOOKING),
        im.WorkloadsRestored(
            7, (im.Restored("deployment/reviews", "shop", True), im.Restored("cart", "shop", problem=failure))
        ),
    ]
    diagnosis.repair()
    assert (await views.next()).step
    done = await views.next()
    assert (done.done, len(done.failures), done.step) == (1, 1, "")
    assert session.told == [im.PlanRepair(None), im.Repair(None, (REVIEWS,))]
    checked = Heard(diagnosis.doctor_changed)
    await checked.until(lambda view: view.finished_at is not None)
    assert views.nothing()


@pytest.mark.parametrize("refused_at", ["plan", "repair", "done"])
async def test_a_repair_that_fails_says_why(scope: Scope, refused_at: str) -> None:
    session = Session()
    diagnosis = controller(scope, session)
    views = Heard(diagnosis.repair_changed)
    refusal = KubeferryError(ErrorCode.NOT_CONNECTED)
    session.answers.append(refusal if refused_at == "plan" else PLAN)
    diagnosis.plan_repair()
    if refused_at != "plan":
        await views.until(lambda view: bool(view.rows))
        session.answers.append(refusal if refused_at == "repair" else im.OperationAccepted(1))
        session.events = [im.InterceptFailed(1, m.ProblemInfo(ErrorCode.NOT_CONNECTED))]
        diagnosis.repair()
    view: RepairView = await views.until(lambda view: view.problem is not None)
    assert view.problem is not None
    assert view.problem.code is ErrorCode.NOT_CONNECTED


async def test_the_bundle_has_the_checks_and_what_the_session_said(scope: Scope) -> None:
    doctor = Doctor()
    diagnosis = controller(scope, doctor=doctor)
    views = Heard(diagnosis.bundle_changed)
    diagnosis.hear(m.Snapshot(status(m.StateKind.CONNECTED), None, ()))
    diagnosis.hear(m.ReconnectLogged(m.Reconnect(950.0, None, LOST)))
    diagnosis.hear(m.ReconnectLogged(m.Reconnect(950.0, 953.5, LOST)))
    diagnosis.hear(m.StatusChanged(status(m.StateKind.DEGRADED, problem=LOST)))
    diagnosis.save_bundle("/tmp/d.tar.gz")
    assert (await views.next()).is_saving
    assert (await views.next()).path == "/tmp/d.tar.gz"
    ((path, context, kubeconfig, checks, snapshot),) = doctor.saved
    assert (path, context, kubeconfig) == (Path("/tmp/d.tar.gz"), "staging-eu", "/kube/config")
    assert [check.name for check in checks] == ["login", "helper"], "they were run for it"
    assert snapshot.status.state is m.StateKind.DEGRADED
    assert snapshot.reconnects == (m.Reconnect(950.0, 953.5, LOST),)
    doctor.refusal = KubeferryError(ErrorCode.INVALID_OPTION, option="/tmp/d", problem="it is a link")
    diagnosis.save_bundle("/tmp/d.tar.gz")
    assert (await views.next()).is_saving
    assert "it is a link" in (await views.next()).problem.what


async def test_the_real_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBEFERRY_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("KUBEFERRY_HELPER_SOCKET", str(tmp_path / "no-helper.sock"))
    work, found = SessionDiagnostician(), list[Check]()
    checks = await work.check(None, str(tmp_path / "none"), None, lambda _: None, found.append, None)
    assert [check.name for check in checks] == ["kubeconfig", "helper", "connection"]
    assert found == checks
    snapshot = m.Snapshot(m.Status(m.StateKind.DISCONNECTED), None, ())
    await work.save(tmp_path / "d.tar.gz", None, str(tmp_path / "none"), tuple(checks), snapshot)
    assert (tmp_path / "d.tar.gz").stat().st_size > 500


async def test_a_session_that_is_gone_has_said_nothing(scope: Scope) -> None:
    diagnosis = controller(scope)
    diagnosis.hear(m.Snapshot(status(m.StateKind.CONNECTED), None, ()))
    details = Heard(diagnosis.details_changed)
    diagnosis.show_connection(ConnectionView(Phase.CONNECTED))
    assert details.nothing()
    diagnosis.show_connection(ConnectionView(Phase.FAILED))
    assert not (await details.next()).is_known


async def test_the_bundle_waits_for_checks_that_run(scope: Scope) -> None:
    doctor = Doctor()
    diagnosis = controller(scope, doctor=doctor)
    saved = Heard(diagnosis.bundle_changed)
    diagnosis.check()
    diagnosis.check()
    await asyncio.sleep(0)
    diagnosis.save_bundle("/tmp/d.tar.gz")
    await saved.until(lambda view: bool(view.path))
    assert len(doctor.saved[0][3]) == 2
    assert len(doctor.asked) <= 2
    assert not diagnosis.doctor.is_running


async def test_checks_that_break_off_do_not_run_for_ever(qapp: QCoreApplication) -> None:
    class Broken(Doctor):
        async def check(self, *_: Any) -> list[Check]:
            raise RuntimeError("a bug")

    bugs: list[Exception] = []
    async with Scope(bugs.append) as scope:
        diagnosis = controller(scope, doctor=Broken())
        views = Heard(diagnosis.doctor_changed)
        diagnosis.check()
        await views.until(lambda view: not view.is_running)
    assert len(bugs) == 1
