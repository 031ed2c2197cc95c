"""The preferences of this run: one value, written at each change, and told to whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from app.settings.preferences import Preferences, load_preferences, save_preferences

Listener = Callable[[Preferences], None]


class PreferenceStore:
    """`path` None: nothing is read or written (tests, pictures)."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._value = load_preferences(path) if path is not None else Preferences()
        self._listeners: list[Listener] = []

    @property
    def value(self) -> Preferences:
        return self._value

    def change(self, **fields: Any) -> None:
        """Replaces these fields of Preferences."""
        changed = msgspec.structs.replace(self._value, **fields)
        if changed == self._value:
            return
        self._value = changed
        if self._path is not None:
            save_preferences(self._path, changed)
        for listener in tuple(self._listeners):
            listener(changed)

    def subscribe(self, listener: Listener) -> None:
        """`listener` is called after each change, for as long as the store lives."""
        self._listeners.append(listener)
