from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.controllers.connect_planner import ConnectPlanner
from app.controllers.intercept_views import Doing, Health, InterceptRow, NoticeView, OperationView, PlanView
from app.controllers.intercepts import InterceptController
from app.controllers.scope import Scope
from app.controllers.views import ConnectionView, Phase
from app.domain.catalogue import explain
from app.domain.connect_plan import ConnectPlan
from app.domain.connection import Target
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.domain.intercepts import HeaderRule, HttpRule, PortMap, Wish
from app.domain.workload import WorkloadKind, WorkloadRef
from app.session import intercept_messages as im
from app.settings.preferences import PlanKind
from app.settings.store import PreferenceStore
from app.ui.plans.change_flow import ChangeFlow
from app.ui.plans.connect_sections import connect_sections
from app.ui.plans.intercept_sections import TAKE_OVER, intercept_consents, intercept_sections
from app.ui.plans.plan_dialog import PlanDialog, Section
from app.ui.theme import Theme
from tests.gui.fake_talks import FakeTalks
from tests.gui.test_intercept_controller import settle

REVIEWS = WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "reviews")
KEY = ("Deployment", "shop", "reviews")
MESH = Wish(REVIEWS, HttpRule((HeaderRule("x-user", value="me"),)), (PortMap(9080, 8080),))
PROXY = Wish(REVIEWS)
BOB = InterceptRow("b", KEY, "mesh", "x-user=me", ("9080:9080",), False, "bob", False, 1.0, Health.ACTIVE)
MINE = replace(BOB, intercept_id="0123456789ab", owner="me", mine=True)
PLAN = PlanView(MESH, ("9080:8080",), True, 3, (), ("+a", "-b"), (), ())
PLANNING = OperationView(KEY, Doing.MESH, "Finding out what would change", can_cancel=False)
CONNECT = ConnectPlan(
    "staging", "shop", "https://staging", ("10.0.0.0/8",), (), ("cluster.local", "shop"), (), "kubeferry"
)
ANSWER = im.InterceptPlan("deployment/reviews", "shop", "mesh", "x-user=me", ("9080:8080",), True, 3, (), ("+a",))


def lines(sections: tuple[Section, ...]) -> str:
    return "\n".join(line for section in sections for line in (section.heading, *section.lines))


def texts(widget: QWidget) -> str:
    QApplication.processEvents()
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_a_connection_that_finds_its_manager_changes_nothing_in_the_cluster() -> None:
    told = lines(connect_sections(CONNECT))
    assert "10.0.0.0/8" in told
    assert "Names under cluster.local, shop are asked in the cluster." in told
    assert "The traffic manager is there, in namespace kubeferry. Nothing changes." in told


def test_a_connection_that_installs_its_manager_names_every_object() -> None:
    plan = replace(CONNECT, installs=("Namespace kubeferry", "Secret x"), image="m:1", excluded=("10.1.0.0/16",))
    told = lines(connect_sections(replace(plan, unread=("nodes",))))
    assert "2 objects are made: Namespace kubeferry, Secret x." in told
    assert "m:1" in told
    assert "not 10.1.0.0/16" in told
    assert "nodes" in told


def test_a_mesh_tells_rule_ports_pods_and_patch() -> None:
    sections = intercept_sections(PLAN)
    told = lines(sections)
    assert "Requests with x-user=me come to this machine." in told
    assert "Ports: 9080 to local 8080." in told
    assert "Its 3 pods are replaced" in told
    assert ("+a", "-b") in [section.diff for section in sections]


def test_a_proxy_tells_how_much_it_takes() -> None:
    everything = lines(intercept_sections(replace(PLAN, wish=PROXY, injects=False, ports=())))
    assert "TCP and UDP, every port" in everything
    assert "No pod is restarted." in everything
    some = lines(intercept_sections(replace(PLAN, wish=replace(PROXY, only_ports=True), ports=("80:80",))))
    assert "All traffic of these ports" in some
    assert "Ports: 80." in some


def test_others_are_told_and_rivals_have_to_be_taken_over() -> None:
    ann = replace(BOB, intercept_id="c", owner="ann", rule="x-user=ann")
    plan = replace(PLAN, others=(BOB, ann), rivals=(BOB,))
    told = lines(intercept_sections(plan))
    assert "bob has the same traffic (x-user=me) since" in told
    assert "ann has x-user=ann since" in told
    (consent,) = intercept_consents(plan)
    assert consent.code == TAKE_OVER


def test_nothing_is_done_before_everything_is_agreed_to(theme: Theme, qtbot: QtBot) -> None:
    dialog = PlanDialog(theme, None, "Mesh reviews", "Start mesh", mute="Never again")
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.button.isEnabled()
    plan = replace(PLAN, notices=(NoticeView("one", "One pod.", True), NoticeView("n", "By the way.", False)))
    dialog.show_plan(intercept_sections(plan), intercept_consents(plan))
    assert "By the way." in texts(dialog)
    assert not dialog.button.isEnabled()
    (box,) = (box for box in dialog.findChildren(QCheckBox) if box.accessibleName() == "One pod.")
    box.setChecked(True)
    with qtbot.waitSignal(dialog.agreed) as agreed:
        dialog.button.click()
    assert agreed.args == [("one",)]


def test_production_cannot_be_muted(theme: Theme, qtbot: QtBot) -> None:
    dialog = PlanDialog(theme, None, "Mesh reviews", "Start mesh", mute="Never again")
    qtbot.addWidget(dialog)
    dialog.show_guard("prod is marked as production.", "I mean production.")
    dialog.show_plan(())
    dialog.show()
    assert [box.accessibleName() for box in dialog.findChildren(QCheckBox) if box.isVisible()] == ["I mean production."]
    assert not dialog.button.isEnabled()


@dataclass
class Bench:
    flow: ChangeFlow
    store: PreferenceStore
    session: FakeTalks
    planned: ConnectPlan | KubeferryError = field(default_factory=lambda: CONNECT)
    connects: list[str] = field(default_factory=list)
    wrong_choice: KubeferryError | None = None
    """What is wrong with the user's choices for the connection."""

    @property
    def dialog(self) -> PlanDialog:
        assert self.flow.dialog is not None
        return self.flow.dialog

    def started(self) -> list[im.StartIntercept]:
        return [one for talk in self.session.talks for one in talk.requests if isinstance(one, im.StartIntercept)]


@asynccontextmanager
async def open_bench(theme: Theme, qtbot: QtBot) -> AsyncIterator[Bench]:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    bugs: list[Exception] = []
    session, store = FakeTalks(), PreferenceStore()
    session.replies[im.PlanIntercept] = ANSWER
    async with Scope(bugs.append) as scope:

        async def plan_connect(target: Target) -> ConnectPlan:
            if isinstance(bench.planned, KubeferryError):
                raise bench.planned
            return bench.planned

        def make_target(context: str) -> Target:
            if bench.wrong_choice is not None:
                raise bench.wrong_choice
            return Target(context=context)

        controller = InterceptController(scope, session)
        planner = ConnectPlanner(scope, plan_connect)
        flow = ChangeFlow(parent, theme, store, controller, planner, make_target)
        bench = Bench(flow, store, session)
        flow.connect_agreed.connect(bench.connects.append)
        yield bench
    assert not bugs


@pytest.mark.usefixtures("qapp")
class TestChangeFlow:
    async def test_a_connection_is_made_when_its_plan_is_agreed_to(self, theme: Theme, qtbot: QtBot) -> None:
        async with open_bench(theme, qtbot) as bench:
            bench.flow.connect_to("staging")
            await settle()
            assert "10.0.0.0/8" in texts(bench.dialog)
            assert bench.connects == []
            bench.dialog.button.click()
            assert bench.connects == ["staging"]
            assert bench.flow.dialog is None

    async def test_a_plan_that_fails_leads_nowhere(self, theme: Theme, qtbot: QtBot) -> None:
        async with open_bench(theme, qtbot) as bench:
            bench.planned = replace(CONNECT, problem=Problem(ErrorCode.HELPER_NOT_RUNNING, {"socket": "x"}))
            bench.flow.connect_to("staging")
            await settle()
            assert explain(bench.planned.problem or Problem(ErrorCode.INTERNAL)).what in texts(bench.dialog)
            assert not bench.dialog.button.isEnabled()
            bench.dialog.reject()
            bench.planned = KubeferryError(ErrorCode.NO_CONTEXT)
            bench.flow.connect_to("staging")
            await settle()
            assert explain(Problem(ErrorCode.NO_CONTEXT)).what in texts(bench.dialog)

    async def test_muted_plans_are_not_shown_but_in_production(self, theme: Theme, qtbot: QtBot) -> None:
        async with open_bench(theme, qtbot) as bench:
            bench.store.change(muted_plans=frozenset({PlanKind.CONNECT}), production=frozenset({"prod"}))
            bench.flow.connect_to("staging")
            assert bench.connects == ["staging"]
            bench.flow.connect_to("prod")
            assert bench.flow.dialog is not None

    async def test_muting(self, theme: Theme, qtbot: QtBot) -> None:
        async with open_bench(theme, qtbot) as bench:
            bench.flow.connect_to("staging")
            await settle()
            next(iter(bench.dialog.findChildren(QCheckBox))).setChecked(True)
            bench.dialog.button.click()
            assert bench.store.value.muted_plans == {PlanKind.CONNECT}

    async def test_a_mesh_is_started_as_planned(self, theme: Theme, qtbot: QtBot) -> None:
        async with open_bench(theme, qtbot) as bench:
            planning: list[object] = []
            bench.flow.planning_changed.connect(planning.append)
            bench.session.answers = [im.OperationAccepted(1)]
            bench.flow.start(MESH, "staging")
            await settle()
            assert planning == [(PLANNING,), ()]
            assert [view.toPlainText() for view in bench.dialog.findChildren(QPlainTextEdit)] == ["+a"]
            bench.dialog.button.click()
            await settle()
            (request,) = bench.started()
            assert (request.take_over, request.confirmed) == (False, ())

    async def test_a_muted_mesh_starts_at_once_unless_something_is_to_be_agreed_to(
        self, theme: Theme, qtbot: QtBot
    ) -> None:
        async with open_bench(theme, qtbot) as bench:
            bench.store.change(muted_plans=frozenset({PlanKind.MESH}))
            bench.session.answers = [im.OperationAccepted(1)]
            bench.flow.start(MESH, "staging")
            await settle()
            assert len(bench.started()) == 1
            rival = im.InterceptInfo(
                "0123456789aa",
                "deployment/reviews",
                "shop",
                "mesh",
                "x-user=me",
                (),
                False,
                "bob",
                False,
                1.0,
                im.InterceptHealth.ACTIVE,
            )
            bench.session.replies[im.PlanIntercept] = im.InterceptPlan(
                "deployment/reviews", "shop", "mesh", "x-user=me", (), False, 3, (), (), (rival,), (rival,)
            )
            bench.flow.start(replace(MESH, ports=()), "staging")
            await settle()
            assert len(bench.started()) == 1
            next(box for box in bench.dialog.findChildren(QCheckBox) if "bob" in box.accessibleName()).setChecked(True)
            bench.session.answers = [im.OperationAccepted(2)]
            bench.dialog.button.click()
            await settle()

    async def test_no_plan_is_told_where_it_was_asked_for(self, theme: Theme, qtbot: QtBot) -> None:
        async with open_bench(theme, qtbot) as bench:
            bench.session.replies[im.PlanIntercept] = KubeferryError(ErrorCode.NOT_CONNECTED)
            refused: list[object] = []
            bench.flow.refused.connect(lambda key, _: refused.append(key))
            bench.flow.start(MESH, "staging")
            await settle()
            assert explain(Problem(ErrorCode.NOT_CONNECTED)).what in texts(bench.dialog)
            bench.dialog.reject()
            bench.store.change(muted_plans=frozenset({PlanKind.PROXY}))
            bench.flow.start(PROXY, "staging")
            await settle()
            assert refused == [KEY]

    async def test_leaving_asks_in_production_only(self, theme: Theme, qtbot: QtBot) -> None:
        async with open_bench(theme, qtbot) as bench:
            bench.session.answers = [im.OperationAccepted(1)]
            bench.flow.leave((MINE,), "staging")
            await settle()
            (talk,) = bench.session.talks
            (request,) = talk.requests
            assert isinstance(request, im.Leave)
            assert request.only == (MINE.intercept_id,)
            bench.store.change(production=frozenset({"prod"}))
            bench.flow.leave((MINE,), "prod")
            await settle()
            assert len(bench.session.talks) == 1

    async def test_a_second_wish_to_connect_takes_the_place_of_the_first(self, theme: Theme, qtbot: QtBot) -> None:
        async with open_bench(theme, qtbot) as bench:
            bench.flow.connect_to("staging")
            first = bench.dialog
            bench.flow.connect_to("prod")
            assert bench.dialog is not first
            await settle()
            assert bench.dialog.isVisible()
            bench.dialog.button.click()
            assert bench.connects == ["prod"]
            assert bench.flow.dialog is None

    @pytest.mark.parametrize(("elsewhere", "is_open"), [("staging", False), ("prod", True)])
    async def test_a_plan_is_out_of_date_once_somebody_else_has_connected(
        self, theme: Theme, qtbot: QtBot, elsewhere: str, is_open: bool
    ) -> None:
        async with open_bench(theme, qtbot) as bench:
            bench.flow.show_connection(ConnectionView(Phase.DISCONNECTED))
            bench.flow.connect_to("staging")
            await settle()
            bench.flow.show_connection(ConnectionView(Phase.CONNECTED, elsewhere, "shop"))
            assert (bench.flow.dialog is not None) == is_open
            assert bench.connects == []

    async def test_a_connection_can_be_made_anew_while_it_is_there(self, theme: Theme, qtbot: QtBot) -> None:
        async with open_bench(theme, qtbot) as bench:
            up = ConnectionView(Phase.CONNECTED, "staging", "shop")
            bench.flow.show_connection(up)
            bench.flow.connect_to("staging")
            await settle()
            bench.flow.show_connection(replace(up, phase=Phase.DEGRADED))
            bench.dialog.button.click()
            assert bench.connects == ["staging"]

    async def test_subnets_that_are_none_are_told_in_the_plan(self, theme: Theme, qtbot: QtBot) -> None:
        async with open_bench(theme, qtbot) as bench:
            problem = "not a subnet like 10.0.0.0/8"
            bench.wrong_choice = KubeferryError(ErrorCode.INVALID_OPTION, option="10.0.0.0/99", problem=problem)
            bench.flow.connect_to("staging")
            assert "10.0.0.0/99" in texts(bench.dialog)
            assert not bench.dialog.button.isEnabled()

    async def test_what_was_planned_for_one_cluster_is_not_done_in_another(self, theme: Theme, qtbot: QtBot) -> None:
        async with open_bench(theme, qtbot) as bench:
            refused: list[object] = []
            bench.flow.refused.connect(lambda key, _: refused.append(key))
            bench.flow.start(MESH, "staging")
            await settle()
            bench.flow.show_connection(ConnectionView(Phase.RECONNECTING, "staging"))
            assert bench.dialog.isVisible()
            bench.flow.show_connection(ConnectionView(Phase.CONNECTING, "prod"))
            assert bench.flow.dialog is None
            assert refused == [KEY]
            assert not bench.session.talks

    async def test_muted_wishes_for_two_workloads_are_both_done(self, theme: Theme, qtbot: QtBot) -> None:
        async with open_bench(theme, qtbot) as bench:
            bench.store.change(muted_plans=frozenset({PlanKind.PROXY}))
            bench.session.answers = [im.OperationAccepted(1), im.OperationAccepted(2)]
            ratings = Wish(replace(REVIEWS, name="ratings"))
            bench.flow.start(PROXY, "staging")
            bench.flow.start(ratings, "staging")
            await settle()
            assert len(bench.started()) == 2
