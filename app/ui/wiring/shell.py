"""The window as one of the desktop's programs: keys, palette, menu, settings, tray, notifications, its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.controllers.intercept_views import InterceptRow, Key
from app.controllers.notices import Action
from app.platform.autostart import Autostart
from app.settings.preferences import Preferences
from app.ui.composition import Controllers
from app.ui.diagnostics.diagnostics_dialog import Page
from app.ui.first_run.binding import bind_list
from app.ui.plans.change_flow import ChangeFlow
from app.ui.plans.plan_dialog import PlanDialog
from app.ui.plans.quitting import quit_dialog
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
        self._quit_dialog: PlanDialog | None = None
        self.setup = Setup(window, theme, parts)
        self.diagnostics = Diagnostics(window, theme, flow, parts, self.setup.show)
        self.palette = Palette(theme, window)
        self.actions = self._make_actions()
        lines = bind_shortcuts(window, {Does(one): do for one, do in self.actions.items() if one in set(Does)})
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
            self._parts.updates.changed.connect(dialog.general.updates.show_updates)
            dialog.general.updates.show_updates(self._parts.updates.view)
            self._settings = dialog
        return self._settings

    def listen(self, instance: SingleInstance) -> None:
        instance.raise_asked.connect(lambda: raise_window(self._window))
        instance.connect_asked.connect(self._flow.connect_to)

    def open_settings(self) -> None:
        self._parts.first_run.look()
        self.settings.open_at()

    def open_palette(self) -> None:
        offered = commands_now(self._window, self._flow, self._parts, self.actions)
        self.palette.show_commands(offered)
        self.palette.open()

    def _make_actions(self) -> dict[str, Callable[[], object]]:
        window = self._window
        return {
            Does.PALETTE: self.open_palette,
            Does.HELP: lambda: self.sheet.open(),
            Does.SETTINGS: self.open_settings,
            Does.CLOSE: window.close,
            Does.QUIT: self._quit,
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
        window.menu.asked.connect(lambda what: self.actions[what]())
        window.closed.connect(self._closed)
        window.setup_asked.connect(self.setup.show)
        window.no_tray.told.connect(lambda: self._parts.store.change(told_no_tray=True))
        tray.open_asked.connect(lambda: raise_window(window))
        tray.toggle_asked.connect(lambda: toggle_window(window))
        tray.intercept_asked.connect(self._show_workload)
        tray.namespace_asked.connect(lambda *_: raise_window(window))
        tray.settings_asked.connect(self._settings_from_tray)
        tray.quit_asked.connect(self._quit)
        tray.availability_changed.connect(self._tray_changed)
        notifier.action_asked.connect(self._notice_pressed)

    def _tray_changed(self, is_there: bool) -> None:
        """A panel that goes must not take a hidden window with it."""
        if not is_there and not self._window.isVisible():
            raise_window(self._window)

    def _show_workload(self, key: Key) -> None:
        raise_window(self._window)
        self._go_to(key)

    def _go_to(self, key: Key) -> None:
        """To a workload of the connected cluster, whatever is looked into; it is chosen when it has come."""
        browser, context = self._parts.browser, self._parts.connection.view.context
        if context is not None:
            browser.choose_context(context)
        if browser.namespace not in (None, key[1]):
            browser.choose_namespace(key[1])
        self._window.choose_workload(key)

    def _settings_from_tray(self) -> None:
        raise_window(self._window)
        self.open_settings()

    def _closed(self) -> None:
        if self._stays_in_tray():
            self._window.hide()
        else:
            self._quit()

    def _stays_in_tray(self) -> bool:
        return self._parts.store.value.close_to_tray and Tray.is_available()

    def _quit(self) -> None:
        """Asks when that ends what others may notice: the traffic of workloads goes its normal way again."""
        ending = () if self._parts.store.value.keep_connected else self._parts.connection.view.intercepts
        if not ending:
            self.quit_asked.emit(False)
            return
        raise_window(self._window)
        if self._quit_dialog is None:
            self._quit_dialog = quit_dialog(self._theme, self._window, ending, can_hide=self._stays_in_tray())
            self._quit_dialog.agreed.connect(lambda _codes: self.quit_asked.emit(False))
            self._quit_dialog.finished.connect(self._quit_closed)
            self._quit_dialog.open()

    def _quit_closed(self, _result: int) -> None:
        self._quit_dialog = None

    def _notice_pressed(self, action: str, about: object) -> None:
        raise_window(self._window)
        match Action(action):
            case Action.CONNECT if isinstance(about, str):
                self._flow.connect_to(about)
            case Action.OPEN if isinstance(about, tuple):
                self._go_to(about)
            case Action.START_AGAIN if isinstance(about, InterceptRow):
                self._go_to(about.key)
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
