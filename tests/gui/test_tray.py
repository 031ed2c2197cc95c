from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QColor, QImage
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.controllers.intercept_views import Health, InterceptRow
from app.controllers.views import ConnectionView, Phase
from app.settings.preferences import Preferences
from app.ui.shell.no_tray_note import NoTrayNote
from app.ui.shell.raising import toggle_window
from app.ui.shell.tray import Tray, tool_tip
from app.ui.shell.tray_icon import tray_icon, tray_pixmap
from app.ui.shell.tray_state import LOOKS, TrayState, tray_state
from app.ui.theme import Theme, ThemeChoice
from tests.gui import sample_data
from tests.gui.dressing import put_on

OFFSCREEN = "This plugin does not support"
"""What Qt's offscreen platform says where a screen would do something."""
_KEY = ("Deployment", "shop", "reviews")
MESH = InterceptRow(
    "1", _KEY, "mesh", "x-user=alice", ("9080:8080",), False, "alice", True, sample_data.NOW, Health.ACTIVE, 3, 3
)
PROXY = replace(MESH, intercept_id="2", key=("StatefulSet", "shop", "a&b"), mode="proxy", rule="")
MESHED = replace(sample_data.CONNECTED, intercepts=(MESH,))
RECENT = msgspec.structs.replace(
    Preferences(), recent_contexts=("kind-dev", "gone", "staging-eu"), recent_namespaces={"staging-eu": ("shop", "web")}
)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def tray(theme: Theme, window: QWidget) -> Tray:
    tray = Tray(theme, window)
    tray.show_contexts(sample_data.CONTEXTS, "staging-eu")
    tray.show_view(ConnectionView(Phase.DISCONNECTED))
    return tray


def _texts(menu: QMenu) -> list[str]:
    return [action.text() or "-" for action in menu.actions()]


def _action(tray: Tray, text: str) -> QAction:
    return next(action for action in tray.menu.actions() if action.text() == text)


def _inner(tray: Tray, text: str) -> QMenu:
    inner = _action(tray, text).menu()
    assert isinstance(inner, QMenu)
    return inner


@pytest.mark.parametrize(
    ("view", "state"),
    [
        (ConnectionView(), TrayState.DISCONNECTED),
        (ConnectionView(Phase.DISCONNECTED), TrayState.DISCONNECTED),
        (sample_data.CONNECTING, TrayState.CONNECTING),
        (ConnectionView(Phase.RECONNECTING), TrayState.CONNECTING),
        (sample_data.CONNECTED, TrayState.CONNECTED),
        (sample_data.DEGRADED, TrayState.DEGRADED),
        (sample_data.FAILED, TrayState.ERROR),
        (ConnectionView(Phase.NEEDS_LOGIN), TrayState.LOGIN),
        (MESHED, TrayState.INTERCEPT),
        (replace(MESHED, intercepts=(replace(MESH, health=Health.WAITING),)), TrayState.CONNECTED),
        (replace(MESHED, phase=Phase.DEGRADED), TrayState.DEGRADED),
    ],
)
def test_the_state_of_a_view(view: ConnectionView, state: TrayState) -> None:
    assert tray_state(view) is state


def _image(state: TrayState, size: int, *, on_dark: bool = True) -> QImage:
    return tray_pixmap(state, size, on_dark=on_dark).toImage().convertToFormat(QImage.Format.Format_ARGB32)


def _shape(image: QImage) -> frozenset[tuple[int, int]]:
    """Pixels that are more than half covered, whatever their colour."""
    edge = range(image.width())
    return frozenset((x, y) for x in edge for y in edge if image.pixelColor(x, y).alpha() > 127)


def _colours(image: QImage) -> set[str]:
    edge = range(image.width())
    return {image.pixelColor(x, y).name() for x in edge for y in edge if image.pixelColor(x, y).alpha() == 255}


@pytest.mark.parametrize("size", [16, 22, 44])
def test_states_are_told_apart_by_shape_alone(qapp: QCoreApplication, size: int) -> None:
    shapes = {state: _shape(_image(state, size)) for state in TrayState}
    least = size * size // 120
    for one in TrayState:
        for other in TrayState:
            if one is not other:
                assert len(shapes[one] ^ shapes[other]) >= least, f"{one} looks like {other}"


@pytest.mark.parametrize("on_dark", [True, False])
def test_states_are_told_apart_by_colour_alone(qapp: QCoreApplication, on_dark: bool) -> None:
    looks = [(look.state, look.mark) for look in LOOKS.values()]
    assert len(set(looks)) == len(looks)
    colours = [frozenset(_colours(_image(state, 44, on_dark=on_dark))) for state in TrayState]
    assert len(set(colours)) == len(colours)


@pytest.mark.parametrize("on_dark", [True, False])
def test_the_icon_can_be_seen_on_its_panel(qapp: QCoreApplication, on_dark: bool) -> None:
    for state in TrayState:
        for name in _colours(_image(state, 22, on_dark=on_dark)):
            lightness = QColor(name).lightnessF()
            assert lightness > 0.45 if on_dark else lightness < 0.55


def test_the_icon_is_drawn_for_each_size(qapp: QCoreApplication) -> None:
    made = tray_icon(TrayState.CONNECTED, on_dark=True)
    assert {size.width() for size in made.availableSizes()} >= {22, 44}


def test_the_menu_while_there_is_no_connection(tray: Tray, qtbot: QtBot) -> None:
    assert _texts(tray.menu) == [
        "Disconnected",
        "-",
        "Connect to staging-eu",
        "-",
        "Connect to another context",
        "-",
        "Open Kubeferry",
        "Settings…",
        "Quit",
    ]
    with qtbot.waitSignal(tray.connect_asked) as asked:
        _action(tray, "Connect to staging-eu").trigger()
    assert asked.args == ["staging-eu"]
    others = _inner(tray, "Connect to another context").actions()
    assert [action.text() for action in others] == ["staging-us", "team-sandbox", "kind-dev"]
    with qtbot.waitSignal(tray.connect_asked) as asked:
        others[-1].trigger()
    assert asked.args == ["kind-dev"]


def test_recent_contexts_and_namespaces_are_at_hand(tray: Tray, qtbot: QtBot) -> None:
    tray.show_preferences(RECENT)
    assert "Connect to kind-dev" in _texts(tray.menu)
    tray.show_view(sample_data.CONNECTED)
    texts = _texts(tray.menu)
    assert texts[:3] == ["Connected · staging-eu ▸ shop", "-", "Disconnect"]
    assert texts[4:6] == ["Switch to kind-dev", "Switch to another context"]
    assert _action(tray, "shop").isChecked()
    with qtbot.waitSignal(tray.namespace_asked) as asked:
        _action(tray, "web").trigger()
    assert asked.args == ["staging-eu", "web"]


def test_each_intercept_has_its_stop(tray: Tray, qtbot: QtBot) -> None:
    tray.show_view(replace(MESHED, intercepts=(MESH, replace(PROXY, health=Health.ABSENT))))
    texts = _texts(tray.menu)
    at = texts.index("Your 2 intercepts")
    assert texts[at + 1 : at + 6] == [
        "reviews · mesh x-user=alice",
        "Stop reviews",
        "a&&b · proxy · not reached",
        "Stop a&&b",
        "Stop all intercepts",
    ]
    with qtbot.waitSignal(tray.leave_asked) as asked:
        _action(tray, "Stop reviews").trigger()
    assert asked.args == [_KEY]
    with qtbot.waitSignal(tray.intercept_asked) as asked:
        _action(tray, "reviews · mesh x-user=alice").trigger()
    assert asked.args == [_KEY]
    with qtbot.waitSignal(tray.leave_all_asked):
        _action(tray, "Stop all intercepts").trigger()


def test_the_words_for_quitting_say_what_it_does(tray: Tray) -> None:
    tray.show_view(sample_data.CONNECTED)
    assert _texts(tray.menu)[-1] == "Disconnect and quit"
    tray.show_preferences(Preferences(keep_connected=True))
    assert _texts(tray.menu)[-1] == "Quit and stay connected"


def test_what_is_under_way_can_be_called_off(tray: Tray, qtbot: QtBot) -> None:
    tray.show_view(sample_data.CONNECTING)
    with qtbot.waitSignal(tray.disconnect_asked):
        _action(tray, "Cancel connecting").trigger()
    tray.show_view(ConnectionView(Phase.DISCONNECTING, "staging-eu"))
    assert not _action(tray, "Connect to staging-eu").isEnabled()


@pytest.mark.parametrize(
    ("text", "signal"),
    [("Disconnected", "open_asked"), ("Open Kubeferry", "open_asked"), ("Settings…", "settings_asked")],
)
def test_what_is_always_there(tray: Tray, qtbot: QtBot, text: str, signal: str) -> None:
    with qtbot.waitSignal(getattr(tray, signal)):
        _action(tray, text).trigger()


def test_a_menu_that_says_the_same_is_not_made_anew(tray: Tray) -> None:
    tray.show_view(sample_data.CONNECTED)
    before = tray.menu.actions()
    tray.show_view(replace(sample_data.CONNECTED, rtt_s=0.5))
    assert tray.menu.actions() == before


@pytest.mark.qt_log_ignore(OFFSCREEN)
def test_a_menu_that_is_open_waits(tray: Tray, qtbot: QtBot) -> None:
    tray.menu.popup(tray.menu.pos())
    tray.show_view(sample_data.CONNECTED)
    assert _texts(tray.menu)[0] == "Disconnected"
    tray.menu.close()
    qtbot.waitUntil(lambda: _texts(tray.menu)[0] == "Connected · staging-eu ▸ shop")


def test_the_tooltip_tells_the_truth(tray: Tray) -> None:
    assert tray.tool_tip == "Kubeferry: Disconnected"
    assert tool_tip(MESHED) == "Kubeferry: Connected · staging-eu ▸ shop\n1 intercept"
    assert tool_tip(sample_data.FAILED).splitlines()[1] == "The API server cannot be reached"
    assert tool_tip(sample_data.CONNECTING).startswith("Kubeferry: Connecting: Waiting for the traffic manager")


def test_a_click_on_the_icon_toggles(tray: Tray, qtbot: QtBot) -> None:
    (icon,) = tray.findChildren(QSystemTrayIcon)
    with qtbot.waitSignal(tray.toggle_asked):
        icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    with qtbot.assertNotEmitted(tray.toggle_asked):
        icon.activated.emit(QSystemTrayIcon.ActivationReason.Context)


@pytest.mark.qt_log_ignore(OFFSCREEN)
def test_a_window_in_front_goes_and_any_other_comes(window: QWidget, qtbot: QtBot) -> None:
    toggle_window(window)
    qtbot.waitUntil(window.isActiveWindow)
    toggle_window(window)
    assert not window.isVisible()


@pytest.mark.qt_log_ignore("No such signal QPlatformNativeInterface")
def test_a_panel_that_comes_late_gets_the_icon(tray: Tray, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    (icon,) = tray.findChildren(QSystemTrayIcon)
    tray.show()
    monkeypatch.setattr(Tray, "is_available", staticmethod(lambda: True))
    shown: list[str] = []
    monkeypatch.setattr(icon, "show", lambda: shown.append("shown"), raising=False)
    with qtbot.waitSignal(tray.availability_changed) as changed:
        tray._look_for_panel()
    assert changed.args == [True]
    tray.hide()


def test_colours_follow_the_theme(tray: Tray, theme: Theme) -> None:
    before = _action(tray, "Disconnected").icon().cacheKey()
    put_on(theme, ThemeChoice.DARK)
    assert _action(tray, "Disconnected").icon().cacheKey() != before


@pytest.mark.qt_log_ignore(OFFSCREEN)
def test_no_tray_is_said_once(theme: Theme, qtbot: QtBot) -> None:
    note = NoTrayNote(theme)
    qtbot.addWidget(note)
    assert not note.isVisible()
    note.tell(keeps_connected=False)
    assert note.isVisible()
    assert "disconnects and quits" in note.accessibleName()
    with qtbot.waitSignal(note.told):
        note.findChildren(QToolButton)[0].click()
    assert not note.isVisible()
