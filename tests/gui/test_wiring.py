"""The whole window with its controllers, as `main` puts them together; session and cluster are the test's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
from pytestqt.qtbot import QtBot

from app.controllers.desktop_notices import DesktopNotices
from app.controllers.scope import Scope
from app.controllers.views import ContextRow, PortRow, WorkloadRow, WorkloadsView
from app.domain.errors import ErrorCode
from app.domain.intercepts import HeaderRule, HttpRule
from app.platform.autostart import Autostart
from app.session import intercept_messages as im
from app.session import messages as m
from app.settings.preferences import PlanKind
from app.settings.store import PreferenceStore
from app.ui import composition
from app.ui.diagnostics.diagnostics_dialog import Page
from app.ui.plans.change_flow import ChangeFlow
from app.ui.shell.notifier import Notifier
from app.ui.shell.tray import Tray
from app.ui.theme import Theme
from app.ui.window import Window
from app.ui.wiring.browsing import wire_browsing
from app.ui.wiring.commands import commands_now
from app.ui.wiring.connecting import wire_connection
from app.ui.wiring.intercepting import wire_intercepts
from app.ui.wiring.shell import Shell
from app.ui.wiring.watching import wire_traffic
from tests.gui.fake_talks import FakeTalk, FakeTalks
from tests.gui.fakes import FakeCluster
from tests.gui.test_tray import OFFSCREEN

pytestmark = [pytest.mark.qt_log_ignore(OFFSCREEN), pytest.mark.usefixtures("qapp")]

KEY = ("Deployment", "shop", "reviews")
ROW = WorkloadRow(*KEY, 3, 3, 1.0, ports=(PortRow(9080, "http"),))
FACTS = m.Facts(context="staging", namespace="shop", subnets=("10.0.0.0/8",))
RULE = HttpRule((HeaderRule("x-user", value="me"),))
PLAN = im.InterceptPlan("deployment/reviews", "shop", "mesh", "x-user=me", ("9080:9080",), True, 3, (), ("+a",))
MINE = im.InterceptInfo(
    intercept_id="0123456789ab",
    workload="deployment/reviews",
    namespace="shop",
    mode="mesh",
    rule="x-user=me",
    ports=("9080:9080",),
    other_ports=False,
    owner="me",
    mine=True,
    since=1.0,
    health=im.InterceptHealth.ACTIVE,
)


class Session(FakeTalks):
    """Stands for all of the window's sockets. `say`: what watchers hear."""

    def __init__(self) -> None:
        super().__init__()
        self._news: asyncio.Queue[m.Event] = asyncio.Queue()
        self.replies.update({m.Connect: m.Accepted(1), m.Disconnect: m.Done(), im.PlanIntercept: PLAN})
        self.replies[im.ListIntercepts] = im.InterceptList(())

    def say(self, event: m.Event) -> None:
        self._news.put_nowait(event)

    async def watch(self, *_: object) -> AsyncGenerator[m.Event, None]:
        while True:
            yield await self._news.get()

    def close(self) -> None:
        pass


class Bench:
    def __init__(self, scope: Scope, theme: Theme, folder: Path, session: Session, cluster: FakeCluster) -> None:
        self.session, self.cluster = session, cluster
        self.store = PreferenceStore()
        self.store.change(first_run_done=True, muted_plans=frozenset({PlanKind.CONNECT}))
        self.parts = composition.make_controllers(scope, MappingProxyType({}), self.store, folder)
        self.window = Window(theme, store=self.store, own_id="a" * 12)
        self.tray = Tray(theme, self.window)
        self.notifier = Notifier(DesktopNotices(scope), self.tray, lambda: True)
        self.flow = ChangeFlow(
            self.window, theme, self.store, self.parts.intercepts, self.parts.planner, self.parts.target
        )
        wire_connection(self.window, self.tray, self.notifier, self.flow, self.parts)
        wire_browsing(self.window, self.tray, self.parts)
        wire_intercepts(self.window, self.tray, self.notifier, self.flow, self.parts)
        wire_traffic(self.window, self.parts)
        autostart = Autostart({"HOME": str(folder)})
        self.shell = Shell(self.window, theme, self.tray, self.notifier, self.flow, self.parts, autostart)

    async def show(self) -> None:
        """A cluster is looked into, and nothing is connected."""
        self.window.show()
        self.parts.connection.start()
        self.parts.browser.reload()
        self.cluster.namespaces.put_nowait(("payments", "shop"))
        self.cluster.workloads.put_nowait(WorkloadsView((ROW,)))
        self.session.say(m.Snapshot(m.Status(m.StateKind.DISCONNECTED), None, ()))
        await self.until(lambda: self.window.workloads.row_of(KEY) is not None)

    async def connected(self, *intercepts: im.InterceptInfo) -> None:
        status = m.Status(m.StateKind.CONNECTED, 1, facts=FACTS, intercepts=intercepts)
        self.session.replies[im.ListIntercepts] = im.InterceptList(intercepts)
        self.session.say(m.StatusChanged(status))
        await self.until(lambda: len(self.parts.connection.view.intercepts) == len(intercepts))
        await self.until(lambda: self.parts.connection.view.context == "staging")

    async def talk(self) -> FakeTalk:
        await self.until(lambda: any(self._operations()))
        return self._operations()[-1]

    def _operations(self) -> list[FakeTalk]:
        kinds = (im.StartIntercept, im.Leave)
        return [talk for talk in self.session.talks if talk.requests and isinstance(talk.requests[0], kinds)]

    async def until(self, test: object) -> None:
        assert callable(test)
        async with asyncio.timeout(5):
            while not test():
                QApplication.processEvents()
                await asyncio.sleep(0.005)


@asynccontextmanager
async def open_bench(theme: Theme, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    session = Session()
    cluster = FakeCluster((ContextRow("staging", "staging.example.com", "shop", True),))
    monkeypatch.setattr(composition, "SessionClient", lambda: session)
    monkeypatch.setattr(composition, "watch_forever", lambda _session: session.watch())
    monkeypatch.setattr(composition, "KubeReader", lambda _environ: cluster)
    monkeypatch.setattr(composition, "KubeNames", lambda _environ: None)
    monkeypatch.setattr(FakeCluster, "missing_rights", _no_rights_missing, raising=False)
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    bugs: list[Exception] = []
    async with Scope(bugs.append) as scope:
        bench = Bench(scope, theme, folder, session, cluster)
        qtbot.addWidget(bench.window)
        yield bench
    assert not bugs


async def _no_rights_missing(_self: FakeCluster, _context: str, _namespace: str) -> str:
    return ""


async def test_the_switch_connects_and_everybody_shows_it(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(theme, qtbot, tmp_path, monkeypatch) as bench:
        await bench.show()
        QTest.mouseClick(bench.window.bar.switch, Qt.MouseButton.LeftButton)
        await bench.until(lambda: any(isinstance(one, m.Connect) for one in bench.session.requests))
        (request,) = (one for one in bench.session.requests if isinstance(one, m.Connect))
        assert (request.context, request.namespace) == ("staging", "shop")
        await bench.connected()
        assert "staging" in bench.tray.tool_tip
        await bench.until(lambda: bench.window.bar.switch.position == 1.0)
        QTest.mouseClick(bench.window.bar.switch, Qt.MouseButton.LeftButton)
        await bench.until(lambda: m.Disconnect() in bench.session.requests)


async def test_a_mesh_from_rule_to_stop(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(theme, qtbot, tmp_path, monkeypatch) as bench:
        await bench.show()
        await bench.connected()
        page = bench.window.inspector.page
        assert bench.window.choose_workload(KEY)
        await bench.until(lambda: bench.window.inspector.key == KEY)
        assert not page.mesh.switch.isEnabled(), "there is no rule yet"
        page.rule.show_rule(RULE)
        page.rule.changed.emit()
        await bench.until(page.mesh.switch.isEnabled)
        bench.session.answers = [im.OperationAccepted(7)]
        page.mesh.switch.click()
        await bench.until(lambda: bench.flow.dialog is not None and bench.flow.dialog.button.isEnabled())
        assert bench.flow.dialog is not None
        bench.flow.dialog.button.click()
        talk = await bench.talk()
        await bench.until(lambda: page.mesh.switch.position == 0.5)
        talk.say(im.InterceptDone(7, MINE, 3))
        await bench.connected(MINE)
        await bench.until(lambda: page.mesh.switch.position == 1.0)
        assert bench.parts.rules.rules_for("staging", KEY) == (RULE,)
        bench.session.answers = [im.OperationAccepted(8)]
        page.mesh.switch.click()
        await bench.until(lambda: isinstance(bench.session.talks[-1].requests[:1][0], im.Leave))
        leave = bench.session.talks[-1].requests[0]
        assert isinstance(leave, im.Leave)
        assert leave.only == (MINE.intercept_id,)


async def test_a_failure_stays_at_its_workload(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(theme, qtbot, tmp_path, monkeypatch) as bench:
        await bench.show()
        await bench.connected()
        bench.store.change(muted_plans=frozenset(PlanKind))
        bench.window.choose_workload(KEY)
        await bench.until(lambda: bench.window.inspector.key == KEY)
        bench.session.answers = [im.OperationAccepted(7)]
        bench.window.inspector.toggle_proxy()
        talk = await bench.talk()
        talk.say(im.InterceptFailed(7, m.ProblemInfo(ErrorCode.WORKLOAD_BUSY, {"workload": "deployment/reviews"})))
        await bench.until(lambda: "deployment/reviews" in bench.window.inspector.page.outcome.text)
        await bench.until(lambda: bench.window.inspector.page.proxy.switch.position == 0.0)


async def test_tray_and_palette_stop_what_is_mine(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(theme, qtbot, tmp_path, monkeypatch) as bench:
        await bench.show()
        await bench.connected(MINE)
        bench.session.answers = [im.OperationAccepted(7)]
        bench.tray.leave_asked.emit(KEY)
        talk = await bench.talk()
        talk.say(im.WorkloadsRestored(7, (im.Restored("deployment/reviews", "shop", True),)))
        await bench.until(lambda: not bench.parts.intercepts.operations)
        offered = {
            command.id: command for command in commands_now(bench.window, bench.flow, bench.parts, bench.shell.actions)
        }
        assert {"disconnect", "doctor", "namespace payments", "workload shop/Deployment/reviews"} <= offered.keys()
        bench.session.answers = [im.OperationAccepted(8)]
        offered[f"stop {MINE.intercept_id}"].run()
        await bench.until(lambda: len(bench.parts.intercepts.operations) == 1)


async def test_closing_hides_or_quits_as_chosen(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(theme, qtbot, tmp_path, monkeypatch) as bench:
        await bench.show()
        asked: list[bool] = []
        bench.shell.quit_asked.connect(asked.append)
        bench.window.close()
        assert (bench.window.isVisible(), asked) == (False, [])
        bench.store.change(close_to_tray=False)
        bench.window.show()
        bench.window.close()
        assert asked == [False]


async def test_production_is_marked(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(theme, qtbot, tmp_path, monkeypatch) as bench:
        await bench.show()
        assert bench.window.bar.property("production") is False
        bench.store.change(production=frozenset({"staging"}))
        assert bench.window.bar.property("production") is True


async def test_the_first_run_page_goes_when_it_is_done(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(theme, qtbot, tmp_path, monkeypatch) as bench:
        bench.store.change(first_run_done=False)
        bench.shell.setup.begin()
        assert bench.window.shows_page
        page = bench.shell.setup.page
        assert page is not None
        page.skip.click()
        await bench.until(lambda: not bench.window.shows_page)
        assert bench.store.value.first_run_done


async def test_settings_and_diagnostics_are_made_when_they_are_wanted(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(theme, qtbot, tmp_path, monkeypatch) as bench:
        await bench.show()
        bench.shell.open_settings()
        assert bench.shell.settings.isVisible()
        await bench.until(lambda: bench.parts.first_run.view.is_known)
        bench.shell.settings.reject()
        await bench.connected()
        bench.parts.diagnosis.hear(m.StatusChanged(m.Status(m.StateKind.CONNECTED, 1, facts=FACTS)))
        bench.shell.diagnostics.show(Page.CONNECTION)
        dialog = bench.shell.diagnostics.dialog
        assert dialog is not None
        assert dialog.isVisible()
        dialog.exclude_asked.emit(("10.0.0.0/8", "nonsense"))
        assert bench.store.value.cluster.exclude == ("10.0.0.0/8",)
        dialog.close()
