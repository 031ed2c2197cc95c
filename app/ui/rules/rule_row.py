"""One header of a rule: its name, how it is compared, with what; and what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QListView, QToolButton, QVBoxLayout, QWidget

from app.domain.intercepts import HeaderRule, MatchKind
from app.domain.rule_draft import Fault, HeaderDraft
from app.ui.icons import icon
from app.ui.rules.through_popup import ClickThroughPopup
from app.ui.rules.wording import KIND_HELP, KIND_WORDS, fault_text
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.note_line import NoteLine, Tone

KNOWN_HEADERS = (
    "x-user",
    "x-user-id",
    "x-dev",
    "x-request-id",
    "x-session-id",
    "x-tenant",
    "x-version",
    "baggage",
    "traceparent",
    "tracestate",
    "cookie",
    "authorization",
    "user-agent",
    "accept",
    "accept-language",
    "content-type",
    "origin",
    "referer",
    "host",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-b3-traceid",
    "uber-trace-id",
    "x-api-key",
    ":method",
    ":authority",
    ":path",
)
_KINDS = (MatchKind.EXACT, MatchKind.PREFIX, MatchKind.REGEX, MatchKind.PRESENT)
_KIND_WIDTH = 80
_REMOVE_PX = 26
_POPUP_WIDTH = 168


class RuleRow(QWidget):
    """Signals:
    changed: something else is written.
    removed: the user does not want it any more.
    pasted: str, a text that may be several headers was pasted into it.
    """

    changed = Signal()
    removed = Signal()
    pasted = Signal(str)

    def __init__(self, theme: Theme, header: HeaderRule | None = None) -> None:
        super().__init__()
        self._theme = theme
        self.name = styled(QLineEdit(), "ruleField")
        self.kind = ChoiceBox(theme, [(kind, tr(KIND_WORDS[kind]), tr(KIND_HELP[kind])) for kind in _KINDS])
        self.value = styled(QLineEdit(), "ruleField")
        self.remove_button = styled(QToolButton(), "rowButton")
        self.note = NoteLine(theme)
        self._lay_out()
        self.show_header(header)
        self.name.textEdited.connect(self._name_edited)
        self.name.editingFinished.connect(self._lower_name)
        self.value.textEdited.connect(self.changed)
        self.kind.chosen.connect(self._kind_chosen)
        self.remove_button.clicked.connect(self.removed)
        for field in (self.name, self.value):
            field.installEventFilter(self)
        theme.changed.connect(self._dress)
        self._dress()

    def show_header(self, header: HeaderRule | None) -> None:
        """None: nothing is written yet."""
        shown = header or HeaderRule("")
        self.name.setText(shown.name)
        self.kind.choose(shown.kind)
        self.value.setText(shown.value)
        self.name.setCursorPosition(0)
        self.value.setCursorPosition(0)
        self._kind_changed()

    def draft(self) -> HeaderDraft:
        return HeaderDraft(self.name.text(), self._chosen_kind(), self.value.text())

    def show_fault(self, fault: Fault | None) -> None:
        tone = Tone.FAULT if fault is None or fault.blocks else Tone.WARNING
        text = "" if fault is None else fault_text(fault)
        self.note.tell(tone, text)
        for field in (self.name, self.value):
            field.setAccessibleDescription(text)

    def show_removable(self, can_remove: bool) -> None:
        self.remove_button.setEnabled(can_remove)
        told = tr("Remove this header") if can_remove else tr("There is nothing to remove yet.")
        self.remove_button.setToolTip(told)
        self.remove_button.setAccessibleDescription("" if can_remove else told)

    def show_number(self, number: int) -> None:
        """Where it stands, for screen readers. From 1."""
        self.name.setAccessibleName(tr("Name of header {number}", number=number))
        self.kind.setAccessibleName(tr("How header {number} is compared", number=number))
        self.value.setAccessibleName(tr("Value of header {number}", number=number))
        self.remove_button.setAccessibleName(tr("Remove header {number}", number=number))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Several lines would become one."""
        if isinstance(event, QKeyEvent) and _pastes(event):
            text = QGuiApplication.clipboard().text().strip()
            if "\n" in text or text.startswith("curl "):
                self.pasted.emit(text)
                return True
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        self.name.setPlaceholderText(tr("header"))
        completer = QCompleter(QStringListModel(list(KNOWN_HEADERS), self), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        popup = QListView()
        popup.setMinimumWidth(_POPUP_WIDTH)
        popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        completer.setPopup(styled(popup, "fieldPopup"))
        completer.activated.connect(self.changed)
        self.name.setCompleter(completer)
        ClickThroughPopup(completer)
        self.kind.setFixedWidth(_KIND_WIDTH)
        self.remove_button.setFixedSize(_REMOVE_PX, _REMOVE_PX)
        fields = QHBoxLayout()
        fields.setSpacing(4)
        fields.addWidget(self.name, 5)
        fields.addWidget(self.kind)
        fields.addWidget(self.value, 6)
        fields.addWidget(self.remove_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(fields)
        column.addWidget(self.note)

    def _chosen_kind(self) -> MatchKind:
        return MatchKind(self.kind.value)

    def _name_edited(self, text: str) -> None:
        """ "x-user: alice" was pasted or typed here: a pseudo header's colon is the first character."""
        colon = text.find(":", 1)
        if colon > 0:
            value = text[colon + 1 :].strip()
            self.name.setText(text[:colon].strip())
            if value:
                self.value.setText(value)
            self.value.setFocus()
        self.changed.emit()

    def _lower_name(self) -> None:
        """As they are compared, so that nobody wonders whether case counts."""
        lower = self.name.text().strip().lower()
        if lower != self.name.text():
            self.name.setText(lower)
            self.changed.emit()

    def _kind_chosen(self) -> None:
        self._kind_changed()
        self.changed.emit()

    def _kind_changed(self) -> None:
        kind = self._chosen_kind()
        has_value = kind is not MatchKind.PRESENT
        self.value.setEnabled(has_value)
        self.value.setPlaceholderText(_placeholder(kind))
        self.value.setToolTip("" if has_value else tr("Any value will do: the header only has to be there."))
        self.kind.setToolTip(tr(KIND_HELP[kind]))

    def _dress(self) -> None:
        self.remove_button.setIcon(icon("close", self._theme.colour("text_dim")))
        self.remove_button.setIconSize(QSize(16, 16))


def _pastes(event: QKeyEvent) -> bool:
    return event.type() == QEvent.Type.KeyPress and event.matches(QKeySequence.StandardKey.Paste)


def _placeholder(kind: MatchKind) -> str:
    if kind is MatchKind.PRESENT:
        return tr("any value")
    return tr("pattern") if kind is MatchKind.REGEX else tr("value")
