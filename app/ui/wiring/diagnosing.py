"""Connection details and doctor: a window of their own, made when it is first wanted."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject

from app.controllers.diagnosis_views import DetailsView, RoundTripSample, TimelineEntry
from app.domain.checks import Fix
from app.domain.errors import KubeferryError
from app.domain.subnets import parse_subnet
from app.ui.composition import Controllers
from app.ui.diagnostics.diagnostics_dialog import DiagnosticsDialog, Page
from app.ui.plans.change_flow import ChangeFlow
from app.ui.theme import Theme
from app.ui.window import Window

_SETUP = frozenset({Fix.START_HELPER, Fix.RESTART_HELPER, Fix.ALLOW_USER})


class Diagnostics(QObject):
    """`set_up`: shows the page that puts in place what is missing on this machine."""

    def __init__(
        self, window: Window, theme: Theme, flow: ChangeFlow, parts: Controllers, set_up: Callable[[], None]
    ) -> None:
        super().__init__(window)
        self._window, self._theme, self._flow, self._parts, self._set_up = window, theme, flow, parts, set_up
        self._dialog: DiagnosticsDialog | None = None
        self._details = DetailsView()
        self._round_trips: tuple[RoundTripSample, ...] = ()
        self._timeline: tuple[TimelineEntry, ...] = ()
        diagnosis = parts.diagnosis
        diagnosis.details_changed.connect(self._keep_details)
        diagnosis.round_trips_changed.connect(self._keep_round_trips)
        diagnosis.timeline_changed.connect(self._keep_timeline)

    @property
    def dialog(self) -> DiagnosticsDialog | None:
        return self._dialog

    def show(self, page: Page) -> None:
        if self._dialog is None:
            self._dialog = self._make()
        self._dialog.show_page(page)

    def _keep_details(self, view: DetailsView) -> None:
        self._details = view

    def _keep_round_trips(self, samples: tuple[RoundTripSample, ...]) -> None:
        self._round_trips = samples

    def _keep_timeline(self, entries: tuple[TimelineEntry, ...]) -> None:
        self._timeline = entries

    def _make(self) -> DiagnosticsDialog:
        dialog, diagnosis = DiagnosticsDialog(self._theme, self._window), self._parts.diagnosis
        dialog.show_details(self._details)
        dialog.show_round_trips(self._round_trips)
        dialog.show_timeline(self._timeline)
        dialog.show_doctor(diagnosis.doctor)
        diagnosis.details_changed.connect(dialog.show_details)
        diagnosis.round_trips_changed.connect(dialog.show_round_trips)
        diagnosis.timeline_changed.connect(dialog.show_timeline)
        diagnosis.doctor_changed.connect(dialog.show_doctor)
        diagnosis.repair_changed.connect(dialog.show_repair)
        diagnosis.bundle_changed.connect(dialog.show_bundle)
        dialog.connect_asked.connect(self._window.connect_asked)
        dialog.refresh_asked.connect(diagnosis.refresh_details)
        dialog.check_asked.connect(diagnosis.check)
        dialog.repair_plan_asked.connect(diagnosis.plan_repair)
        dialog.repair_asked.connect(diagnosis.repair)
        dialog.save_asked.connect(diagnosis.save_bundle)
        dialog.exclude_asked.connect(self._exclude)
        dialog.fix_asked.connect(self._fix)
        return dialog

    def _exclude(self, subnets: tuple[str, ...]) -> None:
        """Keeps them out of the tunnel from the next connection on, and looks again."""
        choices = self._parts.store.value.cluster
        every = dict.fromkeys((*choices.exclude, *(text for text in subnets if _is_subnet(text))))
        self._parts.store.change(cluster=msgspec.structs.replace(choices, exclude=tuple(every)))
        self._parts.diagnosis.check()

    def _fix(self, code: str) -> None:
        match Fix(code):
            case fix if fix in _SETUP:
                self._set_up()
                self._window.raise_()
            case Fix.RELOAD_KUBECONFIG:
                self._parts.browser.reload()
                self._parts.diagnosis.check()
            case Fix.INSTALL_MANAGER:
                self._window.connect_asked.emit()
            case _:
                self._parts.diagnosis.check()


def _is_subnet(text: str) -> bool:
    try:
        parse_subnet(text)
    except KubeferryError:
        return False
    return True
