from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, SignalInstance

from app.controllers.browser import BrowserController
from app.controllers.connection import ConnectionController
from app.controllers.scope import Scope
from app.controllers.views import Phase, WorkloadsView
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.stages import Stage, describe_stage
from app.session import messages as m
from helper.protocol.worker_messages import Statistics
from tests.gui.fakes import FakeCluster, FakeSession
from tests.gui.sample_data import CONTEXTS, NAMESPACES, WORKLOADS

_SOON_S = 2.0
RUNNING = WorkloadsView(WORKLOADS)


class Heard:
    """What a signal said, and a way to wait for more of it."""

    def __init__(self, signal: SignalInstance) -> None:
        self._queue: asyncio.Queue[Any] = asyncio.Queue()
        signal.connect(lambda *told: self._queue.put_nowait(told[0] if len(told) == 1 else told))

    async def next(self) -> Any:
        async with asyncio.timeout(_SOON_S):
            return await self._queue.get()


@pytest.fixture
async def scope(qapp: QCoreApplication) -> AsyncIterator[Scope]:
    bugs: list[Exception] = []
    async with Scope(bugs.append) as scope:
        yield scope
    assert not bugs


def _status(state: m.StateKind, **fields: Any) -> m.Status:
    return m.Status(state=state, facts=m.Facts(context="staging-eu", namespace="shop"), **fields)


def _statistics(time: float, down: int) -> Statistics:
    return Statistics(
        time=time,
        bytes_up=0,
        bytes_down=down,
        packets_up=0,
        packets_down=0,
        dropped=0,
        rtt_s=0.004,
        reconnects=0,
        dns_queries=0,
        flows=(),
    )


def _connection(scope: Scope, session: FakeSession) -> ConnectionController:
    def requests(context: str, namespace: str | None) -> tuple[m.Request, ...]:
        return m.HoldKubeconfig("lab", "text"), m.Connect(context=context, namespace=namespace)

    return ConnectionController(scope, session, session.watch, requests)


async def test_the_session_is_followed(scope: Scope) -> None:
    session = FakeSession()
    connection = _connection(scope, session)
    views, samples = Heard(connection.changed), Heard(connection.sampled)
    connection.start()
    session.say(m.Snapshot(_status(m.StateKind.CONNECTING, stage=Stage.PROBING), None, ()))
    view = await views.next()
    assert (view.phase, view.step) == (Phase.CONNECTING, describe_stage(Stage.PROBING))
    session.say(m.StatusChanged(_status(m.StateKind.CONNECTED)))
    assert (await views.next()).phase is Phase.CONNECTED
    session.say(m.StatisticsChanged(_statistics(1.0, 100)))
    session.say(m.StatisticsChanged(_statistics(1.5, 1100)))
    assert await samples.next() is None
    sample = await samples.next()
    assert (sample.down_bytes_s, sample.up_bytes_s) == (2000.0, 0.0)
    assert connection.view.rtt_s == 0.004


async def test_another_workers_counters_are_not_compared(scope: Scope) -> None:
    session = FakeSession()
    connection = _connection(scope, session)
    samples = Heard(connection.sampled)
    connection.start()
    session.say(m.Snapshot(_status(m.StateKind.CONNECTED), _statistics(1.0, 5000), ()))
    session.say(m.StatisticsChanged(_statistics(2.0, 10)))
    assert [await samples.next(), await samples.next()] == [None, None]


async def test_requests_carry_what_is_wished(scope: Scope) -> None:
    session = FakeSession()
    connection = _connection(scope, session)
    views = Heard(connection.changed)
    connection.start()
    session.say(m.Snapshot(m.Status(m.StateKind.DISCONNECTED), None, ()))
    await views.next()
    connection.connect_to("staging-eu", "shop")
    connection.disconnect_now()
    session.say(m.StatusChanged(_status(m.StateKind.CONNECTED)))
    await views.next()
    await connection.farewell()
    assert session.requests == [
        m.HoldKubeconfig("lab", "text"),
        m.Connect(context="staging-eu", namespace="shop"),
        m.Disconnect(),
        m.Disconnect(),
    ]


async def test_a_session_that_cannot_be_had_is_a_problem_in_words(scope: Scope) -> None:
    session = FakeSession()
    connection = _connection(scope, session)
    views = Heard(connection.changed)
    connection.start()
    session.say(KubeferryError(ErrorCode.SESSION_FAILED, problem="it ended"))
    view = await views.next()
    assert view.phase is Phase.FAILED
    assert "it ended" in view.problem.what


async def test_a_wish_that_is_refused_does_not_end_the_connection_that_is(scope: Scope) -> None:
    session = FakeSession()
    connection = _connection(scope, session)
    views = Heard(connection.changed)
    connection.start()
    session.say(m.Snapshot(_status(m.StateKind.CONNECTED), None, ()))
    await views.next()
    session.refusal = KubeferryError(ErrorCode.CONTEXT_UNKNOWN, context="lab", known="staging-eu")
    connection.connect_to("lab", None)
    view = await views.next()
    assert (view.phase, view.context) == (Phase.CONNECTED, "staging-eu")
    assert view.problem is not None


async def test_a_wish_before_the_session_is_known_waits_for_it(scope: Scope) -> None:
    session = FakeSession()
    connection = _connection(scope, session)
    views = Heard(connection.changed)
    connection.start()
    connection.connect_to("lab", "shop")
    await asyncio.sleep(0)
    assert not session.requests
    session.say(m.Snapshot(_status(m.StateKind.DISCONNECTED), None, ()))
    await views.next()
    await asyncio.sleep(0.01)
    assert session.requests[-1] == m.Connect(context="lab", namespace="shop")


async def test_trying_again_follows_the_session_again(scope: Scope) -> None:
    session = FakeSession()
    connection = _connection(scope, session)
    views = Heard(connection.changed)
    connection.start()
    session.say(KubeferryError(ErrorCode.SESSION_FAILED, problem="it ended while starting"))
    assert (await views.next()).phase is Phase.FAILED
    connection.connect_to("staging-eu", "shop")
    session.say(m.Snapshot(_status(m.StateKind.CONNECTING, stage=Stage.PROBING), None, ()))
    assert (await views.next()).phase is Phase.CONNECTING


async def test_an_expired_login_has_its_own_phase(scope: Scope) -> None:
    session = FakeSession()
    connection = _connection(scope, session)
    views = Heard(connection.changed)
    connection.start()
    problem = m.ProblemInfo(ErrorCode.LOGIN_EXPIRED, {"context": "staging-eu"})
    session.say(m.Snapshot(_status(m.StateKind.FAILED, problem=problem), None, ()))
    assert (await views.next()).phase is Phase.NEEDS_LOGIN


async def test_browsing_begins_where_it_ended(scope: Scope) -> None:
    cluster = FakeCluster(CONTEXTS)
    browser = BrowserController(scope, cluster)
    browser.remember("staging-us", {"staging-us": "payments"})
    chosen, workloads = Heard(browser.namespace_changed), Heard(browser.workloads_changed)
    browser.reload()
    assert await chosen.next() == "payments"
    cluster.workloads.put_nowait(RUNNING)
    assert await workloads.next() == RUNNING
    assert cluster.watched == [("staging-us", "payments")]
    browser.choose_namespace(None)
    cluster.workloads.put_nowait(WorkloadsView())
    assert await workloads.next() == WorkloadsView()
    assert cluster.watched[1:] == [("staging-us", None)]
    assert cluster.open_watches == 1


async def test_without_memory_the_kubeconfig_decides(scope: Scope) -> None:
    cluster = FakeCluster(CONTEXTS)
    browser = BrowserController(scope, cluster)
    browser.remember("gone", {})
    contexts, chosen = Heard(browser.context_changed), Heard(browser.namespace_changed)
    browser.reload()
    assert (await contexts.next(), await chosen.next()) == ("staging-eu", "shop")
    assert browser.connect_namespace("staging-eu") == "shop"
    assert browser.connect_namespace("kind-dev") is None


async def test_who_may_not_list_namespaces_keeps_his_own(scope: Scope) -> None:
    cluster = FakeCluster(CONTEXTS)
    browser = BrowserController(scope, cluster)
    namespaces = Heard(browser.namespaces_changed)
    browser.reload()
    assert await namespaces.next() == (("shop",), "")
    cluster.namespaces.put_nowait(KubeferryError(ErrorCode.API_FORBIDDEN, verb="list", resource="namespaces"))
    names, note = await namespaces.next()
    assert names == ("shop",)
    assert note


async def test_a_cluster_that_does_not_answer_is_tried_again(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.controllers.browser.PAUSES_S", (0.0,))
    cluster = FakeCluster(CONTEXTS)
    browser = BrowserController(scope, cluster)
    problems, workloads = Heard(browser.problem_changed), Heard(browser.workloads_changed)
    browser.reload()
    assert await problems.next() is None
    cluster.namespaces.put_nowait(NAMESPACES)
    cluster.workloads.put_nowait(KubeferryError(ErrorCode.API_UNREACHABLE, server="https://x", problem="refused"))
    assert (await problems.next()).code is ErrorCode.API_UNREACHABLE
    cluster.workloads.put_nowait(RUNNING)
    assert await problems.next() is None
    assert await workloads.next() == RUNNING


class FakeRights:
    """`answers` by namespace; an error is raised."""

    def __init__(self, **answers: str | KubeferryError) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str]] = []

    async def missing_rights(self, context: str, namespace: str) -> str:
        self.asked.append((context, namespace))
        answer = self.answers[namespace]
        if isinstance(answer, KubeferryError):
            raise answer
        return answer


async def test_rights_are_asked_once_for_each_namespace(scope: Scope) -> None:
    rights = FakeRights(shop="You may only look.", payments="")
    browser = BrowserController(scope, FakeCluster(CONTEXTS), rights)
    heard = Heard(browser.rights_changed)
    browser.reload()
    while not (told := await heard.next()):
        pass
    assert told == "You may only look."
    browser.choose_namespace("payments")
    browser.choose_namespace("shop")
    assert rights.asked == [("staging-eu", "shop")]
    while not (told := await heard.next()):
        pass
    assert told == "You may only look."


async def test_among_all_namespaces_rights_are_those_where_one_looks(scope: Scope) -> None:
    rights = FakeRights(shop="", payments="You may only look.")
    browser = BrowserController(scope, FakeCluster(CONTEXTS), rights)
    heard = Heard(browser.rights_changed)
    browser.reload()
    await heard.next()
    browser.choose_namespace(None)
    browser.look_at("payments")
    browser.look_at("payments")
    while not (told := await heard.next()):
        pass
    assert told == "You may only look."
    assert rights.asked[-1] == ("staging-eu", "payments")
    assert len(rights.asked) <= 2


async def test_a_cluster_that_does_not_answer_forbids_nothing(scope: Scope) -> None:
    rights = FakeRights(shop=KubeferryError(ErrorCode.API_UNREACHABLE, server="https://x", problem="refused"))
    browser = BrowserController(scope, FakeCluster(CONTEXTS), rights)
    heard: list[str] = []
    browser.rights_changed.connect(heard.append)
    browser.reload()
    for _ in range(4):
        await asyncio.sleep(0)
    browser.look_at("shop")
    for _ in range(4):
        await asyncio.sleep(0)
    assert rights.asked == [("staging-eu", "shop")] * 2
    assert set(heard) == {""}


async def test_a_bug_in_one_task_leaves_the_others(qapp: QCoreApplication, caplog: pytest.LogCaptureFixture) -> None:
    bugs: list[Exception] = []
    told = asyncio.Event()

    async def fails() -> None:
        raise LookupError("bug")

    async def works() -> None:
        await asyncio.sleep(0)
        told.set()

    async with Scope(bugs.append) as scope:
        scope.start(fails())
        scope.start(works())
        await told.wait()
    assert [type(bug) for bug in bugs] == [LookupError]
    assert "a task of the window failed" in caplog.text


async def test_the_scope_cancels_what_is_left(qapp: QCoreApplication) -> None:
    ended: list[str] = []

    async def waits(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    async with Scope(lambda _: None) as scope:
        scope.replace("one", waits("first"))
        await asyncio.sleep(0)
        scope.replace("one", waits("second"))
        await asyncio.sleep(0)
        assert ended == ["first"]
    assert ended == ["first", "second"]
