"""The tour beside the program's window: the steps, what the one at hand is for, and what its commands have said."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QFontDatabase, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.ui.styled import styled
from app.ui.theme import Theme
from tests.demo.guide import Guide
from tests.demo.step_rows import StepRows
from tests.demo.story import REVIEWS, USER
from tests.demo.teller import Told
from tests.lab.shop.storefront import PASSED_ON

WIDTH, HEIGHT = 460, 860
_WORDS_HEIGHT = 136
"""Of what a step is for: the buttons below stay where they are from step to step."""


class TourWindow(QWidget):
    """Signals:
    program_asked: the program's own window is wanted in front.
    closed: the tour is over.
    """

    program_asked = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, guide: Guide, *, url: str = "") -> None:
        """`url`: where the shop's page is for a browser of this machine; "": nowhere."""
        super().__init__()
        self.setObjectName("root")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle("Kubeferry: a guided tour")
        self.resize(WIDTH, HEIGHT)
        self._guide = guide
        self._failed = False
        self.rows = StepRows(theme, [step.title for step in guide.steps])
        self._title = styled(QLabel(), "emptyHead")
        self._why, self._by_hand = _text(), _text("dim")
        self.verdict = _text("stepWord")
        self.browser = _text("dim")
        self.browser.setText(f"The same in your browser:\n{url}\n{url}?user={USER}")
        self.browser.setVisible(bool(url))
        self.do, self.look = QPushButton("Do it for me"), QPushButton("I did it")
        self.next = QPushButton("Next")
        self.program = styled(QPushButton("Kubeferry's window"), "link")
        self.transcript = _paper("What the commands have said")
        self.usual, self.mine = _page("The page as everybody sees it"), _page("The page with the header")
        self._pages, self._words = QWidget(), QWidget()
        self._lay_out()
        self._connect()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    def _lay_out(self) -> None:
        card = styled(QFrame(), "stepCard")
        texts = QVBoxLayout(card)
        texts.setContentsMargins(16, 14, 16, 14)
        texts.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(8)
        for label in (self._title, self._why, self._by_hand):
            words.addWidget(label)
        words.addStretch(1)
        words.setContentsMargins(0, 0, 0, 0)
        self._words.setLayout(words)
        texts.addWidget(self._words)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.do, self.look, self.next):
            buttons.addWidget(button)
        buttons.addStretch(1)
        texts.addLayout(buttons)
        texts.addWidget(self.verdict)
        pair = QHBoxLayout(self._pages)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(8)
        for head, paper in (("Everybody", self.usual), (f"With {PASSED_ON}: {USER}", self.mine)):
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(styled(QLabel(head), "sectionHead"))
            column.addWidget(_card(paper), 1)
            pair.addLayout(column)
        head_row = QHBoxLayout()
        head_row.addWidget(styled(QLabel("A guided tour"), "stateWord"), 1)
        head_row.addWidget(self.program)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        column.addLayout(head_row)
        column.addWidget(self.rows)
        column.addWidget(card)
        column.addWidget(self.transcript, 1)
        column.addWidget(self._pages, 1)
        column.addWidget(self.browser)

    def _connect(self) -> None:
        guide = self._guide
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            QShortcut(QKeySequence(key), self, self._press)
        self.do.clicked.connect(self._do)
        self.look.clicked.connect(self._look)
        self.next.clicked.connect(self._go_on)
        self.program.clicked.connect(self.program_asked)
        guide.moved.connect(self._show_step)
        guide.began.connect(lambda line: self._write(f"$ {line}"))
        guide.said.connect(self._hear)
        guide.settled.connect(self._settle)
        guide.readied.connect(self._show_buttons)

    def _show_step(self) -> None:
        step = self._guide.step
        self._title.setText(step.title)
        self._why.setText(step.why)
        self._by_hand.setText(step.by_hand)
        self._failed = False
        self._say("")
        self.transcript.clear()
        self._pages.setVisible(step.compares)
        self._words.setMinimumHeight(0 if step.compares else _WORDS_HEIGHT)
        self.transcript.setVisible(not step.compares)
        self._show_buttons()

    def _show_buttons(self) -> None:
        guide = self._guide
        self.do.setEnabled(not guide.is_busy)
        self.look.setEnabled(not guide.is_busy and not guide.is_done)
        self.look.setVisible(bool(guide.step.by_hand))
        self._by_hand.setVisible(bool(guide.step.by_hand))
        self.do.setText("Do it again" if guide.is_done else "Do it for me" if guide.step.by_hand else "Look")
        self.next.setText("Finish" if guide.is_last else "Next")
        self.next.setEnabled(guide.is_done and not guide.is_busy)
        for button, is_primary in ((self.do, not guide.is_done), (self.next, guide.is_done)):
            button.setObjectName("primary" if is_primary else "")
            button.style().unpolish(button)
            button.style().polish(button)
            if is_primary and button.isEnabled():
                button.setFocus()
        self.rows.show_place(guide.number, guide.done, failed=self._failed)

    def _press(self) -> None:
        """The button that is meant: Enter goes through the whole tour."""
        button = self.next if self._guide.is_done else self.do
        button.click()

    def _do(self) -> None:
        self.transcript.clear()
        self._say("")
        self._guide.do()
        self._show_buttons()

    def _look(self) -> None:
        self._say("Looking …")
        self._guide.look()
        self._show_buttons()

    def _go_on(self) -> None:
        if self._guide.is_last:
            self.close()
        else:
            self._guide.next()

    def _hear(self, told: Told) -> None:
        if self._guide.step.compares:
            paper = self.usual if not self.usual.toPlainText() or self.mine.toPlainText() else self.mine
            if paper is self.usual:
                self.mine.clear()
            paper.setPlainText(pane_text(told.output))
        else:
            self._write(told.output)

    def _settle(self, missing: str) -> None:
        self._failed = bool(missing)
        self._say(missing or self._guide.step.done, "failed" if missing else "done")
        self._show_buttons()

    def _say(self, text: str, tone: str = "") -> None:
        self.verdict.setText({"done": "✓ ", "failed": "✗ "}.get(tone, "") + text)
        self.verdict.setProperty("tone", tone)
        self.verdict.style().unpolish(self.verdict)
        self.verdict.style().polish(self.verdict)
        self.verdict.setVisible(bool(text))

    def _write(self, text: str) -> None:
        if text:
            self.transcript.appendPlainText(text + ("\n" if not text.startswith("$ ") else ""))


def _text(name: str = "stepText") -> QLabel:
    label = styled(QLabel(), name)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def pane_text(page: str) -> str:
    """The page's text for a narrow column: without rules and columns of its own; what differs most comes first."""
    lines = [" ".join(line.split()) for line in page.splitlines()]
    first = [line for line in lines if line.startswith(f"{REVIEWS} answered by")]
    rest = ["" if set(line) == {"─"} else line for line in lines if line not in first]
    return "\n".join([*first, "", *rest])


def _page(name: str) -> QPlainTextEdit:
    paper = styled(QPlainTextEdit(), "page")
    paper.setReadOnly(True)
    paper.setAccessibleName(name)
    paper.setFrameShape(QFrame.Shape.NoFrame)
    return paper


def _card(paper: QPlainTextEdit) -> QFrame:
    card = styled(QFrame(), "stepCard")
    column = QVBoxLayout(card)
    column.setContentsMargins(6, 6, 6, 6)
    column.addWidget(paper)
    return card


def _paper(name: str) -> QPlainTextEdit:
    paper = styled(QPlainTextEdit(), "problemDetails")
    paper.setReadOnly(True)
    paper.setAccessibleName(name)
    paper.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    paper.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    return paper
