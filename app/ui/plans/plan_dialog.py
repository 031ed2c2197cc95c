"""What would be changed, before it is: facts in sections, what to agree to, and one button that does it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.catalogue import Explanation
from app.ui.plans.diff_view import DiffView
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.widgets.fold import Fold
from app.ui.widgets.layouts import empty_layout
from app.ui.widgets.mark_label import MarkLabel
from app.ui.widgets.marked_commands import marked_commands
from app.ui.widgets.tick_box import TickBox

_WIDTH = 620
_LEAST_HEIGHT = 260


@dataclass(frozen=True)
class Section:
    """`lines` under a heading; `mono`: addresses and the like. `diff`: shown as one, folded behind its heading."""

    heading: str
    lines: tuple[str, ...] = ()
    mono: bool = False
    diff: tuple[str, ...] = ()


@dataclass(frozen=True)
class Consent:
    """Something that has to be agreed to before anything is done. `code`: by which the agreement is told."""

    code: str
    text: str


class PlanDialog(QDialog):
    """Opened at once, filled when the plan is there.

    Signals:
        agreed: tuple[str, ...], the codes of what was agreed to: do it.
        muted: bool, the user does not want to see plans of this kind any more (told with `agreed`).
    """

    agreed = Signal(object)
    muted = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None, title: str, verb: str, *, mute: str = "") -> None:
        """`verb`: what the button does. `mute`: the words for not showing it again; empty: it cannot be muted."""
        super().__init__(parent)
        self._theme = theme
        self._consents: list[tuple[str, TickBox]] = []
        self._guard_consent: Consent | None = None
        self._is_filled = False
        self.setWindowTitle(title)
        self.setObjectName("plan")
        self.setMinimumSize(QSize(_WIDTH, _LEAST_HEIGHT))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._title = styled(QLabel(title), "planTitle")
        self._title.setWordWrap(True)
        self._guard = styled(MarkLabel(theme, "warning", "degraded"), "planGuard")
        self._guard.hide()
        self._body = QVBoxLayout()
        self._body.setSpacing(16)
        self._agreements = QVBoxLayout()
        self._agreements.setSpacing(8)
        self._mute = TickBox(theme, mute)
        self._mute.setVisible(bool(mute))
        self._do = styled(QPushButton(verb), "primary")
        self._do.setEnabled(False)
        self._do.clicked.connect(self._agree)
        self._cancel = QPushButton(tr("Cancel"))
        self._cancel.clicked.connect(self.reject)
        QShortcut(QKeySequence("Ctrl+Return"), self, self._do.click)
        self._lay_out()
        self.show_waiting(tr("Finding out what would change …"))

    @property
    def button(self) -> QPushButton:
        return self._do

    def show_waiting(self, text: str) -> None:
        self._clear()
        waiting = styled(QLabel(text), "dim")
        self._body.addWidget(waiting)
        self._body.addStretch(1)

    def show_guard(self, text: str, consent: str) -> None:
        """This is a place where more is at stake: said on top, and agreed to every time."""
        self._guard.show_text(text)
        self._guard.show()
        self._mute.hide()
        self._mute.setChecked(False)
        self._guard_consent = Consent("", consent)

    def show_plan(self, sections: tuple[Section, ...], consents: tuple[Consent, ...] = ()) -> None:
        self._clear()
        self._is_filled = True
        for section in sections:
            self._body.addWidget(self._section(section))
        guard = (self._guard_consent,) if self._guard_consent is not None else ()
        for consent in (*consents, *guard):
            box = TickBox(self._theme)
            box.toggled.connect(self._weigh)
            self._consents.append((consent.code, box))
            self._agreements.addWidget(_consent_row(box, consent.text))
        self._body.addStretch(1)
        self._weigh()
        (self._consents[0][1] if self._consents else self._do).setFocus()
        # What was just added has its size only once the event loop has been there.
        QTimer.singleShot(0, self, self._fit)

    def show_problem(self, problem: Explanation) -> None:
        """It would fail: there is nothing to agree to."""
        self._clear()
        head = styled(MarkLabel(self._theme, "state-error", "error"), "problemTitle")
        head.show_text(problem.what)
        self._body.addWidget(head)
        for text in (problem.effect, problem.next_step):
            label = styled(QLabel(marked_commands(text)), "dim" if text is problem.effect else "planLine")
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setWordWrap(True)
            self._body.addWidget(label)
        self._body.addStretch(1)
        self._cancel.setFocus()

    def _agree(self) -> None:
        self.muted.emit(self._mute.isChecked())
        self.agreed.emit(tuple(code for code, _ in self._consents if code))
        self.accept()

    def _weigh(self) -> None:
        missing = sum(not box.isChecked() for _, box in self._consents)
        self._do.setEnabled(self._is_filled and not missing)
        self._do.setToolTip(tr("Agree to what is ticked off above first.") if missing else "")

    def _clear(self) -> None:
        self._is_filled = False
        self._consents.clear()
        self._do.setEnabled(False)
        for layout in (self._body, self._agreements):
            empty_layout(layout)

    def _section(self, section: Section) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        heading = styled(QLabel(section.heading), "planHeading")
        column.addWidget(heading)
        for line in section.lines:
            label = styled(QLabel(line), "planMono" if section.mono else "planLine")
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        if section.diff:
            view = DiffView(self._theme)
            view.show_lines(section.diff)
            fold = Fold(self._theme, tr("Show the change line by line"), view)
            fold.button.toggled.connect(lambda _open: QTimer.singleShot(0, self, self._fit))
            column.addWidget(fold)
        return box

    def _lay_out(self) -> None:
        content = styled(QWidget(), "planContent")
        content.setLayout(self._body)
        self._body.setContentsMargins(24, 4, 24, 12)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        self._content, self._scroll = content, scroll
        foot = styled(QFrame(), "planFoot")
        below = QVBoxLayout(foot)
        below.setContentsMargins(24, 12, 24, 12)
        below.setSpacing(12)
        below.addLayout(self._agreements)
        row = QHBoxLayout()
        row.setSpacing(8)
        below.addLayout(row)
        row.addWidget(self._mute)
        row.addStretch(1)
        row.addWidget(self._cancel)
        row.addWidget(self._do)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(24, 20, 24, 12)
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._guard)
        column.addLayout(head)
        column.addWidget(scroll, 1)
        column.addWidget(foot)

    def _fit(self) -> None:
        """As high as the plan, as far as the screen allows."""
        self._content.adjustSize()
        width = max(self.width(), _WIDTH)
        # Not the size hint: lines that wrap hint at a narrower column than they get.
        content = max(self._content.heightForWidth(width), self._content.minimumSizeHint().height())
        wanted = content + self.sizeHint().height() - self._scroll.sizeHint().height()
        most = int(self.screen().availableGeometry().height() * 0.85)
        self.resize(width, min(max(wanted, _LEAST_HEIGHT), most))


def _consent_row(box: TickBox, text: str) -> QWidget:
    """A check box's own text does not wrap."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    label = styled(QLabel(text), "planLine")
    label.setWordWrap(True)
    label.setBuddy(box)
    box.setAccessibleName(text)
    line.addWidget(box, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(label, 1)
    return row
