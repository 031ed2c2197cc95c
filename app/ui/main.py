"""The window's program: event loop, controllers, window, tray, and how they begin and end."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from app.controllers.desktop_notices import DesktopNotices
from app.controllers.scope import Scope
from app.domain.rule_templates import short_name
from app.platform.identity import client_id, client_name
from app.platform.paths import state_dir
from app.platform.this_system import autostart
from app.settings.preferences import Preferences
from app.settings.store import PreferenceStore
from app.ui.composition import Controllers, make_controllers
from app.ui.icons import application_icon
from app.ui.language import install_language
from app.ui.plans.change_flow import ChangeFlow
from app.ui.shell.knock import window_socket
from app.ui.shell.notifier import Notifier
from app.ui.shell.single_instance import SingleInstance
from app.ui.shell.tray import Tray
from app.ui.theme import Theme, ThemeChoice
from app.ui.window import Window
from app.ui.wiring.browsing import recall_places, remember_places, wire_browsing
from app.ui.wiring.connecting import wire_connection
from app.ui.wiring.intercepting import wire_intercepts
from app.ui.wiring.shell import Shell, preferences_path, remember_window, tell_without_tray
from app.ui.wiring.watching import wire_traffic
from helper.cluster.api import owner_id

log = logging.getLogger(__name__)

SETTLED_MS = 2_000
RESTART = 75
"""Exit status: whoever started the program starts it again (EX_TEMPFAIL of sysexits.h)."""


def main(lock: int, *, minimised: bool = False) -> int:
    """Runs the window and the tray until the user quits. `lock`: this process is the one (knock.take_lock).

    Returns the exit status.
    """
    app = QApplication(sys.argv[:1])
    app.setApplicationName("kubeferry")
    app.setApplicationDisplayName("Kubeferry")
    app.setDesktopFileName("kubeferry")
    app.setWindowIcon(application_icon())
    app.setStyle("Fusion")
    app.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=partial(QEventLoop, app)) as runner:
        return runner.run(_run(app, lock, minimised))


async def _run(app: QApplication, lock: int, minimised: bool) -> int:
    store = PreferenceStore(preferences_path(state_dir()))
    chosen = store.value
    install_language(app, chosen.language)
    theme = Theme(app, _theme_choice(chosen))
    window = Window(theme, store=store, me=short_name(client_name()), own_id=owner_id(client_id()))
    window.restore(chosen.geometry, chosen.dock_height, chosen.dock_folded)
    ending: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def end(again: bool = False) -> None:
        if not ending.done():
            ending.set_result(again)

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    app.aboutToQuit.connect(end)
    async with Scope(lambda error: log.debug("shown nowhere: %r", error)) as scope:
        parts = make_controllers(scope, os.environ, store, state_dir())
        recall_places(parts, chosen)
        tray = Tray(theme, window)
        shell = _wire(window, theme, tray, scope, parts)
        shell.quit_asked.connect(end)
        instance = SingleInstance(window_socket(), window)
        instance.adopt(lock)
        shell.listen(instance)
        tray.show()
        if not (minimised or chosen.start_minimised) or not Tray.is_available():
            window.show()
        tell_without_tray(window, parts)
        QTimer.singleShot(0, parts.connection.start)
        QTimer.singleShot(0, parts.browser.reload)
        QTimer.singleShot(0, shell.setup.begin)
        QTimer.singleShot(SETTLED_MS, parts.updates.start)
        QTimer.singleShot(SETTLED_MS, settle_garbage)
        again = await ending
        instance.release()
        tray.hide()
        remember_places(parts)
        remember_window(window, parts)
        window.hide()
        if not store.value.keep_connected and not again:
            await parts.connection.farewell()
    for session in parts.sessions:
        session.close()
    return RESTART if again else 0


def settle_garbage() -> None:
    """What was made at the start stays: later collections, which stop everything, need not look at it again."""
    gc.collect()
    gc.freeze()


def _wire(window: Window, theme: Theme, tray: Tray, scope: Scope, parts: Controllers) -> Shell:
    """Who tells whom."""
    notifier = Notifier(DesktopNotices(scope), tray, window.isActiveWindow)
    flow = ChangeFlow(window, theme, parts.store, parts.intercepts, parts.planner, parts.target)
    wire_connection(window, tray, notifier, flow, parts)
    wire_browsing(window, tray, parts)
    wire_intercepts(window, tray, notifier, flow, parts)
    wire_traffic(window, parts)
    return Shell(window, theme, tray, notifier, flow, parts, autostart(os.environ))


def _theme_choice(preferences: Preferences) -> ThemeChoice:
    return ThemeChoice(preferences.theme) if preferences.theme in set(ThemeChoice) else ThemeChoice.SYSTEM
