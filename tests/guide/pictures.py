"""What each picture of the guide shows. One function a picture; it returns the widget as it is to be drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from app.controllers.first_run_views import (
    FirstRunView,
    HelperState,
    HelperView,
    KubeconfigsView,
    Source,
    SourceKind,
)
from app.controllers.intercept_views import InterceptRow
from app.controllers.views import WorkloadRow, WorkloadsView
from app.platform.helper_install import InstallPlan
from app.settings.store import PreferenceStore
from app.ui.browser.workload_table import WorkloadTable
from app.ui.diagnostics.diagnostics_dialog import DiagnosticsDialog
from app.ui.diagnostics.diagnostics_dialog import Page as DiagnosticsPage
from app.ui.first_run.first_run_page import FirstRunPage
from app.ui.inspector.inspector import Inspector
from app.ui.plans.connect_sections import connect_sections
from app.ui.plans.intercept_sections import intercept_consents, intercept_sections
from app.ui.plans.plan_dialog import PlanDialog
from app.ui.settings.settings_dialog import SettingsDialog
from app.ui.theme import Theme
from app.ui.traffic.traffic_dock import REQUESTS
from app.ui.translation import tr
from tests.gui import diagnostics_data, sample_data
from tests.gui.picture import filled_window
from tests.guide import data

WINDOW = QSize(1180, 760)
_FIRST_RUN = QSize(900, 880)
_TABLE = QSize(940, 520)
_PLAN = QSize(560, 480)
_INSPECTOR = QSize(340, 730)
_AT_WORK = QSize(1320, 860)
_DIALOG = QSize(820, 560)


class NoAutostart:
    """As app.platform.autostart.Autostart, and nothing is written."""

    def is_on(self) -> bool:
        return False

    def set_on(self, is_on: bool, *, minimised: bool = True) -> None:
        raise OSError("not in a picture")


def first_run(theme: Theme) -> QWidget:
    path = "~/.kube/config"
    names = tuple(row.name for row in sample_data.CONTEXTS)
    install = "/usr/share/kubeferry/install-helper"
    page = FirstRunPage(theme)
    page.show_state(
        FirstRunView(
            KubeconfigsView(True, (Source(SourceKind.KUBECTL, path, path, names),)),
            HelperView(HelperState.MISSING, plan=InstallPlan((install,), f"sudo {install}")),
        )
    )
    page.resize(_FIRST_RUN)
    return page


def connect(theme: Theme) -> QWidget:
    dialog = PlanDialog(theme, None, "Connect to staging-eu", "Connect", mute="Connect without showing this")
    dialog.show_plan(connect_sections(data.CONNECT_PLAN))
    dialog.setFixedSize(_PLAN)  # Else it fits itself to the screen, and screens differ.
    return dialog


def window(theme: Theme) -> QWidget:
    shown = filled_window(theme, "connected")
    shown.resize(WINDOW)
    return shown


def workloads(theme: Theme) -> QWidget:
    table = WorkloadTable(theme, clock=lambda: sample_data.NOW)
    table.show_contexts_known(True)
    table.show_scope("shop")
    table.show_own_id(data.OWN_ID)
    table.show_workloads(WorkloadsView(sample_data.WORKLOADS))
    table.show_intercepts(data.EVERYBODYS)
    _show_rates(table)
    table.resize(_TABLE)
    return table


def mesh(theme: Theme) -> QWidget:
    return _inspector(theme)


def mesh_plan(theme: Theme) -> QWidget:
    dialog = PlanDialog(
        *(theme, None, tr("Mesh {name}", name="reviews"), tr("Start mesh")),
        mute=tr("Start meshes without showing this"),
    )
    dialog.show_plan(intercept_sections(data.MESH_PLAN), intercept_consents(data.MESH_PLAN))
    dialog.setFixedSize(_PLAN)  # Else it fits itself to the screen, and screens differ.
    return dialog


def mesh_on(theme: Theme) -> QWidget:
    return _inspector(theme, data.MINE)


def requests(theme: Theme) -> QWidget:
    """The whole window at work: a workload is chosen, its mesh is on, and requests come in."""
    shown = filled_window(theme, "connected")
    shown.resize(_AT_WORK)
    shown.show_connection(replace(sample_data.CONNECTED, intercepts=(data.MINE,)))
    for sample in sample_data.traffic():
        shown.show_sample(sample)
    shown.show_workloads(WorkloadsView(tuple(_with_details(row) for row in sample_data.WORKLOADS)))
    shown.show_intercepts(data.EVERYBODYS)
    _show_rates(shown.workloads)
    shown.choose_workload(data.REVIEWS)
    shown.inspector.show_listeners(data.LISTENERS)
    shown.inspector.page.rule.show_rule(data.RULE)
    shown.dock.show_watched((data.REVIEWS,))
    shown.dock.add_requests(data.requests(), 0)
    shown.dock.tabs.setCurrentIndex(REQUESTS)
    return shown


def trouble(theme: Theme) -> QWidget:
    shown = filled_window(theme, "failed")
    shown.resize(WINDOW)
    return shown


def doctor(theme: Theme) -> QWidget:
    dialog = DiagnosticsDialog(theme, clock=lambda: sample_data.NOW)
    dialog.show_details(diagnostics_data.DETAILS)
    dialog.show_timeline(diagnostics_data.TIMELINE)
    dialog.show_doctor(data.DOCTOR)
    dialog.show_page(DiagnosticsPage.DOCTOR)
    dialog.resize(_DIALOG)
    return dialog


def settings(theme: Theme) -> QWidget:
    dialog = SettingsDialog(theme, PreferenceStore(), NoAutostart())
    dialog.resize(_DIALOG)
    return dialog


PICTURES: dict[str, Callable[[Theme], QWidget]] = {
    "first-run": first_run,
    "connect": connect,
    "window": window,
    "workloads": workloads,
    "mesh": mesh,
    "mesh-plan": mesh_plan,
    "mesh-on": mesh_on,
    "requests": requests,
    "trouble": trouble,
    "doctor": doctor,
    "settings": settings,
}
"""By the file's name, without ".png"."""


def draw(widget: QWidget) -> QImage:
    """As it looks once it is shown and everything is in its place."""
    widget.show()
    for _ in range(3):  # Layouts of wrapped texts settle one inside the other.
        QApplication.processEvents()
    if (focused := widget.focusWidget()) is not None:
        focused.clearFocus()  # No caret that is there or not by chance.
        QApplication.processEvents()
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    widget.hide()
    widget.deleteLater()
    return picture


def _show_rates(table: WorkloadTable) -> None:
    for second in range(60):
        table.show_rates(data.rates(second))


def _with_details(row: WorkloadRow) -> WorkloadRow:
    return data.REVIEWS_ROW if row.key == data.REVIEWS else row


def _inspector(theme: Theme, *own: InterceptRow) -> Inspector:
    inspector = Inspector(theme, me="alice", own_id=data.OWN_ID)
    inspector.show_selection((data.REVIEWS_ROW,))
    inspector.show_listeners(data.LISTENERS)
    inspector.page.rule.show_rule(data.RULE)
    inspector.show_intercepts(data.EVERYBODYS[1:] if not own else data.EVERYBODYS)
    inspector.show_context("staging-eu")
    inspector.show_connection(replace(sample_data.CONNECTED, intercepts=own))
    inspector.resize(_INSPECTOR)
    return inspector
