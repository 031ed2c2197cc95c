"""A *Stop* that is asked for while its workload is being worked on: it follows, and everybody says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.controllers.intercept_views import Doing, InterceptRow, OperationView, OutcomeView, ref_of
from app.controllers.notices import NoticeMaker
from app.controllers.views import Phase, WorkloadRow
from app.domain.errors import ErrorCode
from app.domain.intercept_stages import InterceptStage
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.intercept_convert import workload_of
from app.settings.preferences import PlanKind
from app.ui.browser.intercept_cell import cell_of
from app.ui.shell.tray_menu import MenuInput, menu_entries
from app.ui.theme import Theme
from tests.gui import test_wiring as window_bench
from tests.gui.fake_talks import FakeTalk
from tests.gui.test_intercept_controller import INFO, KEY, MESH, ROW, UP, Bench, open_bench, settle
from tests.gui.test_tray import OFFSCREEN

pytestmark = [pytest.mark.qt_log_ignore(OFFSCREEN), pytest.mark.usefixtures("qapp")]

WORKLOAD = workload_of(ref_of(KEY))
OTHER = replace(ROW, intercept_id="ba9876543210", rule="x-user=other")
CANCELLED = im.InterceptFailed(7, m.ProblemInfo(ErrorCode.CANCELLED))
NOTHING_THERE = im.InterceptFailed(8, m.ProblemInfo(ErrorCode.NOT_INTERCEPTED, {"workload": "deployment/reviews"}))
RESTORED = im.WorkloadsRestored(8, (im.Restored("deployment/reviews", "shop", True),))


async def _starting(bench: Bench, *own: InterceptRow) -> FakeTalk:
    """A mesh is being added to what is there already."""
    bench.controller.show_connection(replace(UP, intercepts=own))
    bench.session.answers = [im.OperationAccepted(7), im.OperationAccepted(8)]
    bench.controller.start(MESH)
    await settle()
    return bench.session.talks[-1]


def _stops_then(bench: Bench) -> bool:
    (operation,) = bench.controller.operations
    return operation.stops_then


async def test_stopping_everything_calls_the_start_off_and_then_stops() -> None:
    async with open_bench() as bench:
        talk = await _starting(bench, ROW)
        bench.controller.leave(KEY, (ROW.intercept_id,))
        await settle()
        assert talk.requests[-1] == im.CancelOperation(7)
        (operation,) = bench.controller.operations
        assert (operation.is_undoing, operation.can_cancel, operation.stops_then) == (True, False, True)
        talk.say(im.InterceptProgress(7, InterceptStage.UNDOING, ""))
        await settle()
        (operation,) = bench.controller.operations
        assert operation.stops_then, "each further step says so too"
        assert len(bench.session.talks) == 1, "not before the start has ended"
        talk.say(CANCELLED)
        await settle()
        leave = bench.session.talks[-1]
        assert leave.requests == [im.Leave(WORKLOAD, only=())], "also what was started in the last moment"
        leave.say(RESTORED)
        await settle()
        assert bench.outcomes == [OutcomeView(KEY, Doing.MESH, is_cancelled=True), OutcomeView(KEY, Doing.LEAVE)]
        assert bench.controller.operations == ()


async def test_when_nothing_is_left_to_stop_that_is_no_failure() -> None:
    async with open_bench() as bench:
        talk = await _starting(bench)
        bench.controller.leave(KEY)
        talk.say(CANCELLED)
        await settle()
        bench.session.talks[-1].say(NOTHING_THERE)
        await settle()
        assert bench.outcomes[-1] == OutcomeView(KEY, Doing.LEAVE)


async def test_stopping_nothing_that_was_not_waited_for_is_a_failure() -> None:
    async with open_bench() as bench:
        bench.session.answers = [im.OperationAccepted(8)]
        bench.controller.leave(KEY)
        await settle()
        bench.session.talks[-1].say(NOTHING_THERE)
        await settle()
        assert bench.outcomes[-1].problem is not None


async def test_stopping_one_of_two_lets_the_start_go_on() -> None:
    async with open_bench() as bench:
        talk = await _starting(bench, ROW, OTHER)
        bench.controller.leave(KEY, (OTHER.intercept_id,))
        await settle()
        (operation,) = bench.controller.operations
        assert (operation.can_cancel, operation.is_undoing, operation.stops_then) == (True, False, True)
        talk.say(im.InterceptDone(7, INFO, 3))
        await settle()
        assert bench.session.talks[-1].requests == [im.Leave(WORKLOAD, only=(OTHER.intercept_id,))]


async def test_what_is_being_stopped_already_is_not_stopped_twice() -> None:
    async with open_bench() as bench:
        bench.controller.show_connection(replace(UP, intercepts=(ROW, OTHER)))
        bench.session.answers = [im.OperationAccepted(7), im.OperationAccepted(8)]
        bench.controller.leave(KEY, (ROW.intercept_id,))
        await settle()
        bench.controller.leave(KEY, (ROW.intercept_id,))
        assert not _stops_then(bench)
        bench.controller.leave(KEY, (OTHER.intercept_id,))
        assert _stops_then(bench)
        (talk,) = bench.session.talks
        talk.say(im.WorkloadsRestored(7, ()))
        await settle()
        assert bench.session.talks[-1].requests == [im.Leave(WORKLOAD, only=(OTHER.intercept_id,))]


async def test_a_connection_that_goes_takes_what_waits_with_it() -> None:
    async with open_bench() as bench:
        talk = await _starting(bench, ROW)
        bench.controller.leave(KEY)
        bench.controller.show_connection(replace(UP, phase=Phase.DISCONNECTED))
        talk.say(CANCELLED)
        await settle()
        assert len(bench.session.talks) == 1


def test_cell_and_tray_say_that_it_is_stopped_next() -> None:
    operation = OperationView(KEY, Doing.MESH, "Joining", stops_then=True)
    cell = cell_of(WorkloadRow(*KEY, 3, 3, 1.0), (ROW,), operation, ROW.owner)
    assert cell.text == "Joining; then it is stopped"
    entries = menu_entries(MenuInput(replace(UP, intercepts=(ROW,)), stopping=frozenset({KEY})))
    (told,) = (entry for entry in entries if entry.text == "reviews is being stopped")
    assert (told.ask, told.enabled) == (None, False)


def test_it_is_told_once_to_who_looks_elsewhere() -> None:
    maker = NoticeMaker()
    queued = OperationView(KEY, Doing.MESH, "Joining", stops_then=True)
    assert maker.take_operations((replace(queued, stops_then=False),)) == ()
    (notice,) = maker.take_operations((queued,))
    assert (notice.title, notice.own) == ("reviews is stopped next", True)
    assert maker.take_operations((replace(queued, step="Undoing"),)) == ()


async def _proxy_begun(bench: window_bench.Bench) -> FakeTalk:
    """Of the workload that is chosen, by the inspector's switch; its operation is 7, the next one will be 8."""
    await bench.show()
    await bench.connected(window_bench.MINE)
    bench.store.change(muted_plans=frozenset(PlanKind))
    bench.window.choose_workload(window_bench.KEY)
    await bench.until(lambda: bench.window.inspector.key == window_bench.KEY)
    bench.session.answers = [im.OperationAccepted(7), im.OperationAccepted(8)]
    bench.window.inspector.toggle_proxy()
    talk = await bench.talk()
    await bench.until(lambda: len(bench.parts.intercepts.operations) == 1)
    return talk


async def test_the_trays_stop_in_the_middle_of_a_start(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with window_bench.open_bench(theme, qtbot, tmp_path, monkeypatch) as bench:
        page, talk = bench.window.inspector.page, await _proxy_begun(bench)
        bench.tray.leave_asked.emit(window_bench.KEY)
        await bench.until(lambda: talk.requests[-1] == im.CancelOperation(7))
        await bench.until(lambda: page.proxy.line.endswith("; then it is stopped …"))
        assert "reviews is being stopped" in [action.text() for action in bench.tray.menu.actions()]
        talk.say(CANCELLED)
        await bench.until(lambda: isinstance(bench.session.talks[-1].requests[0], im.Leave))
        bench.session.talks[-1].say(RESTORED)
        await bench.until(lambda: not bench.parts.intercepts.operations)
        await bench.connected()
        assert page.outcome.text == ""


async def test_the_inspectors_stop_in_the_middle_of_a_start(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with window_bench.open_bench(theme, qtbot, tmp_path, monkeypatch) as bench:
        page, talk = bench.window.inspector.page, await _proxy_begun(bench)
        (stop,) = (one for one in page.people.findChildren(QPushButton) if one.text() == "Stop")
        assert stop.isEnabled()
        stop.click()
        await bench.until(lambda: talk.requests[-1] == im.CancelOperation(7))
        await bench.until(lambda: page.proxy.line.endswith("; then it is stopped …"))
