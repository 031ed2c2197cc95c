"""All keys of the window in one table: what is bound, and what the sheet lists, are the same."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.ui.translation import mark, tr

Standard = QKeySequence.StandardKey
_NATIVE = QKeySequence.SequenceFormat.NativeText


class Does(enum.StrEnum):
    """What keys are for."""

    PALETTE = "palette"
    HELP = "help"
    TOGGLE = "toggle"
    RELOAD = "reload"
    SEARCH = "search"
    SETTINGS = "settings"
    CLOSE = "close"
    QUIT = "quit"
    CONTEXTS = "contexts"
    NAMESPACES = "namespaces"
    WORKLOADS = "workloads"
    INSPECTOR = "inspector"
    TRAFFIC = "traffic"
    FOLD_TRAFFIC = "fold_traffic"


@dataclass(frozen=True)
class Keys:
    """`standard`: the platform's own key for it, where it has one; `keys` are there besides.

    `only_without`: `keys` stand in where the platform has none.
    """

    does: Does
    group: str
    title: str
    keys: tuple[str, ...] = ()
    standard: QKeySequence.StandardKey | None = None
    only_without: bool = False


_RARE = frozenset({"Close", "Find", "Refresh", "Settings", "Exit"})
"""Platforms also bind keys that few keyboards have: they work, and need no telling."""
_ANYWHERE, _CONNECTION, _LOOKING, _PARTS = (
    mark("Kubeferry"),
    mark("Connection"),
    mark("Looking around"),
    mark("Parts of the window"),
)
SHORTCUTS = (
    Keys(Does.PALETTE, _ANYWHERE, mark("Command palette"), ("Ctrl+K", "Ctrl+Shift+P")),
    Keys(Does.HELP, _ANYWHERE, mark("Keyboard shortcuts"), ("F1", "?")),
    Keys(Does.SETTINGS, _ANYWHERE, mark("Settings"), ("Ctrl+,",), Standard.Preferences, only_without=True),
    Keys(Does.CLOSE, _ANYWHERE, mark("Close the window"), ("Ctrl+W",), Standard.Close, only_without=True),
    Keys(Does.QUIT, _ANYWHERE, mark("Quit"), ("Ctrl+Q",), Standard.Quit, only_without=True),
    Keys(Does.TOGGLE, _CONNECTION, mark("Connect or disconnect"), ("Ctrl+Return",)),
    Keys(Does.RELOAD, _LOOKING, mark("Reload"), ("F5",), Standard.Refresh, only_without=True),
    Keys(Does.SEARCH, _LOOKING, mark("Search workloads"), ("/",), Standard.Find),
    Keys(Does.CONTEXTS, _PARTS, mark("Contexts"), ("Ctrl+1",)),
    Keys(Does.NAMESPACES, _PARTS, mark("Namespaces"), ("Ctrl+2",)),
    Keys(Does.WORKLOADS, _PARTS, mark("Workloads"), ("Ctrl+3",)),
    Keys(Does.INSPECTOR, _PARTS, mark("Selected workload"), ("Ctrl+4",)),
    Keys(Does.TRAFFIC, _PARTS, mark("Traffic"), ("Ctrl+5",)),
    Keys(Does.FOLD_TRAFFIC, _PARTS, mark("Fold or unfold traffic"), ("Ctrl+J",)),
)


_ELSEWHERE = (
    (_LOOKING, mark("Search namespaces"), ("N",)),
    (_LOOKING, mark("Favourite namespace, or not any more"), ("Ctrl+D",)),
    (_LOOKING, mark("Filter the traffic"), ("Ctrl+Shift+F",)),
    (_LOOKING, mark("Menu of what is selected"), ("Menu", "Shift+F10")),
)
"""What parts of the window bind themselves, while they have the focus."""


def sequences(keys: Keys) -> tuple[QKeySequence, ...]:
    """All of them, the one to show first."""
    standard = QKeySequence.keyBindings(keys.standard) if keys.standard is not None else []
    own = [] if keys.only_without and standard else [QKeySequence(text) for text in keys.keys]
    found = {sequence.toString(): sequence for sequence in (*standard, *own)}
    return tuple(found.values())


def _is_common(sequence: QKeySequence) -> bool:
    return sequence.toString() not in _RARE


def keys_text(does: Does) -> str:
    """The keys as the user reads them, for menus and the palette; empty if there are none."""
    for keys in SHORTCUTS:
        if keys.does is does:
            found = sequences(keys)
            return found[0].toString(_NATIVE) if found else ""
    return ""


@dataclass(frozen=True)
class ShortcutLine:
    """A line of the sheet."""

    group: str
    title: str
    keys: tuple[str, ...]


def elsewhere_lines() -> tuple[ShortcutLine, ...]:
    """What the sheet lists besides: keys that parts of the window bind themselves."""
    return tuple(
        ShortcutLine(tr(group), tr(title), tuple(QKeySequence(text).toString(_NATIVE) for text in keys))
        for group, title, keys in _ELSEWHERE
    )


def bind_shortcuts(window: QWidget, actions: Mapping[Does, Callable[[], object]]) -> tuple[ShortcutLine, ...]:
    """Binds the keys of what `actions` has. Returns what the sheet lists: only what works."""
    lines = []
    for keys in SHORTCUTS:
        action = actions.get(keys.does)
        if action is None:
            continue
        found = sequences(keys)
        for sequence in found:
            shortcut = QShortcut(sequence, window)
            shortcut.activated.connect(lambda action=action: action())
        common = [sequence for sequence in found if _is_common(sequence)]
        texts = tuple(sequence.toString(_NATIVE) for sequence in common)
        lines.append(ShortcutLine(tr(keys.group), tr(keys.title), texts))
    return tuple(lines)
