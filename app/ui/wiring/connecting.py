"""The connection: what it is for everybody who shows it, and who may ask for it."""

from __future__ import annotations

from app.ui.composition import Controllers
from app.ui.plans.change_flow import ChangeFlow
from app.ui.shell.notifier import Notifier
from app.ui.shell.tray import Tray
from app.ui.window import Window


def wire_connection(window: Window, tray: Tray, notifier: Notifier, flow: ChangeFlow, parts: Controllers) -> None:
    connection, browser = parts.connection, parts.browser
    for show in (
        window.show_connection,
        tray.show_view,
        notifier.show_connection,
        flow.show_connection,
        parts.intercepts.show_connection,
        parts.traffic.show_connection,
        parts.diagnosis.show_connection,
    ):
        connection.changed.connect(show)
    connection.sampled.connect(window.show_sample)
    connection.heard.connect(parts.diagnosis.hear)

    def connect_chosen() -> None:
        if browser.context is not None:
            flow.connect_to(browser.context)
        else:
            # Nothing to connect to: the page that adds a kubeconfig, not a switch that does nothing.
            connection.start()
            window.setup_asked.emit()

    def connect_now(context: str) -> None:
        connection.connect_to(context, browser.connect_namespace(context))

    def look_into(context: str, namespace: str) -> None:
        browser.choose_context(context)
        browser.choose_namespace(namespace)

    flow.connect_agreed.connect(connect_now)
    window.connect_asked.connect(connect_chosen)
    window.disconnect_asked.connect(connection.disconnect_now)
    window.sidebar.connect_asked.connect(flow.connect_to)
    tray.connect_asked.connect(flow.connect_to)
    tray.disconnect_asked.connect(connection.disconnect_now)
    tray.namespace_asked.connect(look_into)
