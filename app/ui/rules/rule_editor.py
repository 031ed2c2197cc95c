"""Which requests come to this machine: rows of headers and a path, checked while they are written."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.domain.intercept_options import MAX_HEADERS
from app.domain.intercepts import Claim, HeaderRule, HttpRule, PortMap
from app.domain.request_paste import parse_request, telling_headers
from app.domain.rule_draft import CheckedRule, Trouble, check_rule
from app.domain.sample_request import BadPaste
from app.ui.icons import icon
from app.ui.rules.overlap_notes import OverlapNotes
from app.ui.rules.rule_menus import CopyMenu, TemplateMenu
from app.ui.rules.rule_row import RuleRow
from app.ui.rules.wording import fault_text, paste_text
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.widgets.note_line import NoteLine, Tone

_TOLD_MS = 12_000
"""How long it is said what was copied."""


class RuleEditor(QWidget):
    """Fits into 300 px.

    Signals:
        changed: something else is written, by the user.
        saved_rule_removed: HttpRule, not to be offered again.
    """

    changed = Signal()
    saved_rule_removed = Signal(object)

    def __init__(self, theme: Theme, *, me: str, clock: Callable[[], float] = time.time) -> None:
        """`me`: what tells the user's requests from others'. `clock`: seconds since the epoch."""
        super().__init__()
        self._theme = theme
        self._checked = CheckedRule(None)
        self._rows: list[RuleRow] = []
        self._numbered = 0
        self._templates = TemplateMenu(theme, me)
        self._copy = CopyMenu(theme, me)
        self._row_column = QVBoxLayout()
        self._add = styled(QPushButton(tr("Header")), "addButton")
        self._all_hold = styled(QLabel(tr("a request must match all of it")), "conditionText")
        self.path = styled(QLineEdit(), "ruleField")
        self._path_note = NoteLine(theme)
        self._whole_note = NoteLine(theme)
        self._overlaps = OverlapNotes(theme, clock)
        self._told = NoteLine(theme)
        self._forget_told = QTimer(self, singleShot=True, interval=_TOLD_MS)
        self._lay_out()
        self._connect()
        self.show_rule(None)

    @property
    def rows(self) -> tuple[RuleRow, ...]:
        return tuple(self._rows)

    @property
    def template_button(self) -> QToolButton:
        return self._templates.button

    @property
    def copy_button(self) -> QToolButton:
        return self._copy.button

    @property
    def add_button(self) -> QPushButton:
        return self._add

    @property
    def overlaps(self) -> tuple[str, ...]:
        """What is said about others' rules."""
        return self._overlaps.texts

    @property
    def told(self) -> str:
        """What is said about the last copying or pasting."""
        return "" if self._told.isHidden() else self._told.text

    def show_rule(self, rule: HttpRule | None) -> None:
        """None: an empty row to begin with."""
        self._set_rows(() if rule is None else rule.headers)
        self.path.setText("" if rule is None else rule.path)
        self.path.setCursorPosition(0)
        self._told.tell(Tone.INFO, "")
        self._check()

    def rule(self) -> HttpRule | None:
        """None while it cannot be started."""
        return self._checked.rule

    def problems(self) -> tuple[str, ...]:
        """Why there is no rule yet."""
        return tuple(fault_text(fault) for fault in self._checked.faults)

    def show_claims(self, claims: tuple[Claim, ...], own_id: str, ports: tuple[PortMap, ...] = ()) -> None:
        """Everybody's on this workload. `own_id`: the user's owner id. `ports`: the rule's; empty: all."""
        self._overlaps.show_claims(claims, own_id, ports)
        self._overlaps.show_rule(self._checked.rule)

    def show_saved(self, rules: tuple[HttpRule, ...]) -> None:
        """Offered again, newest first."""
        self._templates.show_saved(rules)

    def show_address(self, url: str) -> None:
        """Where requests go: "http://reviews.shop:9080", for the curl line."""
        self._copy.show_address(url)

    def focus_first(self) -> None:
        self._rows[0].name.setFocus()

    def focus_home(self) -> QWidget | None:
        return self._rows[0].name if self._rows else None

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(styled(QLabel(tr("RULE")), "sectionHead"))
        head.addStretch(1)
        head.addWidget(self._templates.button)
        head.addWidget(self._copy.button)
        self._row_column.setSpacing(4)
        self._add.setAccessibleName(tr("Add a header"))
        path_label = styled(QLabel(tr("Path")), "fieldLabel")
        path_label.setBuddy(self.path)
        self.path.setPlaceholderText(tr("any, or /api and what is below"))
        self.path.setAccessibleName(tr("Path"))
        path_row = QHBoxLayout()
        path_row.setSpacing(8)
        path_row.addWidget(path_label)
        path_row.addWidget(self.path, 1)
        foot = QHBoxLayout()
        foot.addWidget(self._add)
        foot.addStretch(1)
        foot.addWidget(self._all_hold)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(self._row_column)
        column.addLayout(path_row)
        column.addWidget(self._path_note)
        column.addLayout(foot)
        for note in (self._whole_note, self._overlaps, self._told):
            column.addWidget(note)

    def _connect(self) -> None:
        self._add.clicked.connect(self._add_row_for_user)
        self.path.textEdited.connect(self._edited)
        self._templates.rule_chosen.connect(self._choose)
        self._templates.paste_asked.connect(lambda: self._paste(QGuiApplication.clipboard().text()))
        self._templates.forget_asked.connect(self.saved_rule_removed)
        self._copy.copied.connect(self._put_on_clipboard)
        self._forget_told.timeout.connect(lambda: self._told.tell(Tone.INFO, ""))
        self._theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self._add.setIcon(icon("plus", self._theme.colour("accent")))
        self._add.setIconSize(QSize(16, 16))

    def _set_rows(self, headers: tuple[HeaderRule, ...]) -> None:
        """Rows that are there are used again: a workload is chosen more often than a rule is written."""
        wanted: tuple[HeaderRule | None, ...] = headers or (None,)
        for row in self._rows[len(wanted) :]:
            self._drop(row)
        for row, header in zip(self._rows, wanted, strict=False):
            row.show_header(header)
        added = [self._append(header) for header in wanted[len(self._rows) :]]
        if added or len(wanted) != self._numbered:
            self._number_rows()

    def _append(self, header: HeaderRule | None) -> RuleRow:
        row = RuleRow(self._theme, header)
        row.changed.connect(self._edited)
        row.removed.connect(lambda: self._remove(row))
        row.pasted.connect(self._paste)
        self._rows.append(row)
        self._row_column.addWidget(row)
        row.show()
        return row

    def _drop(self, row: RuleRow) -> None:
        self._rows.remove(row)
        self._row_column.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _add_row_for_user(self) -> None:
        row = self._append(None)
        self._number_rows()
        self._edited()
        row.name.setFocus()

    def _remove(self, row: RuleRow) -> None:
        """The last one is emptied instead: there is always a place to write."""
        at = self._rows.index(row)
        self._drop(row)
        if not self._rows:
            self._append(None)
        self._number_rows()
        self._edited()
        self._rows[min(at, len(self._rows) - 1)].name.setFocus()

    def _number_rows(self) -> None:
        self._numbered = len(self._rows)
        previous: QWidget = self._copy.button
        for number, row in enumerate(self._rows, start=1):
            row.show_number(number)
            for field in (row.name, row.kind, row.value, row.remove_button):
                QWidget.setTabOrder(previous, field)
                previous = field
        QWidget.setTabOrder(previous, self.path)
        QWidget.setTabOrder(self.path, self._add)
        can_add = len(self._rows) < MAX_HEADERS
        self._add.setEnabled(can_add)
        why = "" if can_add else tr("A rule has {count} headers at most.", count=MAX_HEADERS)
        self._add.setToolTip(why or tr("A request must have all of the headers."))
        self._add.setAccessibleDescription(why)

    def _choose(self, rule: HttpRule) -> None:
        self.show_rule(rule)
        self.changed.emit()

    def _paste(self, text: str) -> None:
        try:
            request = parse_request(text)
        except BadPaste as error:
            self._tell(Tone.FAULT, paste_text(error))
            return
        found = telling_headers(request)[:MAX_HEADERS]
        if not found:
            self._tell(Tone.WARNING, tr("Every request has these headers: none of them tells yours from others'."))
            return
        self._choose(HttpRule(tuple(HeaderRule(name, value=value) for name, value in found), self.path.text().strip()))
        self._rows[-1].value.setFocus()

    def _put_on_clipboard(self, text: str, told: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._tell(Tone.FINE, told)

    def _tell(self, tone: Tone, text: str) -> None:
        self._told.tell(tone, text)
        self._forget_told.start()

    def _edited(self) -> None:
        self._told.tell(Tone.INFO, "")
        self._check()
        self.changed.emit()

    def _check(self) -> None:
        self._checked = check_rule([row.draft() for row in self._rows], self.path.text())
        for row, fault in zip(self._rows, self._checked.rows, strict=True):
            row.show_fault(fault)
            row.show_removable(len(self._rows) > 1 or not row.draft().is_blank)
        conditions = sum(not row.draft().is_blank for row in self._rows) + bool(self.path.text().strip())
        self._all_hold.setVisible(conditions > 1)
        path, whole = self._checked.path, self._checked.whole
        self._path_note.tell(Tone.FAULT, "" if path is None else fault_text(path))
        self.path.setAccessibleDescription(self._path_note.text)
        # That there is no rule yet is said beside the switch that it keeps off.
        is_told = whole is not None and whole.trouble is not Trouble.EMPTY_RULE
        self._whole_note.tell(Tone.INFO, fault_text(whole) if whole is not None and is_told else "")
        self._copy.show_rule(self._checked.rule)
        self._overlaps.show_rule(self._checked.rule)
