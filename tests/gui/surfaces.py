"""Everything that the window can show, each with something in it: pages, dialogs, palette and the tray's menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QListWidget, QWidget

from app.settings.store import PreferenceStore
from app.ui.diagnostics.bundle_dialog import BundleDialog
from app.ui.diagnostics.diagnostics_dialog import DiagnosticsDialog, Page
from app.ui.diagnostics.repair_dialog import RepairDialog
from app.ui.first_run.first_run_page import FirstRunPage
from app.ui.first_run.paste_dialog import PasteDialog
from app.ui.plans.intercept_sections import intercept_consents, intercept_sections
from app.ui.plans.plan_dialog import PlanDialog
from app.ui.settings.settings_dialog import SettingsDialog
from app.ui.shell.commands import Command
from app.ui.shell.palette import Palette
from app.ui.shell.shortcut_sheet import ShortcutSheet
from app.ui.shell.shortcuts import elsewhere_lines
from app.ui.shell.tray import Tray
from app.ui.theme import Theme
from app.ui.traffic.replay_dialog import ReplayDialog
from tests.gui import diagnostics_data, sample_data
from tests.gui.picture import _VIEWS, filled_window
from tests.gui.test_plans import PLAN
from tests.gui.test_settings import FakeAutostart
from tests.gui.traffic_data import laptop_row

Surface = Callable[[Theme], QWidget]


def _window(state: str, theme: Theme) -> QWidget:
    window = filled_window(theme, state)
    window.resize(1180, 760)
    return window


def _settings(page: int, theme: Theme) -> QWidget:
    dialog = SettingsDialog(theme, PreferenceStore(), FakeAutostart())
    dialog.findChildren(QListWidget)[0].setCurrentRow(page)
    return dialog


def _diagnostics(page: Page, theme: Theme) -> QWidget:
    dialog = DiagnosticsDialog(theme, clock=lambda: sample_data.NOW)
    dialog.show_details(diagnostics_data.DETAILS)
    dialog.show_round_trips(diagnostics_data.round_trips())
    dialog.show_timeline(diagnostics_data.TIMELINE)
    dialog.show_doctor(diagnostics_data.DOCTOR)
    dialog.show_page(page)
    return dialog


def _plan(theme: Theme) -> QWidget:
    dialog = PlanDialog(theme, None, "Mesh reviews", "Start mesh", mute="Never again")
    dialog.show_plan(intercept_sections(PLAN), intercept_consents(PLAN))
    return dialog


def _palette(theme: Theme) -> QWidget:
    window = QWidget()
    window.resize(900, 600)
    palette = Palette(theme, window)
    palette.show_commands(tuple(Command(str(n), f"Command {n}", lambda: None, "group") for n in range(20)))
    window.show()
    palette.open()
    return window


def _tray_menu(theme: Theme) -> QWidget:
    owner = QWidget()
    tray = Tray(theme, owner)
    tray.show_contexts(sample_data.CONTEXTS, "staging-eu")
    tray.show_view(sample_data.CONNECTED)
    owner.setParent(tray.menu)  # The tray lives as long as its menu is looked at.
    owner.hide()
    return tray.menu


SURFACES: dict[str, Surface] = {
    **{f"window, {state}": partial(_window, state) for state in _VIEWS},
    **{f"settings, page {page}": partial(_settings, page) for page in range(7)},
    **{f"diagnostics, {page.name.lower()}": partial(_diagnostics, page) for page in Page},
    "first run": FirstRunPage,
    "plan": _plan,
    "palette": _palette,
    "tray menu": _tray_menu,
    "shortcuts": lambda _: ShortcutSheet(elsewhere_lines()),
    "paste": lambda _: PasteDialog(),
    "bundle": lambda _: BundleDialog(),
    "repair": lambda _: RepairDialog(),
    "replay": lambda _: ReplayDialog(laptop_row(), 8080),
}
