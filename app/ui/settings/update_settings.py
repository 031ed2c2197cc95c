"""Whether newer versions are looked for, where, and what came of it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.controllers.update_words import fault_text
from app.controllers.updates import UpdateState, UpdateView
from app.platform.feed_address import address_fault
from app.platform.updates import is_forbidden
from app.settings.preferences import Preferences
from app.settings.store import PreferenceStore
from app.ui.settings.setting_rows import FieldRow, SwitchRow
from app.ui.shell.update_badge import UpdateBadge
from app.ui.theme import Theme
from app.ui.translation import tr


class UpdateSettings(QWidget):
    """Shown what UpdateController tells. Off is how it starts, and how packages leave it."""

    def __init__(self, theme: Theme, store: PreferenceStore) -> None:
        super().__init__()
        self._hint = tr("Once a day an address of your choice is asked, without saying who asks. Nothing is installed.")
        self.wanted = SwitchRow(theme, tr("Check for updates"), self._hint)
        self.address = FieldRow(
            tr("Where to ask"),
            tr("The address of signed release news. There is none that is built in."),
            _fault,
            placeholder="https://",
        )
        self.badge = UpdateBadge()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.wanted, self.address, self.badge):
            column.addWidget(widget)
        self.wanted.turned.connect(lambda is_on: store.change(check_for_updates=is_on))
        self.address.accepted.connect(lambda text: store.change(update_feed=text))
        self._may_check = not is_forbidden()

    def show_preferences(self, preferences: Preferences) -> None:
        self.wanted.show_on(preferences.check_for_updates and self._may_check)
        self.address.show_text(preferences.update_feed)
        self.address.setVisible(preferences.check_for_updates and self._may_check)
        if not self._may_check:
            self.wanted.show_usable(
                False, tr("Whoever installed Kubeferry here has switched this off (KUBEFERRY_NO_UPDATE_CHECK).")
            )

    def show_updates(self, view: UpdateView) -> None:
        if self._may_check:
            busy = tr("Asking …") if view.state is UpdateState.CHECKING else ""
            self.wanted.tell(view.note or busy or self._hint)
        self.badge.show_view(view)


def _fault(text: str) -> str:
    fault = address_fault(text) if text else None
    return "" if fault is None else fault_text(fault)
