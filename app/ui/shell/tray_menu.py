"""What the tray's menu offers, as data: the menu is made anew only when this has changed.

It is flat: some desktops hand a menu to another program piece by piece, and lose order and depth on the way.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from app.controllers.intercept_views import Health, InterceptRow, Key
from app.controllers.views import ConnectionView, ContextRow, Phase
from app.settings.preferences import Preferences
from app.ui.translation import tr, tr_count
from app.ui.wording import health_word, mode_word, state_line

RECENT_CONTEXTS = 3
RECENT_NAMESPACES = 3
_INTERCEPTS = 8
"""So many are listed with a *Stop* each; more are in the window."""


class Ask(enum.StrEnum):
    """What an entry asks for; `Entry.about` says of what."""

    OPEN = "open"
    CONNECT = "connect"
    DISCONNECT = "disconnect"
    NAMESPACE = "namespace"
    SHOW = "show"
    LEAVE = "leave"
    LEAVE_ALL = "leave_all"
    SETTINGS = "settings"
    QUIT = "quit"


@dataclass(frozen=True)
class Entry:
    """A separator has no text. `ask` None: it only tells something. `checked` None: it cannot be."""

    text: str = ""
    ask: Ask | None = None
    about: object = None
    enabled: bool = True
    checked: bool | None = None
    phase: Phase | None = None
    children: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class MenuInput:
    """`stopping`: workloads whose intercepts are being stopped, or will be when what is being done there has ended."""

    view: ConnectionView = field(default_factory=ConnectionView)
    contexts: tuple[ContextRow, ...] = ()
    chosen: str | None = None
    preferences: Preferences = field(default_factory=Preferences)
    stopping: frozenset[Key] = frozenset()


def menu_entries(given: MenuInput) -> tuple[Entry, ...]:
    groups = (
        _state(given),
        (_toggle(given),),
        _contexts(given),
        _namespaces(given),
        _intercepts(given.view.intercepts, given.stopping),
        _always(given),
    )
    result: list[Entry] = []
    for group in groups:
        if group:
            result += [Entry(), *group] if result else group
    return tuple(result)


def quit_text(holds_connection: bool, keep_connected: bool) -> str:
    """Says what quitting does to the connection."""
    if not holds_connection:
        return tr("Quit")
    return tr("Quit and stay connected") if keep_connected else tr("Disconnect and quit")


def intercept_text(row: InterceptRow) -> str:
    """One line: "reviews · mesh x-user=alice"."""
    what = f"{row.key[2]} · {mode_word(row.mode)}"
    if row.mode == "mesh" and row.rule:
        what = f"{what} {row.rule}"
    return what if row.health is Health.ACTIVE else f"{what} · {health_word(row.health)}"


def _state(given: MenuInput) -> list[Entry]:
    entries = [Entry(state_line(given.view), Ask.OPEN, phase=given.view.phase)]
    if given.view.problem is not None:
        entries.append(Entry(given.view.problem.title, Ask.OPEN))
    return entries


def _toggle(given: MenuInput) -> Entry:
    phase = given.view.phase
    if phase is Phase.CONNECTING:
        return Entry(tr("Cancel connecting"), Ask.DISCONNECT)
    if phase.holds_connection:
        return Entry(tr("Disconnect"), Ask.DISCONNECT)
    can_connect = given.chosen is not None and phase not in (Phase.STARTING, Phase.DISCONNECTING)
    text = tr("Connect to {context}", context=given.chosen) if given.chosen else tr("Connect")
    return Entry(text, Ask.CONNECT, given.chosen, enabled=can_connect)


def _contexts(given: MenuInput) -> list[Entry]:
    """The last ones used are here at once, the others one step away."""
    names = [row.name for row in given.contexts]
    in_use = given.view.context if given.view.phase.holds_connection else None
    shown_above = None if given.view.phase.holds_connection else given.chosen
    offered = [name for name in names if name not in (in_use, shown_above)]
    can_connect = given.view.phase not in (Phase.STARTING, Phase.DISCONNECTING)
    recent = [name for name in given.preferences.recent_contexts if name in offered][:RECENT_CONTEXTS]
    others = [name for name in offered if name not in recent]
    text = tr("Switch to {context}") if in_use else tr("Connect to {context}")
    entries = [Entry(text.format(context=name), Ask.CONNECT, name, enabled=can_connect) for name in recent]
    if others:
        inner = tuple(Entry(name, Ask.CONNECT, name, enabled=can_connect) for name in others)
        head = tr("Switch to another context") if in_use else tr("Connect to another context")
        entries.append(Entry(head, children=inner))
    return entries


def _namespaces(given: MenuInput) -> list[Entry]:
    context = given.view.context
    if context is None or not given.view.phase.holds_connection:
        return []
    recent = given.preferences.recent_namespaces.get(context, ())[:RECENT_NAMESPACES]
    if not recent:
        return []
    current = given.view.namespace
    listed = [Entry(name, Ask.NAMESPACE, (context, name), checked=name == current) for name in recent]
    return [Entry(tr("Recent namespaces"), enabled=False), *listed]


def _intercepts(rows: tuple[InterceptRow, ...], stopping: frozenset[Key]) -> list[Entry]:
    if not rows:
        return []
    count = len(rows)
    head = tr_count(count, "Your intercept", "Your {count} intercepts")
    entries = [Entry(head, enabled=False)]
    for row in rows[:_INTERCEPTS]:
        entries.append(Entry(intercept_text(row), Ask.SHOW, row.key))
        entries.append(_stop(row.key, is_stopping=row.key in stopping))
    if count > _INTERCEPTS:
        entries.append(Entry(tr("{count} more in the window", count=count - _INTERCEPTS), Ask.OPEN))
    if count > 1:
        entries.append(Entry(tr("Stop all intercepts"), Ask.LEAVE_ALL))
    return entries


def _stop(key: Key, *, is_stopping: bool) -> Entry:
    if is_stopping:
        return Entry(tr("{name} is being stopped", name=key[2]), enabled=False)
    return Entry(tr("Stop {name}", name=key[2]), Ask.LEAVE, key)


def _always(given: MenuInput) -> list[Entry]:
    holds = given.view.phase.holds_connection
    return [
        Entry(tr("Open Kubeferry"), Ask.OPEN),
        Entry(tr("Settings…"), Ask.SETTINGS),
        Entry(quit_text(holds, given.preferences.keep_connected), Ask.QUIT),
    ]
