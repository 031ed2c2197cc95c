"""The tray icon: the state by shape and colour, its truth in a tooltip, and the menu for every day."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from app.controllers.intercept_views import Doing, OperationView
from app.controllers.views import ConnectionView, ContextRow, Phase
from app.settings.preferences import Preferences
from app.ui.icons import icon
from app.ui.shell.tray_icon import tray_icon
from app.ui.shell.tray_menu import Ask, Entry, MenuInput, menu_entries
from app.ui.shell.tray_state import TrayState, tray_state
from app.ui.theme import Scheme, Theme
from app.ui.translation import tr_count
from app.ui.wording import STATE_COLOURS, STATE_GLYPHS, state_line

_PANEL_LOOK_MS = 300
"""After showing, or when the theme changed: by then the panel has drawn itself."""
_PANEL_WAIT_MS = 5_000
"""How often the panel is looked at: it may start after us, come back, and in another colour."""
_LIGHT_FROM = 128
_MESSAGE_MS = 10_000


class Tray(QObject):
    """Signals:
    open_asked: the user wants to see the window.
    toggle_asked: the icon was clicked: the window comes up, or goes if it is in front.
    connect_asked: str, the context to connect to.
    disconnect_asked: the user wants no connection.
    namespace_asked: str and str, a context and the namespace of it to look into.
    intercept_asked: Key, show this workload.
    leave_asked: Key, end own intercepts of this workload.
    leave_all_asked: end all own intercepts.
    settings_asked: the user wants the settings.
    quit_asked: the user wants no more Kubeferry.
    message_clicked: the message of `show_message` was clicked.
    availability_changed: bool, a panel with a tray came or went.
    """

    open_asked = Signal()
    toggle_asked = Signal()
    connect_asked = Signal(str)
    disconnect_asked = Signal()
    namespace_asked = Signal(str, str)
    intercept_asked = Signal(object)
    leave_asked = Signal(object)
    leave_all_asked = Signal()
    settings_asked = Signal()
    quit_asked = Signal()
    message_clicked = Signal()
    availability_changed = Signal(bool)

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._given = MenuInput()
        self._entries: tuple[Entry, ...] = ()
        self._pictured: list[tuple[QAction, Phase]] = []
        self._drawn: tuple[TrayState, bool] | None = None
        self._panel_is_dark = _guess_dark_panel(theme)
        self._wanted = False
        self._was_available = False
        self._menu = QMenu()
        self._menu.aboutToHide.connect(self._refresh_soon)
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)
        self._icon.messageClicked.connect(self.message_clicked)
        self._watch = QTimer(self)
        self._watch.setInterval(_PANEL_WAIT_MS)
        self._watch.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._watch.timeout.connect(self._look_for_panel)
        theme.changed.connect(self._theme_changed)
        self._refresh()

    @staticmethod
    def is_available() -> bool:
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def menu(self) -> QMenu:
        return self._menu

    @property
    def tool_tip(self) -> str:
        return self._icon.toolTip()

    @property
    def state(self) -> TrayState:
        return tray_state(self._given.view)

    def show(self) -> None:
        """From now on it is shown whenever there is a panel that has a place for it."""
        self._wanted = True
        self._was_available = self.is_available()
        self._icon.show()
        self._watch.start()
        QTimer.singleShot(_PANEL_LOOK_MS, self, self._look_at_panel)

    def hide(self) -> None:
        self._wanted = False
        self._watch.stop()
        self._icon.hide()

    def show_contexts(self, contexts: tuple[ContextRow, ...], chosen: str | None) -> None:
        """`chosen` is what plain "Connect" connects to."""
        self._take(replace(self._given, contexts=contexts, chosen=chosen))

    def show_chosen(self, chosen: str | None) -> None:
        self._take(replace(self._given, chosen=chosen))

    def show_view(self, view: ConnectionView) -> None:
        self._take(replace(self._given, view=view))

    def show_operations(self, operations: tuple[OperationView, ...]) -> None:
        """What is being done to workloads: a *Stop* that was asked for is not offered again."""
        stopping = (one.key for one in operations if one.doing is Doing.LEAVE or one.stops_then)
        self._take(replace(self._given, stopping=frozenset(stopping)))

    def show_preferences(self, preferences: Preferences) -> None:
        self._take(replace(self._given, preferences=preferences))

    def show_message(self, title: str, text: str) -> None:
        """For desktops without notifications of their own. Does nothing while the icon is not shown."""
        if self._icon.isVisible():
            self._icon.showMessage(title, text, QSystemTrayIcon.MessageIcon.NoIcon, _MESSAGE_MS)

    def _take(self, given: MenuInput) -> None:
        self._given = given
        self._refresh()

    def _refresh_soon(self) -> None:
        QTimer.singleShot(0, self, self._refresh)

    def _refresh(self) -> None:
        self._draw()
        self._icon.setToolTip(tool_tip(self._given.view))
        entries = menu_entries(self._given)
        if entries == self._entries or self._menu.isVisible():
            return  # Nothing moves under the pointer of somebody who is choosing.
        self._entries = entries
        self._pictured.clear()
        _clear(self._menu)
        self._fill(self._menu, entries)

    def _fill(self, menu: QMenu, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            if entry.children:
                self._fill(menu.addMenu(_escaped(entry.text)), entry.children)
            elif not entry.text:
                menu.addSeparator()
            else:
                menu.addAction(self._action(menu, entry))

    def _action(self, menu: QMenu, entry: Entry) -> QAction:
        action = QAction(_escaped(entry.text), menu)
        action.setEnabled(entry.enabled)
        if entry.checked is not None:
            action.setCheckable(True)
            action.setChecked(entry.checked)
        if entry.phase is not None:
            self._pictured.append((action, entry.phase))
            self._draw_picture(action, entry.phase)
        action.triggered.connect(lambda: self._asked(entry))
        return action

    def _draw_picture(self, action: QAction, phase: Phase) -> None:
        action.setIcon(icon(STATE_GLYPHS[phase], self._theme.colour(STATE_COLOURS[phase])))

    def _asked(self, entry: Entry) -> None:
        match entry.ask, entry.about:
            case Ask.CONNECT, str(context):
                self.connect_asked.emit(context)
            case Ask.NAMESPACE, (str(context), str(namespace)):
                self.namespace_asked.emit(context, namespace)
            case Ask.SHOW, key:
                self.intercept_asked.emit(key)
            case Ask.LEAVE, key:
                self.leave_asked.emit(key)
            case (Ask.OPEN | Ask.DISCONNECT | Ask.LEAVE_ALL | Ask.SETTINGS | Ask.QUIT) as ask, _:
                plain = {
                    Ask.OPEN: self.open_asked,
                    Ask.DISCONNECT: self.disconnect_asked,
                    Ask.LEAVE_ALL: self.leave_all_asked,
                    Ask.SETTINGS: self.settings_asked,
                    Ask.QUIT: self.quit_asked,
                }
                plain[ask].emit()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.toggle_asked.emit()
        elif reason is QSystemTrayIcon.ActivationReason.MiddleClick:
            self.open_asked.emit()

    def _theme_changed(self) -> None:
        for action, phase in self._pictured:
            self._draw_picture(action, phase)
        self._drawn = None
        self._refresh()
        QTimer.singleShot(_PANEL_LOOK_MS, self, self._look_at_panel)

    def _look_for_panel(self) -> None:
        """Qt shows the icon again by itself on most desktops; where it does not, hiding and showing it does."""
        is_available = self.is_available()
        if is_available == self._was_available:
            self._look_at_panel()
            return
        self._was_available = is_available
        if is_available and self._wanted:
            self._icon.hide()
            self._icon.show()
            QTimer.singleShot(_PANEL_LOOK_MS, self, self._look_at_panel)
        self.availability_changed.emit(is_available)

    def _look_at_panel(self) -> None:
        self._panel_is_dark = _is_panel_dark(self._icon.geometry(), _guess_dark_panel(self._theme))
        self._draw()

    def _draw(self) -> None:
        wanted = self.state, self._panel_is_dark
        if wanted != self._drawn:
            self._drawn = wanted
            self._icon.setIcon(tray_icon(wanted[0], on_dark=wanted[1]))


def tool_tip(view: ConnectionView) -> str:
    """The state, how many own intercepts there are, and what is wrong, a line each."""
    lines = [f"Kubeferry: {state_line(view)}"]
    if view.intercepts:
        lines.append(tr_count(len(view.intercepts), "1 intercept", "{count} intercepts"))
    if view.problem is not None:
        lines.append(view.problem.title)
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """A menu takes an ampersand for the mark of a key."""
    return text.replace("&", "&&")


def _clear(menu: QMenu) -> None:
    for action in menu.actions():
        inner = action.menu()
        menu.removeAction(action)
        (inner if isinstance(inner, QObject) else action).deleteLater()


def _guess_dark_panel(theme: Theme) -> bool:
    """Panels are dark far more often than not, and a light one goes with a light desktop that says so."""
    system_is_light = QGuiApplication.styleHints().colorScheme().name == "Light"
    return theme.scheme is Scheme.DARK or not system_is_light


def _is_panel_dark(icon_place: QRect, otherwise: bool) -> bool:
    """What the panel looks like at the icon's corner. Only X11 lets a program see that."""
    screen = QGuiApplication.screenAt(icon_place.center())
    if QGuiApplication.platformName() != "xcb" or screen is None or icon_place.isEmpty():
        return otherwise
    corner = icon_place.topLeft() - screen.geometry().topLeft()
    image = screen.grabWindow(0, corner.x(), corner.y(), 1, 1).toImage()
    return otherwise if image.isNull() else image.pixelColor(0, 0).lightness() < _LIGHT_FROM
