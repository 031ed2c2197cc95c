"""The window as one of the desktop's programs: keys, palette, menu, settings, tray, notifications, its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.controllers.intercept_views import Key
from app.controllers.notices import Action
from app.platform.autostart import Autostart
from app.settings.preferences import Preferences
from app.ui.composition import Controllers
from app.ui.diagnostics.diagnostics_dialog import Page
from app.ui.first_run.binding import bind_list
from app.ui.plans.change_flow import ChangeFlow
from app.ui.settings.settings_dialog import SettingsDialog
from app.ui.shell.notifier import Notifier
from app.ui.shell.palette import Palette
from app.ui.shell.raising import raise_window, toggle_window
from app.ui.shell.shortcut_sheet import ShortcutSheet
from app.ui.shell.shortcuts import Does, bind_shortcuts, elsewhere_lines
from app.ui.shell.single_instance import SingleInstance
from app.ui.shell.tray import Tray
from app.ui.theme import Theme, ThemeChoice
from app.ui.window import Window
from app.ui.wiring.commands import commands_now
from app.ui.wiring.diagnosing import Diagnostics
from app.ui.wiring.setting_up import Setup


class Shell(QObject):
    """Signals:
    quit_asked: bool, whether to start anew afterwards.
    """

    quit_asked = Signal(bool)

    def __init__(
        self,
        window: Window,
        theme: Theme,
        tray: Tray,
        notifier: Notifier,
        flow: ChangeFlow,
        parts: Controllers,
        autostart: Autostart,
    ) -> None:
        super().__init__(window)
        self._window, self._theme, self._tray, self._flow, self._parts = window, theme, tray, flow, parts
        self._autostart = autostart
        self._settings: SettingsDialog | None = None
        self.setup = Setup(window, theme, parts)
        self.diagnostics = Diagnostics(window, theme, flow, parts, self.setup.show)
        self.palette = Palette(theme, window)
        self._actions = self._make_actions()
        lines = bind_shortcuts(window, {Does(one): do for one, do in self._actions.items() if one in set(Does)})
        self.sheet = ShortcutSheet((*lines, *elsewhere_lines()), window)
        self._wire(notifier)
        self._show_preferences(parts.store.value, notifier)
        parts.store.subscribe(lambda chosen: self._show_preferences(chosen, notifier))

    @property
    def settings(self) -> SettingsDialog:
        """Made when it is first wanted."""
        if self._settings is None:
            has_tray = Tray.is_available()
            dialog = SettingsDialog(self._theme, self._parts.store, self._autostart, self._window, has_tray=has_tray)
            dialog.restart_asked.connect(lambda: self.quit_asked.emit(True))
            bind_list(self._parts.first_run, dialog.kubeconfigs.list)
            self._settings = dialog
        return self._settings

    def listen(self, instance: SingleInstance) -> None:
        instance.raise_asked.connect(lambda: raise_window(self._window))
        instance.connect_asked.connect(self._flow.connect_to)

    def open_settings(self) -> None:
        self._parts.first_run.look()
        self.settings.open_at()

    def open_palette(self) -> None:
        offered = commands_now(self._window, self._flow, self._parts, self._actions)
        self.palette.show_commands(offered)
        self.palette.open()

    def _make_actions(self) -> dict[str, Callable[[], object]]:
        window = self._window
        return {
            Does.PALETTE: self.open_palette,
            Does.HELP: lambda: self.sheet.open(),
            Does.SETTINGS: self.open_settings,
            Does.CLOSE: window.close,
            Does.QUIT: lambda: self.quit_asked.emit(False),
            Does.TOGGLE: window.bar.switch.click,
            Does.RELOAD: self._parts.browser.reload,
            Does.SEARCH: window.workloads.focus_search,
            Does.CONTEXTS: window.sidebar.focus_contexts,
            Does.NAMESPACES: window.sidebar.focus_namespace_search,
            Does.WORKLOADS: window.workloads.focus_table,
            Does.INSPECTOR: window.inspector.focus_rule,
            Does.TRAFFIC: window.dock.focus_tabs,
            Does.FOLD_TRAFFIC: lambda: window.dock.set_folded(not window.dock.is_folded),
            "details": lambda: self.diagnostics.show(Page.CONNECTION),
            "doctor": lambda: self.diagnostics.show(Page.DOCTOR),
            "setup": self.setup.show,
        }

    def _wire(self, notifier: Notifier) -> None:
        window, tray = self._window, self._tray
        window.menu.asked.connect(lambda what: self._actions[what]())
        window.closed.connect(self._closed)
        window.setup_asked.connect(self.setup.show)
        window.no_tray.told.connect(lambda: self._parts.store.change(told_no_tray=True))
        tray.open_asked.connect(lambda: raise_window(window))
        tray.toggle_asked.connect(lambda: toggle_window(window))
        tray.intercept_asked.connect(self._show_workload)
        tray.settings_asked.connect(self._settings_from_tray)
        tray.quit_asked.connect(lambda: self.quit_asked.emit(False))
        tray.availability_changed.connect(self._tray_changed)
        notifier.action_asked.connect(self._notice_pressed)

    def _tray_changed(self, is_there: bool) -> None:
        """A panel that goes must not take a hidden window with it."""
        if not is_there and not self._window.isVisible():
            raise_window(self._window)

    def _show_workload(self, key: Key) -> None:
        raise_window(self._window)
        self._window.choose_workload(key)

    def _settings_from_tray(self) -> None:
        raise_window(self._window)
        self.open_settings()

    def _closed(self) -> None:
        if self._parts.store.value.close_to_tray and Tray.is_available():
            self._window.hide()
        else:
            self.quit_asked.emit(False)

    def _notice_pressed(self, action: str, about: object) -> None:
        raise_window(self._window)
        match Action(action):
            case Action.CONNECT if isinstance(about, str):
                self._flow.connect_to(about)
            case Action.OPEN if isinstance(about, tuple):
                self._window.choose_workload(about)
            case Action.START_AGAIN:
                self._window.choose_workload(getattr(about, "key", ("", "", "")))
            case _:
                pass

    def _show_preferences(self, chosen: Preferences, notifier: Notifier) -> None:
        self._tray.show_preferences(chosen)
        notifier.show_preferences(chosen)
        if chosen.theme in set(ThemeChoice) and self._theme.choice != chosen.theme:
            self._theme.choose(ThemeChoice(chosen.theme))


def tell_without_tray(window: Window, parts: Controllers) -> None:
    """Once: there is no tray, so the window is all there is."""
    if not Tray.is_available() and not parts.store.value.told_no_tray:
        window.no_tray.tell(keeps_connected=parts.store.value.keep_connected)


def remember_window(window: Window, parts: Controllers) -> None:
    height, is_folded = window.dock_state()
    before = parts.store.value.dock_height
    parts.store.change(geometry=window.geometry_text(), dock_height=height or before, dock_folded=is_folded)


def preferences_path(state: Path) -> Path:
    return state / "window.json"
