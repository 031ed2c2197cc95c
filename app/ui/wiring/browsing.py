"""Places and workloads: what is looked into, and what is known about it."""

from __future__ import annotations

from app.controllers.intercept_views import Key
from app.settings.preferences import Preferences
from app.ui.composition import Controllers
from app.ui.shell.tray import Tray
from app.ui.window import Window


def wire_browsing(window: Window, tray: Tray, parts: Controllers) -> None:
    browser, store = parts.browser, parts.store
    browser.contexts_changed.connect(window.show_contexts)
    browser.contexts_changed.connect(lambda contexts: tray.show_contexts(contexts, browser.context))
    browser.context_changed.connect(window.show_context)
    browser.context_changed.connect(tray.show_chosen)
    browser.context_changed.connect(parts.diagnosis.choose_context)
    browser.namespaces_changed.connect(window.show_namespaces)
    browser.namespace_changed.connect(window.show_namespace)
    browser.workloads_changed.connect(window.show_workloads)
    browser.problem_changed.connect(window.show_browse_problem)
    browser.rights_changed.connect(window.show_rights)
    window.sidebar.context_chosen.connect(browser.choose_context)
    window.sidebar.namespace_chosen.connect(browser.choose_namespace)
    window.workloads.all_namespaces_asked.connect(lambda: browser.choose_namespace(None))
    window.workloads.namespace_asked.connect(browser.choose_namespace)
    window.reload_asked.connect(browser.reload)

    def selected(keys: tuple[Key, ...]) -> None:
        browser.look_at(keys[0][1] if keys else None)
        parts.traffic.follow(window.selected_here, parts.intercepts.intercepts)

    window.selection_changed.connect(selected)

    def show_production(context: str | None) -> None:
        window.bar.show_production(context is not None and context in store.value.production)

    browser.context_changed.connect(show_production)
    store.subscribe(lambda _: show_production(browser.context))
    parts.traffic.rates_changed.connect(window.show_rates)


def remember_places(parts: Controllers) -> None:
    """At the end: where the user was."""
    parts.store.change(context=parts.browser.context, namespaces=parts.browser.remembered)


def recall_places(parts: Controllers, preferences: Preferences) -> None:
    parts.browser.remember(preferences.context, preferences.namespaces)
