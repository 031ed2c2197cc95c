from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from app.controllers.intercept_views import Health, InterceptRow, Key
from app.controllers.views import WorkloadRow
from app.ui.browser.workload_columns import Column
from app.ui.browser.workload_filter import WorkloadFilter
from app.ui.browser.workload_model import WorkloadModel
from tests.gui.sample_data import NOW, WORKLOADS

REVIEWS: Key = ("Deployment", "shop", "reviews")
CART: Key = ("Deployment", "shop", "cart")
MYSQL: Key = ("StatefulSet", "shop", "mysql")


def _clock() -> float:
    return NOW


@pytest.fixture
def model(qapp: QCoreApplication) -> Iterator[WorkloadModel]:
    model = WorkloadModel(_clock)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    yield model
    tester.deleteLater()


def _names(model: WorkloadModel) -> list[str]:
    return [str(model.index(row, Column.NAME).data()) for row in range(model.rowCount())]


def _intercept(key: Key, *, mine: bool, health: Health = Health.ACTIVE) -> InterceptRow:
    owner = "me@laptop" if mine else "alice@pc"
    return InterceptRow(f"{owner}{key}", key, "mesh", "x-user=a", ("9080",), False, owner, mine, NOW, health)


def test_rows_read_as_they_are(model: WorkloadModel) -> None:
    model.set_rows([WorkloadRow("StatefulSet", "shop", "mysql", 1, 2, NOW - 7200)])
    shown = [model.index(0, column).data() for column in Column]
    assert shown == ["StatefulSet", "mysql", "shop", "1/2", "2h", "—", "—"]
    spoken = [model.index(0, column).data(Qt.ItemDataRole.AccessibleTextRole) for column in Column]
    assert spoken[3:] == ["1 of 2 ready", "2h", "Not intercepted", "No traffic"]


def test_an_unknown_age_is_no_age(model: WorkloadModel) -> None:
    model.set_rows([WorkloadRow("Pod", "shop", "x", 1, 1, 0.0)])
    assert model.index(0, Column.AGE).data() == "—"


def test_update_touches_only_what_differs(model: WorkloadModel, qtbot: QtBot) -> None:
    model.set_rows(WORKLOADS)
    changed = replace(WORKLOADS[3], ready=2)
    added = replace(WORKLOADS[0], name="gift-cards")
    wanted = [row for row in (*WORKLOADS[:3], changed, *WORKLOADS[4:]) if row.name != "reviews"] + [added]
    touched: list[str] = []
    model.dataChanged.connect(lambda first, _last: touched.append(model.entry(first.row()).row.name))
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignals([model.rowsRemoved, model.rowsInserted]):
        model.update_rows(wanted)
    assert touched == ["ratings"]
    assert _names(model) == sorted(row.name for row in wanted)


def test_update_with_the_same_rows_is_silent(model: WorkloadModel, qtbot: QtBot) -> None:
    model.set_rows(WORKLOADS)
    with qtbot.assertNotEmitted(model.dataChanged), qtbot.assertNotEmitted(model.rowsInserted):
        model.update_rows(reversed(WORKLOADS))


def test_a_row_that_changes_its_place_takes_what_points_to_it_along(model: WorkloadModel, qtbot: QtBot) -> None:
    model.set_rows(WORKLOADS)
    model.sort(Column.READY)
    assert _names(model)[0] == "ratings"
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.layoutChanged):
        model.update_rows([replace(row, ready=0) if row.name == "mysql" else row for row in WORKLOADS])
    assert _names(model)[:2] == ["mysql", "ratings"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("STS my", ["mysql"]),
        ("deploy reviews", ["reviews"]),
        ("tier=web", ["cart"]),
        ("cart:1.4", ["cart"]),
        ("  ", [row.name for row in sorted(WORKLOADS, key=lambda row: row.name)]),
        ("cartdeployment", []),
    ],
)
def test_every_searched_word_must_be_found(model: WorkloadModel, search: str, found: list[str]) -> None:
    dressed = [
        replace(row, labels=(("tier", "web"),), images=("shop/Cart:1.4",)) if row.name == "cart" else row
        for row in WORKLOADS
    ]
    model.set_rows(dressed)
    model.choose(WorkloadFilter().searching(search))
    assert _names(model) == found


def test_a_new_label_is_found_at_once(model: WorkloadModel) -> None:
    model.set_rows(WORKLOADS)
    model.choose(WorkloadFilter().searching("tier=web"))
    model.update_rows([replace(row, labels=(("tier", "web"),)) if row.name == "cart" else row for row in WORKLOADS])
    assert _names(model) == ["cart"]
    model.update_rows([row for row in WORKLOADS if row.name != "redis"])
    assert (_names(model), model.known) == ([], len(WORKLOADS) - 1)


def test_chips_take_rows_away(model: WorkloadModel) -> None:
    model.set_rows(WORKLOADS)
    model.show_intercepts([_intercept(REVIEWS, mine=True), _intercept(CART, mine=False)])
    model.choose(WorkloadFilter(mine=True))
    assert _names(model) == ["reviews"]
    model.choose(WorkloadFilter(intercepted=True))
    assert _names(model) == ["cart", "reviews"]
    model.choose(WorkloadFilter(unready=True))
    assert _names(model) == ["ratings"]
    model.choose(WorkloadFilter(kinds=frozenset({"StatefulSet", "DaemonSet"})))
    assert _names(model) == ["log-agent", "mysql", "redis"]


def test_a_row_leaves_the_filter_when_its_intercept_ends(model: WorkloadModel) -> None:
    model.set_rows(WORKLOADS)
    model.show_intercepts([_intercept(REVIEWS, mine=True)])
    model.choose(WorkloadFilter(mine=True))
    model.show_intercepts([])
    assert _names(model) == []


def test_what_is_told_of_a_workload_before_it_comes_is_kept(model: WorkloadModel) -> None:
    model.show_intercepts([_intercept(REVIEWS, mine=True)])
    model.set_rows(WORKLOADS)
    model.sort(Column.INTERCEPT)
    assert (_names(model)[0], model.index(0, Column.INTERCEPT).data()) == ("reviews", "mesh · you")


def test_five_thousand_rows_are_searched_at_once(model: WorkloadModel) -> None:
    model.set_rows([WorkloadRow("Deployment", f"team-{n % 40}", f"service-{n}", 1, 1, NOW) for n in range(5000)])
    model.choose(WorkloadFilter().searching("service-4999"))
    assert _names(model) == ["service-4999"]


def test_traffic_is_remembered_for_a_minute_and_forgotten_after_it(model: WorkloadModel) -> None:
    model.set_rows(WORKLOADS)
    model.show_rates({REVIEWS: 2000.0})
    model.show_rates({REVIEWS: 1000.0})
    place = model.places_of([REVIEWS])[0]
    index = model.index(place, Column.TRAFFIC)
    assert index.data() == "1.0 kB/s"
    assert "at most 2.0 kB/s" in index.data(Qt.ItemDataRole.ToolTipRole)
    for _ in range(60):
        model.show_rates({})
    assert index.data() == "—"
    assert model.entry(place).rates is None


def test_tool_tips_are_no_html(model: WorkloadModel) -> None:
    model.set_rows([replace(WORKLOADS[0], labels=(("a", "<img src=x>"),))])
    assert "&lt;img" in model.index(0, Column.NAME).data(Qt.ItemDataRole.ToolTipRole)
