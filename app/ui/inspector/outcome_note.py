"""Why the last wish did not come true: kept at the workload until the next one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from app.domain.catalogue import Explanation
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.widgets.mark_label import MarkLabel
from app.ui.widgets.marked_commands import marked_commands
from app.ui.widgets.plain_tip import plain_tip


class OutcomeNote(QFrame):
    """Hidden while there is nothing to say."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("outcome")
        self._what = MarkLabel(theme, "state-error", "error")
        self._then = styled(QLabel(), "dim")
        self._then.setWordWrap(True)
        self._then.setTextFormat(Qt.TextFormat.RichText)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        column.addWidget(self._what)
        column.addWidget(self._then)
        self.hide()

    @property
    def text(self) -> str:
        return self._what.text if self.isVisible() else ""

    def show_problem(self, problem: Explanation | None) -> None:
        self.setVisible(problem is not None)
        if problem is not None:
            self._what.show_text(problem.what)
            self._then.setText(marked_commands(f"{problem.effect} {problem.next_step}".strip()))
            self.setToolTip(plain_tip(problem.detail))
