"""One check of the doctor: shape, name, what was found, what to do, and a button where we can do it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from app.domain.checks import Check, Fix, Verdict
from app.ui.check_words import check_name, found_text, next_step_text
from app.ui.diagnostics.fix_words import (
    VERDICT_LOOKS,
    button_hint,
    button_text,
    verdict_word,
)
from app.ui.icons import icon_pixmap
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.widgets.marked_commands import marked_commands

_GLYPH = 20


class CheckRow(QFrame):
    """Signals:
    fix_asked: Check, its button was pressed. A login command is on the clipboard by then.
    """

    fix_asked = Signal(object)

    def __init__(self, theme: Theme, check: Check) -> None:
        super().__init__()
        self.setObjectName("checkRow")
        self.check = check
        self._theme = theme
        self._done = ""
        self._glyph = QLabel()
        self._button = QPushButton(button_text(check))
        self._button.setToolTip(button_hint(check))
        self._button.setAccessibleDescription(button_hint(check))
        if not self._button.text():
            self._button.hide()
        self._button.clicked.connect(self._pressed)
        self._lay_out()
        self.setAccessibleName(
            f"{check_name(check)}: {verdict_word(check.verdict)}. {found_text(check)} {next_step_text(check)}"
        )
        theme.changed.connect(self._dress)
        self._dress()

    @property
    def button(self) -> QPushButton:
        return self._button

    def set_fixable(self, reason: str) -> None:
        """`reason`: why the button cannot be pressed now; empty when it can."""
        reason = reason or self._done
        self._button.setEnabled(not reason)
        self._button.setToolTip(reason or button_hint(self.check))
        self._button.setAccessibleDescription(reason or button_hint(self.check))

    def _pressed(self) -> None:
        if self.check.fix is Fix.LOG_IN:
            QGuiApplication.clipboard().setText(self.check.command)
            self._button.setText(tr("Copied"))
        self.fix_asked.emit(self.check)
        if self.check.fix is Fix.EXCLUDE_SUBNETS:
            self._button.setText(tr("Excluded"))
            self._done = tr("Done: it counts from the next connection on.")
            self.set_fixable("")

    def _lay_out(self) -> None:
        check = self.check
        self._glyph.setFixedSize(_GLYPH, _GLYPH)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(styled(QLabel(check_name(check)), "checkName"))
        texts.addWidget(_words(found_text(check), "checkFound"))
        if check.next_step and check.verdict is not Verdict.OK:
            texts.addWidget(_words(next_step_text(check), "checkNext"))
        if _shows_command(check):
            texts.addWidget(_words(f"`{check.command}`", "checkNext"))
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 10, 20, 10)
        row.setSpacing(12)
        row.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop)

    def _dress(self) -> None:
        name, colour, _ = VERDICT_LOOKS[self.check.verdict]
        self._glyph.setPixmap(icon_pixmap(name, self._theme.colour(colour), _GLYPH, self.devicePixelRatioF()))


def _shows_command(check: Check) -> bool:
    """Where a button does it, nobody has to type it; a login is typed elsewhere, and one wants to see what."""
    if not check.command or check.command in check.next_step or check.verdict is Verdict.OK:
        return False
    return check.fix is Fix.LOG_IN or not button_text(check)


def _words(text: str, name: str) -> QLabel:
    label = styled(QLabel(marked_commands(text)), name)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
