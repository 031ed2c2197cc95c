from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListView, QMenu, QScrollArea
from pytestqt.qtbot import QtBot

from app.controllers.views import ConnectionView, ContextRow, Phase
from app.settings.store import PreferenceStore
from app.ui.browser.navigation_list import NavigationList
from app.ui.browser.navigation_rows import Heads, RowKind, newest_first, rows_of
from app.ui.browser.sidebar import Sidebar
from app.ui.theme import Theme
from tests.gui.sample_data import CONTEXTS, NAMESPACES

MANY_NAMESPACES = (*NAMESPACES, "team-a", "team-b", "team-c")
HEADS = Heads("RECENT", "OTHERS", "All namespaces")


@pytest.fixture
def store() -> PreferenceStore:
    return PreferenceStore()


@pytest.fixture
def sidebar(theme: Theme, qtbot: QtBot, store: PreferenceStore) -> Iterator[Sidebar]:
    around = QScrollArea()
    qtbot.addWidget(around)
    sidebar = Sidebar(theme, store=store)
    around.setWidget(sidebar)
    around.setWidgetResizable(True)
    around.resize(400, 700)
    sidebar.show_contexts(CONTEXTS, "staging-eu")
    sidebar.show_namespaces(MANY_NAMESPACES, "shop")
    around.show()
    yield sidebar
    around.close()


def _lists(sidebar: Sidebar) -> tuple[NavigationList, NavigationList]:
    contexts, namespaces = sidebar.findChildren(NavigationList)
    return contexts, namespaces


def _shown(places: QListView) -> list[str]:
    model = places.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def _trigger(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.deleteLater()


def _search(sidebar: Sidebar, name: str) -> QLineEdit:
    return next(field for field in sidebar.findChildren(QLineEdit) if field.accessibleName() == name)


def test_favourites_are_first_then_recent_ones_then_all_the_others() -> None:
    rows = rows_of(MANY_NAMESPACES, favourites=("shop", "gone"), recents=("team-b", "shop"), search="", heads=HEADS)
    assert [row.text for row in rows[:6]] == ["All namespaces", "shop", "RECENT", "team-b", "OTHERS", "default"]
    assert [row.kind for row in rows[:4]] == [RowKind.ALL, RowKind.PLACE, RowKind.HEAD, RowKind.PLACE]
    names = [row.name for row in rows if row.kind is RowKind.PLACE]
    assert sorted(map(str, names)) == sorted(MANY_NAMESPACES)


def test_a_short_list_has_no_sections() -> None:
    rows = rows_of(("a", "b"), favourites=(), recents=("b",), search="", heads=HEADS)
    assert [row.text for row in rows] == ["All namespaces", "a", "b"]


def test_what_begins_with_the_word_is_found_first() -> None:
    found = rows_of(("my-shop", "shop-b", "shop", "x"), favourites=("shop",), recents=(), search="Shop", heads=HEADS)
    assert [row.text for row in found] == ["shop", "shop-b", "my-shop"]


def test_only_the_last_five_are_recent() -> None:
    names: tuple[str, ...] = ()
    for name in ("a", "b", "c", "d", "e", "a", "f"):
        names = newest_first(name, names)
    assert names == ("f", "a", "e", "d", "c")


def test_a_star_makes_a_favourite_of_its_context(sidebar: Sidebar, store: PreferenceStore, qtbot: QtBot) -> None:
    _, namespaces = _lists(sidebar)
    place = namespaces.visualRect(namespaces.places.index(namespaces.places.place_of("payments"))).center()
    with qtbot.assertNotEmitted(sidebar.namespace_chosen):
        QTest.mouseClick(namespaces.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(24, place.y()))
    assert store.value.favourites == {"staging-eu": ("payments",)}
    assert _shown(namespaces)[:3] == ["All namespaces", "payments", "default"]
    index = namespaces.places.index(1)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "payments, favourite"
    sidebar.show_contexts(CONTEXTS, "kind-dev")
    sidebar.show_namespaces(MANY_NAMESPACES, "shop")
    assert _shown(namespaces)[1] == "default"


def test_the_keyboard_and_the_menu_make_favourites_too(sidebar: Sidebar, store: PreferenceStore) -> None:
    _, namespaces = _lists(sidebar)
    QTest.keyClick(namespaces, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert store.value.favourites == {"staging-eu": ("shop",)}
    assert namespaces.current_name() == "shop"
    _trigger(sidebar.namespace_menu("team-a"), "Add to favourites")
    assert store.value.favourites == {"staging-eu": ("team-a", "shop")}
    for name in ("team-a", "shop"):
        _trigger(sidebar.namespace_menu(name), "Remove from favourites")
    assert store.value.favourites == {}


def test_recent_namespaces_move_when_nobody_points_at_the_list(sidebar: Sidebar, store: PreferenceStore) -> None:
    _, namespaces = _lists(sidebar)
    before = _shown(namespaces)
    for name in ("team-b", "ingress"):
        _trigger(sidebar.namespace_menu(name), f"Show {name}")
    assert store.value.recent_namespaces == {"staging-eu": ("ingress", "team-b")}
    assert _shown(namespaces) == before
    namespaces.left.emit()
    assert _shown(namespaces)[:5] == ["All namespaces", "RECENT", "ingress", "team-b", "OTHERS"]
    assert namespaces.current_name() == "ingress"


def test_heads_are_passed_over(sidebar: Sidebar, store: PreferenceStore, qtbot: QtBot) -> None:
    _, namespaces = _lists(sidebar)
    store.change(recent_namespaces={"staging-eu": ("ingress",)})
    namespaces.left.emit()
    sidebar.choose_namespace("ingress")
    with qtbot.waitSignal(sidebar.namespace_chosen) as chosen:
        QTest.keyClick(namespaces, Qt.Key.Key_Down)
    assert chosen.args == ["default"]
    with qtbot.waitSignal(sidebar.namespace_chosen) as chosen:
        QTest.keyClick(namespaces, Qt.Key.Key_Home)
    assert chosen.args == [None]


def test_namespaces_are_searched(sidebar: Sidebar, qtbot: QtBot) -> None:
    _, namespaces = _lists(sidebar)
    search = _search(sidebar, "Search namespaces")
    with qtbot.assertNotEmitted(sidebar.namespace_chosen):
        QTest.keyClicks(search, "team")
    assert _shown(namespaces) == ["team-a", "team-b", "team-c"]
    with qtbot.waitSignal(sidebar.namespace_chosen) as chosen:
        QTest.keyClick(search, Qt.Key.Key_Return)
    assert chosen.args == ["team-a"]
    assert (search.text(), namespaces.current_name()) == ("", "team-a")
    QTest.keyClicks(search, "x")
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""


def test_few_namespaces_need_no_search(sidebar: Sidebar) -> None:
    search = _search(sidebar, "Search namespaces")
    assert search.isVisible()
    sidebar.show_namespaces(("a", "b"), "a")
    assert not search.isVisible()


def test_many_contexts_are_searched(sidebar: Sidebar) -> None:
    contexts, _ = _lists(sidebar)
    search = _search(sidebar, "Search contexts")
    assert not search.isVisible()
    many = tuple(ContextRow(f"lab-{number}", "lab", "default", is_current=False) for number in range(20))
    sidebar.show_contexts((*CONTEXTS, *many), "staging-eu")
    assert search.isVisible()
    search.setText("lab 19")
    assert _shown(contexts) == ["lab-19"]


def test_recent_contexts_are_kept(sidebar: Sidebar, store: PreferenceStore) -> None:
    sidebar.show_contexts(CONTEXTS, "kind-dev")
    sidebar.show_contexts(CONTEXTS, "kind-dev")
    assert store.value.recent_contexts == ("kind-dev", "staging-eu")


def test_production_is_marked_by_shape_and_word(sidebar: Sidebar, store: PreferenceStore) -> None:
    contexts, _ = _lists(sidebar)
    before = contexts.grab().toImage()
    _trigger(sidebar.context_menu("staging-us"), "Mark as production")
    assert store.value.production == {"staging-us"}
    index = contexts.places.index(contexts.places.place_of("staging-us"))
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "staging-us, disconnected, production"
    assert contexts.grab().toImage() != before
    _trigger(sidebar.context_menu("staging-us"), "Mark as production")
    assert store.value.production == frozenset()


def test_a_context_connects_from_its_menu(sidebar: Sidebar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sidebar.connect_asked) as asked:
        _trigger(sidebar.context_menu("kind-dev"), "Connect to kind-dev")
    assert asked.args == ["kind-dev"]
    sidebar.show_connection(ConnectionView(Phase.CONNECTED, "kind-dev"))
    menu = sidebar.context_menu("kind-dev")
    assert (menu.actions()[0].isEnabled(), menu.actions()[0].toolTip()) == (
        False,
        "This machine is connected to it already.",
    )
    _trigger(menu, "Copy name")
    assert QGuiApplication.clipboard().text() == "kind-dev"


def test_the_right_button_chooses_nothing(sidebar: Sidebar, qtbot: QtBot) -> None:
    contexts, _ = _lists(sidebar)
    place = QPointF(contexts.visualRect(contexts.places.index(2)).center())
    button, none = Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier
    press = QMouseEvent(QEvent.Type.MouseButtonPress, place, contexts.mapToGlobal(place), button, button, none)
    with qtbot.assertNotEmitted(sidebar.context_chosen):
        QApplication.sendEvent(contexts.viewport(), press)


def test_namespaces_that_come_and_go_leave_the_choice_alone(sidebar: Sidebar, qtbot: QtBot) -> None:
    _, namespaces = _lists(sidebar)
    with qtbot.assertNotEmitted(sidebar.namespace_chosen):
        sidebar.show_namespaces(("a", *MANY_NAMESPACES), "shop")
        sidebar.show_namespaces(("a", "b"), "shop")
        sidebar.show_namespaces(MANY_NAMESPACES, "shop")
    assert namespaces.current_name() == "shop"


def test_five_hundred_namespaces_are_quick(sidebar: Sidebar) -> None:
    names = tuple(sorted(f"team-{number}" for number in range(500)))
    sidebar.show_namespaces(names, "team-7")
    before = time.perf_counter()
    sidebar.show_namespaces((*names, "zoo"), "team-7")
    _search(sidebar, "Search namespaces").setText("49")
    sidebar.grab()
    assert time.perf_counter() - before < 0.5
