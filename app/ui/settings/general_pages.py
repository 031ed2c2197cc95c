"""Settings of the program itself: how it starts and ends, what it tells, what it asks before it acts."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.settings.preferences import NoticeKind, PlanKind, Preferences
from app.settings.store import PreferenceStore
from app.ui.settings.setting_rows import SettingsPage, SwitchRow
from app.ui.settings.update_settings import UpdateSettings
from app.ui.theme import Theme
from app.ui.translation import mark, tr

NOTICES = {
    NoticeKind.CONNECTION: (mark("Connection"), mark("Connected, lost, back again, disconnected.")),
    NoticeKind.INTERCEPTS: (mark("Your intercepts"), mark("One began, ended, or its program does not answer.")),
    NoticeKind.TEAM: (mark("Team"), mark("Somebody took over a workload of yours, or gave one back.")),
    NoticeKind.PROBLEMS: (mark("Problems"), mark("What failed and needs you, such as a login that has expired.")),
}
PLANS = {
    PlanKind.CONNECT: (mark("Connecting"), mark("Routes, names and what is installed in the cluster.")),
    PlanKind.PROXY: (mark("Taking all traffic of a workload"), mark("What changes in it, and who else is affected.")),
    PlanKind.MESH: (mark("Taking requests by a rule"), mark("What changes in it, and whose rules it meets.")),
}
"""Not of giving a workload back: that is only asked about in production, and there always."""


class AutostartFile(Protocol):
    """Structurally app.platform.autostart.Autostart."""

    def is_on(self) -> bool: ...

    def set_on(self, is_on: bool, *, minimised: bool = True) -> None: ...


class GeneralPage(SettingsPage):
    def __init__(self, theme: Theme, store: PreferenceStore, autostart: AutostartFile, *, has_tray: bool) -> None:
        super().__init__(tr("General"))
        self._store = store
        self._autostart = autostart
        self._has_tray = has_tray
        self.autostart = SwitchRow(
            theme,
            tr("Start with the desktop"),
            tr("Kubeferry is there after you log in; it does not connect by itself."),
        )
        self.minimised = SwitchRow(
            theme, tr("Start minimised"), tr("Only the tray icon is shown; the window opens when you click it.")
        )
        self.to_tray = SwitchRow(
            theme,
            tr("Keep running when the window is closed"),
            tr("The connection stays and the tray icon shows it. Off: closing the window quits Kubeferry."),
        )
        self.keep = SwitchRow(
            theme,
            tr("Stay connected after quitting"),
            tr("The connection goes on without window and tray icon, until you disconnect. Off: quitting disconnects."),
        )
        self.updates = UpdateSettings(theme, store)
        for row in (self.autostart, self.minimised, self.to_tray, self.keep, self.updates):
            self.add_row(row)
        self.autostart.turned.connect(self._autostart_turned)
        self.minimised.turned.connect(self._minimised_turned)
        self.to_tray.turned.connect(lambda is_on: store.change(close_to_tray=is_on))
        self.keep.turned.connect(lambda is_on: store.change(keep_connected=is_on))

    def show_preferences(self, preferences: Preferences) -> None:
        self.autostart.show_on(self._autostart.is_on())
        self.minimised.show_on(preferences.start_minimised)
        self.to_tray.show_on(preferences.close_to_tray)
        self.keep.show_on(preferences.keep_connected)
        self.updates.show_preferences(preferences)
        if not self._has_tray:
            why = tr("This desktop shows no tray icons, so the window could not be found again.")
            for row in (self.minimised, self.to_tray):
                row.show_usable(False, why)

    def _minimised_turned(self, is_on: bool) -> None:
        self._store.change(start_minimised=is_on)
        if self._autostart.is_on():
            self._write_autostart(True)

    def _autostart_turned(self, is_on: bool) -> None:
        self._write_autostart(is_on)

    def _write_autostart(self, is_on: bool) -> None:
        try:
            self._autostart.set_on(is_on, minimised=self._store.value.start_minimised)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            self.autostart.tell(tr("The autostart folder cannot be written: {reason}.", reason=reason))
        self.autostart.show_on(self._autostart.is_on())


class NotificationPage(SettingsPage):
    def __init__(self, theme: Theme, store: PreferenceStore) -> None:
        super().__init__(
            tr("Notifications"),
            tr("What the desktop is told about while you look elsewhere. The window shows all of it."),
        )
        self._store = store
        self.rows: dict[NoticeKind, SwitchRow] = {}
        for kind, (name, hint) in NOTICES.items():
            row = self.rows[kind] = SwitchRow(theme, tr(name), tr(hint))
            row.turned.connect(lambda is_on, kind=kind: self._turned(kind, is_on))
            self.add_row(row)

    def show_preferences(self, preferences: Preferences) -> None:
        for kind, row in self.rows.items():
            row.show_on(kind not in preferences.muted_notices)

    def _turned(self, kind: NoticeKind, is_on: bool) -> None:
        muted = self._store.value.muted_notices
        self._store.change(muted_notices=muted - {kind} if is_on else muted | {kind})


class PlanPage(SettingsPage):
    def __init__(self, theme: Theme, store: PreferenceStore) -> None:
        super().__init__(
            tr("Plans"),
            tr(
                "Before something is changed, a plan shows what that will be. In contexts that you marked as "
                "production it always asks."
            ),
        )
        self._store = store
        self.rows: dict[PlanKind, SwitchRow] = {}
        for kind, (name, hint) in PLANS.items():
            row = self.rows[kind] = SwitchRow(theme, tr(name), tr(hint))
            row.turned.connect(lambda is_on, kind=kind: self._turned(kind, is_on))
            self.add_row(row)
        self.reset = QPushButton(tr("Show all plans again"))
        self.reset.clicked.connect(lambda: store.change(muted_plans=frozenset()))
        place = QWidget()
        line = QHBoxLayout(place)
        line.setContentsMargins(0, 16, 0, 0)
        line.addWidget(self.reset)
        line.addStretch(1)
        self.add_row(place)

    def show_preferences(self, preferences: Preferences) -> None:
        for kind, row in self.rows.items():
            row.show_on(kind not in preferences.muted_plans)
        is_muted = bool(preferences.muted_plans)
        self.reset.setEnabled(is_muted)
        why = "" if is_muted else tr("No plan is muted.")
        self.reset.setToolTip(why)
        self.reset.setAccessibleDescription(why)

    def _turned(self, kind: PlanKind, is_on: bool) -> None:
        muted = self._store.value.muted_plans
        self._store.change(muted_plans=muted - {kind} if is_on else muted | {kind})
