"""What happened, what it means, what to do: with the details folded."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout

from app.domain.catalogue import Explanation
from app.domain.errors import ErrorCode
from app.ui.styled import dress_anew, styled
from app.ui.translation import tr
from app.ui.widgets.marked_commands import marked_commands

_DETAILS_HEIGHT = 96
_SETUP_CODES = frozenset({ErrorCode.HELPER_NOT_RUNNING, ErrorCode.HELPER_NOT_ALLOWED, ErrorCode.NO_KUBECONFIG})
"""What the first-run page can mend."""


class ProblemPanel(QFrame):
    """Hidden until there is a problem. It goes when the problem goes, or when the user has read it.

    Signals:
        retry_asked: do again what failed.
        setup_asked: put in place what is missing on this machine.
    """

    retry_asked = Signal()
    setup_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("problem")
        self._shown: Explanation | None = None
        self._dismissed: Explanation | None = None
        self._title = styled(QLabel(), "problemTitle")
        self._meaning = styled(QLabel(), "problemMeaning")
        self._remedy = styled(QLabel(), "problemRemedy")
        self._details = styled(QPlainTextEdit(readOnly=True), "problemDetails")
        self._details.setFixedHeight(_DETAILS_HEIGHT)
        self._details.setAccessibleName(tr("Details"))
        self._details.setTabChangesFocus(True)
        self._fold = styled(QPushButton(tr("Details")), "link")
        self._fold.setCheckable(True)
        self._retry = QPushButton(tr("Try again"))
        self._setup = styled(QPushButton(tr("Set up")), "primary")
        self._dismiss = QPushButton(tr("Dismiss"))
        self._fold.toggled.connect(self._details.setVisible)
        self._retry.clicked.connect(self.retry_asked)
        self._setup.clicked.connect(self.setup_asked)
        self._dismiss.clicked.connect(self._dismiss_clicked)
        self._lay_out()
        self.hide()

    def show_problem(self, problem: Explanation | None, *, left: tuple[str, ...] = (), can_retry: bool = True) -> None:
        if problem is None:
            self._shown = self._dismissed = None
            self.hide()
            return
        if problem == self._dismissed:
            return
        if problem != self._shown:
            self._fold.setChecked(False)
            self._details.setVisible(False)
        self._shown = problem
        self._title.setText(problem.what)
        not_undone = " " + tr("Not undone: {left}.", left="; ".join(left)) if left else ""
        self._meaning.setText(problem.effect + not_undone)
        self._remedy.setText(marked_commands(problem.next_step))
        self._details.setPlainText(problem.detail)
        self._fold.setVisible(bool(problem.detail))
        self._retry.setVisible(can_retry)
        self._setup.setVisible(problem.code in _SETUP_CODES)
        self.setAccessibleName(problem.title)
        self.setAccessibleDescription(f"{problem.what} {problem.effect} {problem.next_step}")
        self.setProperty("tone", "error" if can_retry else "degraded")
        dress_anew(self)
        self.show()

    def _dismiss_clicked(self) -> None:
        self._dismissed = self._shown
        self.hide()

    def _lay_out(self) -> None:
        for label in (self._title, self._meaning, self._remedy):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._remedy.setTextFormat(Qt.TextFormat.RichText)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        for label in (self._title, self._meaning, self._remedy):
            texts.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addLayout(texts, 1)
        for button in (self._fold, self._setup, self._retry, self._dismiss):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 12)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._details)
