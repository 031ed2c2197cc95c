"""The window's one menu, behind the dots of the state bar."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.ui.shell.shortcuts import Does, keys_text
from app.ui.translation import tr


class WindowMenu(QMenu):
    """Shows the keys that `shell.shortcuts` binds; it binds none itself.

    Signals:
        asked: Does or str: what was chosen ("details", "doctor" and "setup" have no keys).
    """

    asked = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        entries: tuple[tuple[str, str] | None, ...] = (
            (Does.PALETTE, tr("Command palette")),
            (Does.RELOAD, tr("Reload")),
            None,
            ("details", tr("Connection details")),
            ("doctor", tr("Doctor")),
            ("setup", tr("Set up this machine")),
            None,
            (Does.SETTINGS, tr("Settings")),
            (Does.HELP, tr("Keyboard shortcuts")),
            None,
            (Does.QUIT, tr("Quit")),
        )
        for entry in entries:
            if entry is None:
                self.addSeparator()
            else:
                self._add(*entry)

    def _add(self, what: str, title: str) -> None:
        keys = keys_text(Does(what)) if what in set(Does) else ""
        # Qt shows what is behind a tab as the entry's keys.
        action = self.addAction(f"{title}\t{keys}" if keys else title)
        action.triggered.connect(lambda _checked=False: self.asked.emit(what))
