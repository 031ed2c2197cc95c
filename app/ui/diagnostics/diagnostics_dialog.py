"""Connection details, timeline and doctor in one window beside the main one."""

from __future__ import annotations

import enum
import time
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.controllers.diagnosis_views import (
    BundleView,
    DetailsView,
    DoctorView,
    RepairView,
    RoundTripSample,
    TimelineEntry,
)
from app.ui.diagnostics.bundle_dialog import BundleDialog
from app.ui.diagnostics.connection_page import ConnectionPage
from app.ui.diagnostics.doctor_page import DoctorPage
from app.ui.diagnostics.repair_dialog import RepairDialog
from app.ui.diagnostics.timeline_page import TimelinePage
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr

_SIZE = QSize(820, 600)
_LEAST = QSize(560, 400)


class Page(enum.IntEnum):
    CONNECTION = 0
    TIMELINE = 1
    DOCTOR = 2


class DiagnosticsDialog(QDialog):
    """Not modal: it stays open beside the window.

    Signals:
        connect_asked: the user wants a connection.
        refresh_asked: ask for what is not told by itself.
        check_asked: run the doctor's checks.
        exclude_asked: tuple[str, ...], subnets to keep out of the tunnel.
        fix_asked: str, the value of a Fix that is somebody else's to do.
        repair_plan_asked: find out what vanished owners left.
        repair_asked: take it away.
        save_asked: str, where to save the diagnostics.
    """

    connect_asked = Signal()
    refresh_asked = Signal()
    check_asked = Signal()
    exclude_asked = Signal(object)
    fix_asked = Signal(str)
    repair_plan_asked = Signal()
    repair_asked = Signal()
    save_asked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None, clock: Callable[[], float] = time.time) -> None:
        super().__init__(parent)
        self.setObjectName("diagnostics")
        self.setWindowTitle(tr("Connection details and diagnostics"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(_SIZE)
        self.setMinimumSize(_LEAST)
        self.connection = ConnectionPage(theme, clock)
        self.timeline = TimelinePage(theme)
        self.doctor = DoctorPage(theme)
        self.repair = RepairDialog(self)
        self.bundle = BundleDialog(self)
        self._tabs = styled(QTabBar(), "diagnosticsTabs")
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()

    def show_page(self, page: Page) -> None:
        """Opens the window, or brings it up, at this page."""
        self._tabs.setCurrentIndex(page)
        self.show()
        self.raise_()
        self.activateWindow()

    def show_details(self, view: DetailsView) -> None:
        self.connection.show_details(view)

    def show_round_trips(self, samples: tuple[RoundTripSample, ...]) -> None:
        self.connection.show_round_trips(samples)

    def show_timeline(self, entries: tuple[TimelineEntry, ...]) -> None:
        self.timeline.show_entries(entries)

    def show_doctor(self, view: DoctorView) -> None:
        self.doctor.show_view(view)

    def show_repair(self, view: RepairView) -> None:
        self.repair.show_view(view)

    def show_bundle(self, view: BundleView) -> None:
        self.bundle.show_view(view)

    def _lay_out(self) -> None:
        pages = ((tr("Connection"), self.connection), (tr("Timeline"), self.timeline), (tr("Doctor"), self.doctor))
        for name, page in pages:
            self._tabs.addTab(name)
            self._stack.addWidget(page)
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.setAccessibleName(tr("Pages"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tabs)
        column.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self._tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self.connection.connect_asked.connect(self.connect_asked)
        self.connection.refresh_asked.connect(self.refresh_asked)
        self.doctor.check_asked.connect(self.check_asked)
        self.doctor.exclude_asked.connect(self.exclude_asked)
        self.doctor.fix_asked.connect(self.fix_asked)
        self.doctor.repair_asked.connect(self._show_repair)
        self.doctor.bundle_asked.connect(self._show_bundle)
        self.repair.repair_asked.connect(self.repair_asked)
        self.bundle.save_asked.connect(self.save_asked)
        for page in Page:
            QShortcut(QKeySequence(f"Ctrl+{page + 1}"), self, lambda page=page: self._tabs.setCurrentIndex(page))

    def _show_repair(self) -> None:
        self.repair_plan_asked.emit()
        self.repair.open()

    def _show_bundle(self) -> None:
        self.bundle.show_view(BundleView())
        self.bundle.open()
