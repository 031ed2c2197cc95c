"""Several workloads are chosen: what can be done to all of them at once."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.controllers.intercept_views import InterceptRow
from app.controllers.views import WorkloadRow
from app.ui.inspector.known import Known
from app.ui.styled import styled
from app.ui.translation import tr, tr_count
from app.ui.widgets.breakable import breakable

_MOST_NAMES = 12


class ChoicePage(QWidget):
    """Signals:
    leave_asked: tuple[InterceptRow, ...], own ones on the chosen workloads are to end.
    """

    leave_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._mine: tuple[InterceptRow, ...] = ()
        self._head = styled(QLabel(), "workloadName")
        self._names = styled(QLabel(), "dim")
        self._names.setWordWrap(True)
        self._stop = QPushButton()
        self._stop.clicked.connect(lambda: self.leave_asked.emit(self._mine))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        for widget in (self._head, self._names, self._stop):
            column.addWidget(widget)
        column.addStretch(1)

    def show_rows(self, rows: tuple[WorkloadRow, ...], known: Known) -> None:
        self._mine = tuple(one for row in rows for one in known.of(row.key) if one.mine)
        self._head.setText(tr_count(len(rows), "{count} workload", "{count} workloads"))
        shown = ", ".join(row.name for row in rows[:_MOST_NAMES])
        more = len(rows) - _MOST_NAMES
        names = tr("{names} and {count} more", names=shown, count=more) if more > 0 else shown
        self._names.setText(breakable(names))
        count = len(self._mine)
        stop = tr_count(count, "Stop {count} intercept of mine", "Stop {count} intercepts of mine")
        self._stop.setText(stop if count else tr("Stop my intercepts"))
        self._stop.setEnabled(bool(count))
        self._stop.setToolTip("" if count else tr("You have none on these workloads."))
