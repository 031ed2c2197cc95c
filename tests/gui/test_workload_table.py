from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QItemSelectionModel, QRect, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QStyleOptionViewItem, QToolButton
from pytestqt.qtbot import QtBot

from app.controllers.intercept_views import Doing, Health, InterceptRow, Key, OperationView
from app.controllers.views import WorkloadsView
from app.domain.catalogue import explain
from app.domain.errors import ErrorCode, Problem
from app.ui.browser.workload_columns import LEAST_NAME_WIDTH, Column, fit
from app.ui.browser.workload_model import WorkloadModel
from app.ui.browser.workload_table import WorkloadTable
from app.ui.theme import Theme, ThemeChoice
from tests.gui.dressing import put_on
from tests.gui.sample_data import NOW, WORKLOADS

REVIEWS: Key = ("Deployment", "shop", "reviews")
CART: Key = ("Deployment", "shop", "cart")
MYSQL: Key = ("StatefulSet", "shop", "mysql")


def _clock() -> float:
    return NOW


@pytest.fixture
def table(theme: Theme, qtbot: QtBot) -> WorkloadTable:
    table = WorkloadTable(theme, _clock)
    qtbot.addWidget(table)
    table.show_scope("shop")
    return table


@pytest.fixture
def filled(table: WorkloadTable) -> WorkloadTable:
    table.show_workloads(WorkloadsView(WORKLOADS))
    table.resize(900, 600)
    return table


def _names(model: WorkloadModel) -> list[str]:
    return [str(model.index(row, Column.NAME).data()) for row in range(model.rowCount())]


def _intercept(key: Key, *, mine: bool, health: Health = Health.ACTIVE) -> InterceptRow:
    owner = "me@laptop" if mine else "alice@pc"
    return InterceptRow(f"{owner}{key}", key, "mesh", "x-user=a", ("9080",), False, owner, mine, NOW, health)


def _chip(table: WorkloadTable, text: str) -> QToolButton:
    return next(chip for chip in table.findChildren(QToolButton) if chip.text() == text)


def _entries(table: WorkloadTable) -> dict[str, str]:
    """Texts of the menu, and why they cannot be chosen."""
    menu = table.menu()
    assert menu is not None
    found = {action.text(): action.toolTip() for action in menu.actions() if action.text()}
    assert all(action.isEnabled() == (not action.statusTip()) for action in menu.actions())
    menu.deleteLater()
    return found


def _choose(table: WorkloadTable, text: str) -> None:
    menu = table.menu()
    assert menu is not None
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.deleteLater()


@pytest.mark.parametrize("one_namespace", [True, False])
def test_columns_give_way_and_the_name_stays(one_namespace: bool) -> None:
    seen: set[Column] = set(Column)
    for width in range(1400, 280, -7):
        widths = fit(width, one_namespace=one_namespace)
        assert widths[Column.NAME] >= LEAST_NAME_WIDTH
        assert sum(widths.values()) <= width or width < 320
        assert set(widths) <= seen
        assert {Column.READY, Column.INTERCEPT} <= set(widths)
        seen = set(widths)
    assert {Column.KIND, Column.NAME, Column.INTERCEPT} <= set(fit(500, one_namespace=one_namespace))


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
    _chip(table, "Mine").click()
    assert table.empty_head == "No workload matches"
    table.press_empty_button()
    assert (table.empty_head, table.note) == ("", "12 workloads")


def test_without_a_context_the_page_names_the_kubeconfig(table: WorkloadTable) -> None:
    table.show_contexts_known(False)
    assert table.empty_head == "No Kubernetes context yet"


def test_rows_known_stay_while_the_cluster_is_away(filled: WorkloadTable) -> None:
    filled.show_problem(explain(Problem(ErrorCode.API_UNREACHABLE)))
    assert filled.empty_head == ""
    assert filled.note == "Not live: the API server cannot be reached"


def test_kinds_that_may_not_be_read_are_named(table: WorkloadTable) -> None:
    table.show_workloads(WorkloadsView(WORKLOADS, unreadable=("Pod",)))
    assert table.note == "12 workloads · you may not see Pods"


def test_chips_and_clear_all(filled: WorkloadTable) -> None:
    _chip(filled, "Unready").click()
    assert (filled.note, _chip(filled, "Unready").isChecked()) == ("1 of 12 workloads", True)
    filled.bar.clear_asked.emit()
    assert (filled.note, _chip(filled, "Unready").isChecked()) == ("12 workloads", False)


def test_kinds_are_chosen_several_at_once(filled: WorkloadTable) -> None:
    menu = _chip(filled, "Kind").menu()
    assert menu is not None
    closed: list[bool] = []
    menu.aboutToHide.connect(lambda: closed.append(True))
    for action in menu.actions()[:2]:
        menu.setActiveAction(action)
        QTest.keyClick(menu, Qt.Key.Key_Space)
    assert not closed
    assert _chip(filled, "2 kinds").accessibleName() == "2 kinds"
    assert filled.note == "11 of 12 workloads"


def test_the_selection_outlives_a_search(filled: WorkloadTable, qtbot: QtBot) -> None:
    heard: list[tuple[Key, ...]] = []
    filled.selection_changed.connect(heard.append)
    assert filled.select(REVIEWS)
    filled.search("reviews")
    filled.search("redis")
    filled.search("")
    assert heard == [(REVIEWS,), (), (REVIEWS,)]
    filled.show_workloads(WorkloadsView(tuple(row for row in WORKLOADS if row.name != "reviews")))
    assert heard[-1] == ()


def test_what_is_chosen_meanwhile_is_the_selection(filled: WorkloadTable) -> None:
    filled.select(REVIEWS)
    filled.search("redis")
    filled.view.selectRow(0)
    filled.search("")
    assert [key[2] for key in filled.selected] == ["redis"]


def test_selecting_a_hidden_workload_shows_it(filled: WorkloadTable) -> None:
    filled.search("redis")
    _chip(filled, "Mine").click()
    assert filled.select(MYSQL)
    assert (filled.selected, filled.note) == ((MYSQL,), "12 workloads")
    assert not filled.select(("Pod", "shop", "nobody"))
    row = filled.row_of(MYSQL)
    assert row is not None
    assert row.name == "mysql"


def test_several_are_selected_the_current_one_first(filled: WorkloadTable) -> None:
    filled.select(CART)
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    place = filled.model.places_of([REVIEWS])[0]
    filled.view.selectionModel().setCurrentIndex(filled.model.index(place, 0), flags)
    assert filled.selected == (REVIEWS, CART)
    assert filled.note == "12 workloads · 2 selected"
    entries = _entries(filled)
    assert entries["Mesh…"] == "Select one workload: each has its own plan."
    _choose(filled, "Copy 2 names")
    assert QGuiApplication.clipboard().text() == "reviews\ncart"


def test_the_menu_asks_for_what_can_be_done(filled: WorkloadTable, qtbot: QtBot) -> None:
    assert filled.menu() is None
    filled.select(REVIEWS)
    assert _entries(filled)["Stop intercept"] == "You do not intercept it."
    filled.show_intercepts([_intercept(REVIEWS, mine=True)])
    for text, signal in (
        ("Mesh…", filled.mesh_asked),
        ("Proxy…", filled.proxy_asked),
        ("Show details", filled.activated),
    ):
        with qtbot.waitSignal(signal) as asked:
            _choose(filled, text)
        assert asked.args == [REVIEWS]
    with qtbot.waitSignal(filled.leave_asked) as left:
        _choose(filled, "Stop intercept")
    assert left.args == [(REVIEWS,)]
    _choose(filled, "Copy address")
    assert QGuiApplication.clipboard().text() == "reviews.shop"
    _choose(filled, "Show only Deployments")
    assert filled.note == "9 of 12 workloads"


def test_what_is_not_allowed_says_why(filled: WorkloadTable, qtbot: QtBot) -> None:
    filled.select(REVIEWS)
    filled.show_intercepts([_intercept(REVIEWS, mine=True)])
    filled.set_permissions("You may only look.")
    entries = _entries(filled)
    assert [entries[text] for text in ("Mesh…", "Proxy…", "Stop intercept")] == ["You may only look."] * 3
    with qtbot.assertNotEmitted(filled.leave_asked):
        QTest.keyClick(filled.view, Qt.Key.Key_Delete)
    filled.set_permissions("")
    assert _entries(filled)["Mesh…"] != "You may only look."


def test_the_menu_says_why_a_workload_cannot_be_intercepted(table: WorkloadTable) -> None:
    table.show_workloads(WorkloadsView((replace(WORKLOADS[0], impossible="it is a static pod"),)))
    table.select(WORKLOADS[0].key)
    assert _entries(table)["Proxy…"] == "It is a static pod."


def test_beyond_one_namespace_the_menu_goes_into_one(table: WorkloadTable, qtbot: QtBot) -> None:
    table.show_scope(None)
    table.show_workloads(WorkloadsView(WORKLOADS))
    table.select(CART)
    with qtbot.waitSignal(table.namespace_asked) as asked:
        _choose(table, "Show only namespace shop")
    assert asked.args == ["shop"]


def test_keys_open_stop_and_copy(filled: WorkloadTable, qtbot: QtBot) -> None:
    filled.show_intercepts([_intercept(CART, mine=True)])
    search = filled.findChildren(QLineEdit)[0]
    QTest.keyClicks(search, "cart")
    QTest.keyClick(search, Qt.Key.Key_Down)
    assert filled.selected == (CART,)
    with qtbot.waitSignal(filled.activated) as opened:
        QTest.keyClick(filled.view, Qt.Key.Key_Return)
    assert opened.args == [CART]
    with qtbot.waitSignal(filled.leave_asked) as left:
        QTest.keyClick(filled.view, Qt.Key.Key_Delete)
    assert left.args == [(CART,)]
    QTest.keyClick(filled.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "cart"
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert filled.note == "12 workloads"


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_every_cell_can_be_painted(theme: Theme, filled: WorkloadTable, choice: ThemeChoice) -> None:
    put_on(theme, choice)
    held = [_intercept(CART, mine=True, health=Health.WAITING), _intercept(MYSQL, mine=False)]
    filled.show_intercepts(held)
    filled.show_operations([OperationView(REVIEWS, Doing.MESH, "Waiting for 2 of 3 pods")])
    filled.show_rates({CART: 5.0})
    for width in (1400, 500, 320):
        filled.resize(width, 600)
        assert not filled.grab().isNull()


def test_shapes_tell_whose_it_is(filled: WorkloadTable) -> None:
    """Drawn without a word beside them, in a column that is too narrow for words."""

    def drawn() -> bytes:
        image = QImage(40, 34, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        option = QStyleOptionViewItem()
        option.rect = QRect(0, 0, 40, 34)
        index = filled.model.index(filled.model.places_of([REVIEWS])[0], Column.INTERCEPT)
        filled.view.itemDelegate().paint(painter, option, index)
        painter.end()
        return bytes(image.constBits())

    mine, others = _intercept(REVIEWS, mine=True), _intercept(REVIEWS, mine=False)
    pictures = []
    for row in (mine, others, replace(mine, mode="proxy")):
        filled.show_intercepts([row])
        pictures.append(drawn())
    filled.show_intercepts([])
    assert len({*pictures, drawn()}) == 4
