"""What failed and is tried again: a plan that was agreed to is shown again only where it is another one now."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from app.controllers.views import ConnectionView, Phase
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.session import intercept_messages as im
from app.session import messages as m
from app.ui.plans import connect_flow
from app.ui.theme import Theme
from tests.gui.test_intercept_controller import settle
from tests.gui.test_plans import ANSWER, CONNECT, MESH, Bench, open_bench, texts

pytestmark = pytest.mark.usefixtures("qapp")

FAILED = ConnectionView(Phase.FAILED, "staging", "shop")
UP = ConnectionView(Phase.CONNECTED, "staging", "shop")
BUSY = im.InterceptFailed(1, m.ProblemInfo(ErrorCode.WORKLOAD_BUSY, {"workload": "deployment/reviews"}))
BOB = im.InterceptInfo(
    intercept_id="0123456789aa",
    workload="deployment/reviews",
    namespace="shop",
    mode="mesh",
    rule="x-user=me",
    ports=(),
    other_ports=False,
    owner="bob",
    mine=False,
    since=1.0,
    health=im.InterceptHealth.ACTIVE,
)


def _drawn(number: str, image: str = "sidecar:1") -> im.InterceptPlan:
    """The session's answer: an id is drawn anew each time."""
    diff = (f"+    kubeferry.io/injection-id: {number}", f"+    name: kubeferry-join-{number}", f"+    image: {image}")
    return im.InterceptPlan(
        "deployment/reviews", "shop", "mesh", "x-user=me", ("9080:8080",), True, 3, (), diff, (BOB,), (BOB,)
    )


async def _connect_and_fail(bench: Bench) -> None:
    bench.flow.connect_to("staging")
    await settle()
    bench.dialog.button.click()
    bench.flow.show_connection(FAILED)
    assert bench.connects == ["staging"]


async def _start_and_fail(bench: Bench) -> None:
    bench.session.answers = [im.OperationAccepted(1)]
    bench.flow.start(MESH, "staging")
    await settle()
    for box in bench.dialog.findChildren(QCheckBox):
        box.setChecked(bool(box.accessibleName()))
    bench.dialog.button.click()
    await settle()
    bench.session.talks[-1].say(BUSY)
    await settle()
    assert bench.flow.dialog is None


async def test_the_same_connection_is_made_at_once(theme: Theme, qtbot: QtBot) -> None:
    async with open_bench(theme, qtbot) as bench:
        await _connect_and_fail(bench)
        bench.flow.connect_to("staging")
        await settle()
        assert bench.connects == ["staging", "staging"]
        assert bench.flow.dialog is None


async def test_a_connection_that_came_meanwhile_is_not_made_anew(theme: Theme, qtbot: QtBot) -> None:
    async with open_bench(theme, qtbot) as bench:
        await _connect_and_fail(bench)
        bench.flow.connect_to("staging")
        bench.flow.show_connection(UP)
        await settle()
        assert bench.connects == ["staging"]
        assert bench.flow.dialog is None


async def test_another_plan_is_shown(theme: Theme, qtbot: QtBot) -> None:
    async with open_bench(theme, qtbot) as bench:
        await _connect_and_fail(bench)
        bench.planned = replace(CONNECT, routes=("10.9.0.0/16",))
        bench.flow.connect_to("staging")
        await settle()
        assert bench.connects == ["staging"]
        assert "10.9.0.0/16" in texts(bench.dialog)
        bench.dialog.button.click()
        assert bench.connects == ["staging", "staging"]


async def test_a_plan_that_cannot_be_made_any_more_says_why(theme: Theme, qtbot: QtBot) -> None:
    async with open_bench(theme, qtbot) as bench:
        await _connect_and_fail(bench)
        bench.planned = KubeferryError(ErrorCode.NO_CONTEXT)
        bench.flow.connect_to("staging")
        await settle()
        assert not bench.dialog.button.isEnabled()
        bench.dialog.reject()
        bench.planned = replace(CONNECT, problem=Problem(ErrorCode.HELPER_NOT_RUNNING, {"socket": "x"}))
        bench.flow.connect_to("staging")
        await settle()
        assert not bench.dialog.button.isEnabled()
        assert bench.connects == ["staging"]


@pytest.mark.parametrize("phase", [Phase.CONNECTED, Phase.DEGRADED, Phase.DISCONNECTED])
async def test_what_did_not_fail_is_agreed_to_anew(theme: Theme, qtbot: QtBot, phase: Phase) -> None:
    async with open_bench(theme, qtbot) as bench:
        await _connect_and_fail(bench)
        bench.flow.show_connection(replace(UP, phase=phase))
        bench.flow.connect_to("staging")
        await settle()
        assert bench.flow.dialog is not None
        assert bench.connects == ["staging"]


async def test_production_is_agreed_to_every_time(theme: Theme, qtbot: QtBot) -> None:
    async with open_bench(theme, qtbot) as bench:
        await _connect_and_fail(bench)
        bench.store.change(production=frozenset({"staging"}))
        bench.flow.connect_to("staging")
        await settle()
        assert not bench.dialog.button.isEnabled()
        assert bench.connects == ["staging"]


async def test_a_slow_cluster_is_waited_for_in_sight(
    theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect_flow, "RETRY_PATIENCE_MS", 0)
    async with open_bench(theme, qtbot) as bench:
        await _connect_and_fail(bench)
        bench.flow.connect_to("staging")
        qtbot.waitUntil(lambda: bench.flow.dialog is not None)
        await settle()
        assert bench.connects == ["staging", "staging"]
        assert bench.flow.dialog is None


async def test_the_same_mesh_is_started_at_once_with_what_was_agreed_to(theme: Theme, qtbot: QtBot) -> None:
    async with open_bench(theme, qtbot) as bench:
        bench.session.replies[im.PlanIntercept] = _drawn("00aa00aa00aa00aa")
        await _start_and_fail(bench)
        bench.session.replies[im.PlanIntercept] = _drawn("11bb11bb11bb11bb")
        bench.session.answers = [im.OperationAccepted(2)]
        bench.flow.start(MESH, "staging")
        await settle()
        assert bench.flow.dialog is None
        assert [request.take_over for request in bench.started()] == [True, True]


@pytest.mark.parametrize("answer", [_drawn("11bb11bb11bb11bb", image="sidecar:2"), ANSWER])
async def test_another_mesh_is_shown(theme: Theme, qtbot: QtBot, answer: im.InterceptPlan) -> None:
    async with open_bench(theme, qtbot) as bench:
        bench.session.replies[im.PlanIntercept] = _drawn("00aa00aa00aa00aa")
        await _start_and_fail(bench)
        bench.session.replies[im.PlanIntercept] = answer
        bench.flow.start(MESH, "staging")
        await settle()
        assert bench.flow.dialog is not None
        assert len(bench.started()) == 1


async def test_the_same_name_in_another_cluster_is_another_workload(theme: Theme, qtbot: QtBot) -> None:
    async with open_bench(theme, qtbot) as bench:
        await _start_and_fail(bench)
        bench.flow.start(MESH, "other")
        await settle()
        assert bench.flow.dialog is not None


async def test_what_was_started_and_stopped_is_agreed_to_anew(theme: Theme, qtbot: QtBot) -> None:
    async with open_bench(theme, qtbot) as bench:
        bench.session.answers = [im.OperationAccepted(1)]
        bench.flow.start(MESH, "staging")
        await settle()
        bench.dialog.button.click()
        await settle()
        bench.session.talks[-1].say(im.InterceptDone(1, BOB, 3))
        await settle()
        bench.flow.start(MESH, "staging")
        await settle()
        assert bench.flow.dialog is not None
