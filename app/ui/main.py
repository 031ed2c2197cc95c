"""The window's composition root: event loop, controllers, window, tray, and how they end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from app.controllers.browser import BrowserController
from app.controllers.connection import ConnectionController
from app.controllers.kube_reader import KubeReader
from app.controllers.scope import Scope
from app.platform.paths import state_dir
from app.session.client import SessionClient, watch_forever
from app.settings.preferences import Preferences, load_preferences, save_preferences
from app.ui.icons import application_icon
from app.ui.shell.tray import Tray
from app.ui.theme import Theme, ThemeChoice
from app.ui.window import Window

log = logging.getLogger(__name__)


def main() -> int:
    """Runs the window and the tray until the user quits. Returns the exit status."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName("kubeferry")
    app.setApplicationDisplayName("Kubeferry")
    app.setDesktopFileName("kubeferry")
    app.setWindowIcon(application_icon())
    app.setStyle("Fusion")
    app.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=partial(QEventLoop, app)) as runner:
        return runner.run(_run(app))


async def _run(app: QApplication) -> int:
    preferences_path = state_dir() / "window.json"
    preferences = load_preferences(preferences_path)
    theme = Theme(app, _theme_choice(preferences))
    window = Window(theme)
    window.restore(preferences.geometry, preferences.dock_height, preferences.dock_folded)
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ending.set)
    app.aboutToQuit.connect(ending.set)
    session = SessionClient()
    async with Scope(lambda error: log.debug("shown nowhere: %r", error)) as scope:
        kubeconfig = os.environ.get("KUBECONFIG") or None
        connection = ConnectionController(scope, session, partial(watch_forever, session), _absolute(kubeconfig))
        browser = BrowserController(scope, KubeReader(os.environ))
        browser.remember(preferences.context, preferences.namespaces)
        tray = Tray(theme, window)
        bind(window, tray, connection, browser)
        for asks in (window, tray):
            asks.quit_asked.connect(ending.set)
        window.closed.connect(lambda: None if Tray.is_available() else ending.set())
        window.show()
        if Tray.is_available():
            tray.show()
        QTimer.singleShot(0, connection.start)
        QTimer.singleShot(0, browser.reload)
        await ending.wait()
        tray.hide()
        _save(preferences_path, preferences, window, theme, browser)
        window.hide()
        await connection.farewell()
    session.close()
    return 0


def bind(window: Window, tray: Tray, connection: ConnectionController, browser: BrowserController) -> None:
    """Who tells whom."""

    def connect_to(context: str) -> None:
        connection.connect_to(context, browser.connect_namespace(context))

    def connect_chosen() -> None:
        if browser.context is not None:
            connect_to(browser.context)
        else:
            connection.start()

    connection.changed.connect(window.show_connection)
    connection.changed.connect(tray.show_view)
    connection.sampled.connect(window.show_sample)
    browser.contexts_changed.connect(window.show_contexts)
    browser.contexts_changed.connect(lambda contexts: tray.show_contexts(contexts, browser.context))
    browser.context_changed.connect(window.show_context)
    browser.context_changed.connect(tray.show_chosen)
    browser.namespaces_changed.connect(window.show_namespaces)
    browser.namespace_changed.connect(window.show_namespace)
    browser.workloads_changed.connect(window.workloads.show_workloads)
    browser.problem_changed.connect(window.show_browse_problem)
    window.sidebar.context_chosen.connect(browser.choose_context)
    window.sidebar.namespace_chosen.connect(browser.choose_namespace)
    window.workloads.all_namespaces_asked.connect(lambda: browser.choose_namespace(None))
    window.reload_asked.connect(browser.reload)
    window.connect_asked.connect(connect_chosen)
    window.disconnect_asked.connect(connection.disconnect_now)
    tray.connect_asked.connect(connect_to)
    tray.disconnect_asked.connect(connection.disconnect_now)
    tray.open_asked.connect(window.bring_up)


def _save(path: Path, before: Preferences, window: Window, theme: Theme, browser: BrowserController) -> None:
    height, is_folded = window.dock_state()
    save_preferences(
        path,
        Preferences(
            theme=theme.choice.value,
            geometry=window.geometry_text(),
            dock_height=height or before.dock_height,
            dock_folded=is_folded,
            context=browser.context,
            namespaces=browser.remembered,
        ),
    )


def _theme_choice(preferences: Preferences) -> ThemeChoice:
    return ThemeChoice(preferences.theme) if preferences.theme in set(ThemeChoice) else ThemeChoice.SYSTEM


def _absolute(kubeconfig: str | None) -> str | None:
    if kubeconfig is None:
        return None
    return os.pathsep.join(os.path.abspath(path) for path in kubeconfig.split(os.pathsep) if path)
