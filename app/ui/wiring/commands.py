"""What the command palette offers, as things are now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from app.controllers.intercept_views import InterceptRow
from app.controllers.views import ConnectionView, Phase
from app.ui.composition import Controllers
from app.ui.plans.change_flow import ChangeFlow
from app.ui.shell.commands import Command
from app.ui.shell.shortcuts import Does, keys_text
from app.ui.translation import tr
from app.ui.window import Window

Actions = dict[str, Callable[[], object]]
_MOST_WORKLOADS = 6000


def commands_now(window: Window, flow: ChangeFlow, parts: Controllers, actions: Actions) -> tuple[Command, ...]:
    """`actions`: by Does, and "details", "doctor", "setup"."""
    return (
        *_connection_commands(flow, parts),
        *_window_commands(actions),
        *_place_commands(window, parts),
        *_workload_commands(window),
    )


def _connection_commands(flow: ChangeFlow, parts: Controllers) -> Iterator[Command]:
    view: ConnectionView = parts.connection.view
    for one in view.intercepts:
        what = tr("Stop {name}", name=one.key[2])
        yield Command(
            f"stop {one.intercept_id}", what, partial(_leave, flow, parts, one), subtitle=one.rule or one.mode
        )
    if view.phase.holds_connection:
        title = tr("Cancel connecting") if view.phase is Phase.CONNECTING else tr("Disconnect")
        yield Command("disconnect", title, parts.connection.disconnect_now, subtitle=view.context or "")
    for row in parts.browser.contexts:
        here = view.phase.holds_connection and view.context == row.name
        yield Command(
            f"connect {row.name}",
            tr("Connect to {context}", context=row.name),
            partial(flow.connect_to, row.name),
            subtitle=row.cluster,
            enabled=not here,
            why_not=tr("This machine is connected to it.") if here else "",
        )


def _window_commands(actions: Actions) -> Iterator[Command]:
    titles = {
        "details": tr("Connection details"),
        "doctor": tr("Doctor: check everything a connection needs"),
        "setup": tr("Set up this machine"),
        Does.SETTINGS: tr("Settings"),
        Does.SEARCH: tr("Search workloads"),
        Does.RELOAD: tr("Reload"),
        Does.FOLD_TRAFFIC: tr("Fold or unfold traffic"),
        Does.HELP: tr("Keyboard shortcuts"),
        Does.QUIT: tr("Quit"),
    }
    for what, title in titles.items():
        keys = keys_text(Does(what)) if what in set(Does) else ""
        yield Command(str(what), title, partial(_run, actions[str(what)]), shortcut=keys)


def _place_commands(window: Window, parts: Controllers) -> Iterator[Command]:
    for row in parts.browser.contexts:
        title = tr("Look into {context}", context=row.name)
        yield Command(f"context {row.name}", title, partial(parts.browser.choose_context, row.name))
    everything = tr("Show all namespaces")
    yield Command("namespace", everything, partial(parts.browser.choose_namespace, None))
    for name in window.namespaces:
        title = tr("Show namespace {name}", name=name)
        yield Command(f"namespace {name}", title, partial(parts.browser.choose_namespace, name))


def _workload_commands(window: Window) -> Iterator[Command]:
    for row in window.workloads.model.every_row[:_MOST_WORKLOADS]:
        yield Command(
            f"workload {row.namespace}/{row.kind}/{row.name}",
            row.name,
            partial(_run, partial(window.choose_workload, row.key)),
            subtitle=f"{row.kind} · {row.namespace}",
        )


def _leave(flow: ChangeFlow, parts: Controllers, one: InterceptRow) -> None:
    flow.leave((one,), parts.connection.view.context or "")


def _run(action: Callable[[], object]) -> None:
    action()
