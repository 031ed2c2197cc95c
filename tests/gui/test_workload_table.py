from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from app.controllers.views import WorkloadRow, WorkloadsView
from app.domain.catalogue import explain
from app.domain.errors import ErrorCode, Problem
from app.ui.browser.workload_model import Column, WorkloadFilter, WorkloadModel
from app.ui.browser.workload_table import WorkloadTable
from app.ui.theme import Theme
from tests.gui.sample_data import NOW, WORKLOADS


def _clock() -> float:
    return NOW


@pytest.fixture
def model(qapp: QCoreApplication) -> Iterator[WorkloadModel]:
    model = WorkloadModel(_clock)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    yield model
    tester.deleteLater()


@pytest.fixture
def table(theme: Theme, qtbot: QtBot) -> WorkloadTable:
    table = WorkloadTable(theme, _clock)
    qtbot.addWidget(table)
    table.show_scope("shop")
    return table


def _names(model: WorkloadFilter) -> list[str]:
    return [str(model.index(row, Column.NAME).data()) for row in range(model.rowCount())]


def test_rows_read_as_they_are(model: WorkloadModel) -> None:
    model.set_rows([WorkloadRow("StatefulSet", "shop", "mysql", 1, 2, NOW - 7200)])
    assert [model.index(0, column).data() for column in Column] == ["StatefulSet", "mysql", "shop", "1/2", "2h"]
    assert model.index(0, Column.READY).data(Qt.ItemDataRole.AccessibleTextRole) == "1 of 2 ready"


def test_update_touches_only_what_differs(model: WorkloadModel, qtbot: QtBot) -> None:
    model.set_rows(WORKLOADS)
    changed = replace(WORKLOADS[3], ready=2)
    added = replace(WORKLOADS[0], name="gift-cards")
    wanted = [row for row in (*WORKLOADS[:3], changed, *WORKLOADS[4:]) if row.name != "reviews"] + [added]
    touched: list[int] = []
    model.dataChanged.connect(lambda first, _last: touched.append(first.row()))
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignals([model.rowsRemoved, model.rowsInserted]):
        model.update_rows(wanted)
    assert touched == [2]
    assert {model.row(place) for place in range(model.rowCount())} == set(wanted)


def test_update_with_the_same_rows_is_silent(model: WorkloadModel, qtbot: QtBot) -> None:
    model.set_rows(WORKLOADS)
    with qtbot.assertNotEmitted(model.dataChanged), qtbot.assertNotEmitted(model.rowsInserted):
        model.update_rows(reversed(WORKLOADS))


def test_every_searched_word_must_be_found(model: WorkloadModel) -> None:
    model.set_rows(WORKLOADS)
    found = WorkloadFilter(model)
    found.search("STS my")
    assert _names(found) == ["mysql"]
    found.search("  ")
    assert found.rowCount() == len(WORKLOADS)


def test_ready_sorts_by_what_is_missing(model: WorkloadModel) -> None:
    model.set_rows(WORKLOADS)
    found = WorkloadFilter(model)
    found.sort(Column.READY, Qt.SortOrder.AscendingOrder)
    assert _names(found)[0] == "ratings"


def test_five_thousand_rows_are_searched_at_once(model: WorkloadModel) -> None:
    model.set_rows([WorkloadRow("Deployment", f"team-{n % 40}", f"service-{n}", 1, 1, NOW) for n in range(5000)])
    found = WorkloadFilter(model)
    found.sort(Column.NAME, Qt.SortOrder.AscendingOrder)
    found.search("service-4999")
    assert _names(found) == ["service-4999"]


def test_the_page_says_why_there_is_nothing(table: WorkloadTable, qtbot: QtBot) -> None:
    assert table.empty_head == "Loading workloads …"
    table.show_workloads(WorkloadsView())
    assert table.empty_head == "Nothing runs in shop"
    with qtbot.waitSignal(table.all_namespaces_asked):
        table.press_empty_button()
    table.show_problem(explain(Problem(ErrorCode.API_UNREACHABLE, {"server": "https://x", "problem": "refused"})))
    with qtbot.waitSignal(table.reload_asked):
        table.press_empty_button()
    table.show_workloads(WorkloadsView(WORKLOADS))
    assert table.empty_head == ""
    table.search("no such thing")
    assert table.empty_head == "No workload matches"
    table.press_empty_button()
    assert table.empty_head == ""


def test_without_a_context_the_page_names_the_kubeconfig(table: WorkloadTable) -> None:
    table.show_contexts_known(False)
    assert table.empty_head == "No Kubernetes context yet"


def test_rows_known_stay_while_the_cluster_is_away(table: WorkloadTable) -> None:
    table.show_workloads(WorkloadsView(WORKLOADS))
    table.show_problem(explain(Problem(ErrorCode.API_UNREACHABLE)))
    assert table.empty_head == ""
    assert table.note == "Not live: the API server cannot be reached"
