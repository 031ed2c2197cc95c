"""What vanished owners left: shown first, taken away when the user agrees."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.controllers.diagnosis_views import RemainsRow, RepairView
from app.ui.styled import styled
from app.ui.translation import tr, tr_count
from app.ui.widgets.layouts import empty_layout

_SIZE = (560, 380)
_LEAST = (420, 260)


class RepairDialog(QDialog):
    """Signals:
    repair_asked: the user agrees to what is shown.
    """

    repair_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("diagnostics")
        self.setWindowTitle(tr("Repair"))
        self.resize(*_SIZE)
        self.setMinimumSize(*_LEAST)
        self._head = styled(QLabel(), "diagnosticsHead")
        self._note = styled(QLabel(wordWrap=True), "dim")
        self._content = styled(QWidget(), "diagnosticsBody")
        self._rows = QVBoxLayout(self._content)
        self._rows.setContentsMargins(20, 12, 20, 12)
        self._rows.setSpacing(10)
        self._repair = styled(QPushButton(tr("Take it away")), "primary")
        self._repair.clicked.connect(self.repair_asked)
        self._close = QPushButton(tr("Close"))
        self._close.clicked.connect(self.close)
        self._lay_out()
        self.show_view(RepairView(step="…"))

    def show_view(self, view: RepairView) -> None:
        self._head.setText(_head(view))
        self._note.setText(_note(view))
        self._note.setVisible(bool(self._note.text()))
        self._fill(view)
        can_repair = bool(view.rows) and not view.step and view.done is None and view.problem is None
        self._repair.setVisible(can_repair)
        self._repair.setDefault(can_repair)

    def _fill(self, view: RepairView) -> None:
        empty_layout(self._rows)
        texts = view.failures if view.done is not None else tuple(_row_text(row) for row in view.rows)
        for text in texts:
            label = styled(QLabel(text, wordWrap=True), "repairRow")
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._rows.addWidget(label)
        self._rows.addStretch(1)

    def _lay_out(self) -> None:
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(self._content)
        area.setAccessibleName(tr("What was found"))
        head = styled(QFrame(), "diagnosticsBar")
        words = QVBoxLayout(head)
        words.setContentsMargins(20, 16, 20, 12)
        words.setSpacing(4)
        words.addWidget(self._head)
        words.addWidget(self._note)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(20, 12, 20, 16)
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._repair)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(area, 1)
        column.addLayout(buttons)


def _head(view: RepairView) -> str:
    if view.problem is not None:
        return view.problem.title
    if view.done is not None:
        return tr_count(view.done, "One workload is in order again", "{count} workloads are in order again")
    if view.step:
        return tr("Repairing") if view.rows else tr("Looking for what vanished owners left")
    if not view.rows:
        return tr("Nobody left anything")
    return tr_count(len(view.rows), "Something is left in one workload", "Something is left in {count} workloads")


def _note(view: RepairView) -> str:
    if view.problem is not None:
        return f"{view.problem.what} {view.problem.next_step}"
    if view.done is not None:
        return tr("This could not be taken away:") if view.failures else ""
    if view.step:
        return view.step
    parts = [tr("Whoever is connected keeps theirs. Nothing is changed before you agree.")] if view.rows else []
    if view.unread:
        parts.append(tr("Not looked at: {places}.", places=", ".join(view.unread)))
    return " ".join(parts)


def _row_text(row: RemainsRow) -> str:
    whose = ", ".join(dict.fromkeys(row.vanished)) or tr("nobody's any more")
    place = tr("{workload} in {namespace}", workload=row.workload, namespace=row.namespace)
    if row.restores:
        return tr("{place}, left by {owner}: its sidecar is removed.", place=place, owner=whose)
    kept = ", ".join(dict.fromkeys(row.kept))
    return tr("{place}, left by {owner}: its sidecar stays for {kept}.", place=place, owner=whose, kept=kept)
