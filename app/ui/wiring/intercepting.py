"""Intercepts: from the switches to the plan to the session, and back to everybody who shows them."""

from __future__ import annotations

from app.controllers.inspector_view import Mode
from app.controllers.intercept_views import InterceptRow, Key, OutcomeView, key_of
from app.domain.intercepts import HttpRule, Wish
from app.ui.composition import Controllers
from app.ui.plans.change_flow import ChangeFlow
from app.ui.shell.notifier import Notifier
from app.ui.shell.tray import Tray
from app.ui.window import Window


def wire_intercepts(window: Window, tray: Tray, notifier: Notifier, flow: ChangeFlow, parts: Controllers) -> None:
    controller, inspector = parts.intercepts, window.inspector
    controller.intercepts_changed.connect(window.show_intercepts)
    controller.intercepts_changed.connect(notifier.show_intercepts)
    controller.intercepts_changed.connect(lambda rows: parts.traffic.follow(window.selected_here, rows))
    controller.operations_changed.connect(window.show_operations)
    controller.operations_changed.connect(notifier.show_operations)
    controller.operations_changed.connect(tray.show_operations)
    flow.planning_changed.connect(inspector.show_planning)
    flow.refused.connect(inspector.show_problem)

    def context() -> str:
        return parts.connection.view.context or parts.browser.context or ""

    def start(wish: Wish) -> None:
        inspector.show_problem(key_of(wish.workload), None)
        flow.start(wish, context())

    def leave(rows: tuple[InterceptRow, ...]) -> None:
        flow.leave(rows, context())

    def leave_shown(keys: tuple[Key, ...]) -> None:
        """Of the table: claims of another cluster's workloads of the same names are not ours to end from here."""
        if window.looks_at_connected:
            leave_keys(keys)

    def leave_keys(keys: tuple[Key, ...]) -> None:
        leave(tuple(one for one in parts.connection.view.intercepts if one.key in keys))

    def ended(outcome: OutcomeView) -> None:
        inspector.show_problem(outcome.key, outcome.problem)

    def proxy_now(key: Key) -> None:
        _show(window, key)
        inspector.toggle_proxy()

    inspector.start_asked.connect(start)
    inspector.leave_asked.connect(leave)
    inspector.cancel_asked.connect(controller.cancel)
    controller.ended.connect(ended)
    controller.ended.connect(notifier.show_outcome)
    table = window.workloads
    table.leave_asked.connect(leave_shown)
    table.activated.connect(lambda key: _show(window, key))
    table.mesh_asked.connect(lambda key: _show(window, key))
    table.proxy_asked.connect(proxy_now)
    tray.leave_asked.connect(lambda key: leave_keys((key,)))
    tray.leave_all_asked.connect(lambda: leave(parts.connection.view.intercepts))
    wire_rule_book(window, flow, parts)


def wire_rule_book(window: Window, flow: ChangeFlow, parts: Controllers) -> None:
    """What was used for a workload is offered again."""
    book, inspector = parts.rules, window.inspector

    def context() -> str:
        return parts.browser.context or ""

    def shown(key: Key | None) -> None:
        if key is None:
            parts.listeners.stop()
            return
        parts.listeners.watch()
        ports = {mode: book.ports_for(context(), key, mode.value) for mode in Mode}
        inspector.show_saved(key, book.rules_for(context(), key), ports[Mode.MESH], ports[Mode.PROXY])

    def remember(wish: Wish) -> None:
        """Where it is begun, whatever is looked into meanwhile."""
        key, where = key_of(wish.workload), parts.connection.view.context or context()
        if wish.rule is not None:
            book.remember(where, key, wish.rule)
        mode = Mode.PROXY if wish.rule is None else Mode.MESH
        book.remember_ports(where, key, mode.value, wish.ports, wish.only_ports)

    def forget(key: Key, rule: HttpRule) -> None:
        book.forget(context(), key, rule)
        shown(key)

    inspector.shown_changed.connect(shown)
    inspector.rule_forgotten.connect(forget)
    flow.started.connect(remember)
    parts.listeners.changed.connect(inspector.show_listeners)


def _show(window: Window, key: Key) -> None:
    window.choose_workload(key)
    window.inspector.focus_rule()
