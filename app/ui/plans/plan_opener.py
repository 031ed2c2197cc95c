"""Which plans are shown, and the dialog that each is shown in: by what the user has muted and marked as production."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.settings.preferences import PlanKind
from app.settings.store import PreferenceStore
from app.ui.plans.plan_dialog import PlanDialog
from app.ui.shell.raising import raise_window
from app.ui.theme import Theme
from app.ui.translation import tr

_MUTE_WORDS: dict[PlanKind, Callable[[], str]] = {
    PlanKind.CONNECT: lambda: tr("Connect without showing this"),
    PlanKind.PROXY: lambda: tr("Start proxies without showing this"),
    PlanKind.MESH: lambda: tr("Start meshes without showing this"),
    PlanKind.LEAVE: lambda: "",
}


class PlanOpener:
    """`parent`: what the dialogs belong to; its window is raised for them where it is hidden in the tray."""

    def __init__(self, parent: QWidget, theme: Theme, store: PreferenceStore) -> None:
        self._parent = parent
        self._theme = theme
        self._store = store

    def is_production(self, context: str) -> bool:
        return context in self._store.value.production

    def is_shown(self, kind: PlanKind, context: str) -> bool:
        """A production context's plans are, whatever is muted."""
        return self.is_production(context) or kind not in self._store.value.muted_plans

    def open(self, title: str, verb: str, kind: PlanKind, context: str) -> PlanDialog:
        """Without a plan yet. In a production context its button works only after a confirmation of its own."""
        dialog = PlanDialog(self._theme, self._parent, title, verb, mute=_MUTE_WORDS[kind]())
        if self.is_production(context):
            dialog.show_guard(
                tr("{context} is marked as production.", context=context),
                tr("Yes, change {context}, which is production.", context=context),
            )
        if not self._parent.isVisible():
            raise_window(self._parent.window())  # It was asked for in the tray.
        dialog.muted.connect(lambda is_muted: self._mute(kind) if is_muted else None)
        dialog.open()
        return dialog

    def _mute(self, kind: PlanKind) -> None:
        self._store.change(muted_plans=self._store.value.muted_plans | {kind})
