"""The checks as a page: each as it finishes, what to do about it, and a button where we can do it."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.controllers.diagnosis_views import DoctorView
from app.domain.checks import Check, Fix, Verdict
from app.ui.check_words import step_text
from app.ui.diagnostics.check_row import CheckRow
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr, tr_count


class DoctorPage(QWidget):
    """Signals:
    check_asked: run all checks; also when the page is seen for the first time.
    bundle_asked: the user wants to save the diagnostics.
    repair_asked: show what vanished owners left.
    exclude_asked: tuple[str, ...], subnets to keep out of the tunnel.
    fix_asked: str, the value of another Fix; see app.domain.checks.
    """

    check_asked = Signal()
    bundle_asked = Signal()
    repair_asked = Signal()
    exclude_asked = Signal(object)
    fix_asked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._view = DoctorView()
        self._rows: list[CheckRow] = []
        self._head = styled(QLabel(), "diagnosticsHead")
        self._step = styled(QLabel(), "dim")
        self._again = QPushButton(tr("Check again"))
        self._again.clicked.connect(self.check_asked)
        self._bundle = QPushButton(tr("Save diagnostics…"))
        self._bundle.setToolTip(tr("Saves what a fault is found by in one file, without secrets."))
        self._bundle.clicked.connect(self.bundle_asked)
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self._area = QScrollArea()
        self._lay_out()
        self.show_view(self._view)

    def show_view(self, view: DoctorView) -> None:
        self._view = view
        self._show_checks(view.checks)
        self._head.setText(_verdict(view))
        self._step.setText(_progress(view))
        self._again.setEnabled(not view.is_running)
        waiting = tr("The checks are still running.") if view.is_running else ""
        self._again.setToolTip(waiting)
        self._again.setAccessibleDescription(waiting)
        for row in self._rows:
            row.set_fixable(waiting)

    def rows(self) -> list[CheckRow]:
        return list(self._rows)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._view.is_running and self._view.finished_at is None:
            self.check_asked.emit()

    def _show_checks(self, checks: tuple[Check, ...]) -> None:
        """Rows that are there stay: who reads one, or has its button in focus, keeps it."""
        shown = tuple(row.check for row in self._rows)
        if checks[: len(shown)] != shown:
            for row in self._rows:
                self._list.removeWidget(row)
                row.hide()
                row.deleteLater()
            self._rows = []
        for check in checks[len(self._rows) :]:
            row = CheckRow(self._theme, check)
            row.fix_asked.connect(self._fix)
            self._list.insertWidget(len(self._rows), row)
            self._rows.append(row)

    def _fix(self, check: Check) -> None:
        match check.fix:
            case Fix.REPAIR:
                self.repair_asked.emit()
            case Fix.EXCLUDE_SUBNETS:
                self.exclude_asked.emit(check.fix_values)
            case Fix.LOG_IN | None:
                pass
            case other:
                self.fix_asked.emit(other.value)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._head)
        words.addWidget(self._step)
        head = styled(QFrame(), "diagnosticsBar")
        row = QHBoxLayout(head)
        row.setContentsMargins(20, 12, 20, 12)
        row.setSpacing(8)
        row.addLayout(words, 1)
        row.addWidget(self._again, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._bundle, 0, Qt.AlignmentFlag.AlignVCenter)
        content = styled(QWidget(), "diagnosticsBody")
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addLayout(self._list)
        inner.addStretch(1)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(content)
        self._area.setAccessibleName(tr("Checks"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self._area, 1)


def _verdict(view: DoctorView) -> str:
    if view.is_running:
        return tr("Checking…")
    if view.finished_at is None:
        return tr("Not checked yet")
    failed = sum(check.verdict is Verdict.FAIL for check in view.checks)
    if failed:
        return tr_count(failed, "One thing is not working", "{count} things are not working")
    warned = sum(check.verdict is Verdict.WARN for check in view.checks)
    if warned:
        return tr_count(warned, "One thing to look at", "{count} things to look at")
    return tr("Everything is fine")


def _progress(view: DoctorView) -> str:
    if view.is_running:
        return f"{step_text(view.step)} …" if view.step else ""
    if view.finished_at is None:
        return tr("The checks go from the kubeconfig to the cluster's answer.")
    at = datetime.fromtimestamp(view.finished_at).astimezone().strftime("%H:%M:%S")
    return tr("Checked at {time}", time=at)
