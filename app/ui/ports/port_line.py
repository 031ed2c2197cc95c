"""One port of the pod, where it comes to on this machine, and who listens there."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.platform.listeners import Listener
from app.ui.icons import icon
from app.ui.ports.port_plan import PortDraft, listeners_on, port_number
from app.ui.ports.port_wording import listener_choice, listening_text
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.widgets.elided_label import ElidedLabel
from app.ui.widgets.note_line import NoteLine, Tone
from app.ui.widgets.tick_box import TickBox

_FIELD_WIDTH = 72
_REMOVE_PX = 26
_NUMBER_WIDTH = 40
_PORT_ROLE = Qt.ItemDataRole.UserRole


class PortLine(QWidget):
    """Signals:
    changed: another port, or taken or not.
    removed: the user does not want it any more.
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, theme: Theme, draft: PortDraft) -> None:
        super().__init__()
        self._theme = theme
        self._draft = draft
        self._listeners: tuple[Listener, ...] | None = None
        self.take = TickBox(theme)
        self._number = styled(QLabel(), "portNumber")
        self._label = styled(ElidedLabel(), "portName")
        self.remote = styled(QLineEdit(), "portField")
        self.local = styled(QLineEdit(), "portField")
        self.remove_button = styled(QToolButton(), "rowButton")
        self.note = NoteLine(theme)
        self._choices = QStandardItemModel(self)
        self._lay_out()
        self.show_draft(draft)
        self.take.toggled.connect(self._edited)
        self.remote.textEdited.connect(self._remote_edited)
        self.local.textEdited.connect(self._edited)
        self.remove_button.clicked.connect(self.removed)
        theme.changed.connect(self._dress)
        self._dress()

    def show_draft(self, draft: PortDraft) -> None:
        """Another one, of the pod spec if this was, added by the user if this was."""
        self._draft = draft
        self.take.blockSignals(True)
        self.take.setChecked(draft.taken)
        self.take.blockSignals(False)
        self.remote.setText(draft.remote)
        self.local.setText(draft.local)
        self._number.setText(draft.remote)
        protocols = "" if draft.protocols == ("TCP",) else "+".join(draft.protocols)
        self._label.setText(" ".join(filter(None, (draft.name, protocols))))
        self._name()

    def draft(self) -> PortDraft:
        taken = self.take.isChecked() or self.take.isHidden()
        return replace(self._draft, remote=self.remote.text(), local=self.local.text(), taken=taken)

    def show_choice(self, can_choose: bool) -> None:
        """Whether this port can be left out."""
        self.take.setVisible(can_choose and self._draft.declared)
        self._show_taken()

    def show_listeners(self, listeners: tuple[Listener, ...] | None) -> None:
        self._listeners = listeners
        known = sorted(listeners or (), key=lambda one: (not one.process, one))
        choices = dict.fromkeys((one.port, listener_choice(one)) for one in known if one.is_reached)
        self._choices.clear()
        for port, words in choices:
            item = QStandardItem(words)
            item.setData(str(port), _PORT_ROLE)
            self._choices.appendRow(item)

    def show_state(self, fault: str) -> None:
        """`fault`: what is wrong with the numbers; else who listens is told."""
        draft = self.draft()
        if fault:
            tone, text = Tone.FAULT, fault
        elif not draft.taken or (local := port_number(draft.local)) is None or self._listeners is None:
            tone, text = Tone.INFO, ""
        else:
            tone, text = listening_text(local, listeners_on(self._listeners, local, draft.protocols))
        self.note.tell(tone, text)
        self.local.setAccessibleDescription(text)
        self.local.setToolTip(text)

    def _lay_out(self) -> None:
        self.remove_button.setFixedSize(_REMOVE_PX, _REMOVE_PX)
        self.remove_button.setToolTip(tr("Remove this port"))
        completer = QCompleter(self._choices, self)
        completer.setCompletionRole(_PORT_ROLE)
        popup = QListView()
        completer.setPopup(styled(popup, "fieldPopup"))
        completer.activated.connect(self._edited)
        popup.setMinimumWidth(3 * _FIELD_WIDTH)
        self.local.setCompleter(completer)
        for field in (self.remote, self.local):
            field.setFixedWidth(_FIELD_WIDTH)
            field.setMaxLength(5)
        self.remote.setPlaceholderText(tr("pod port"))
        self.local.setPlaceholderText(tr("port"))
        fields = QHBoxLayout()
        fields.setContentsMargins(0, 0, 0, 0)
        fields.setSpacing(6)
        fields.addWidget(self.take)
        if self._draft.declared:
            self._number.setMinimumWidth(_NUMBER_WIDTH)
            self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            fields.addWidget(self._number)
            fields.addWidget(self._label, 1)
            self.remote.hide()
            self.remote.setParent(self)
            self.remove_button.setParent(self)
            self.remove_button.hide()
        else:
            self._number.setParent(self)
            self._label.setParent(self)
            self._number.hide()
            self._label.hide()
            fields.addWidget(self.remote)
            fields.addStretch(1)
        fields.addWidget(styled(QLabel("→"), "portName"))
        fields.addWidget(self.local)
        if not self._draft.declared:
            fields.addWidget(self.remove_button)
        else:
            fields.addSpacing(_REMOVE_PX + 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(fields)
        column.addWidget(self.note)

    def _name(self) -> None:
        remote = self.remote.text() or tr("the new one")
        self.take.setAccessibleName(tr("Take port {remote} of the pods", remote=remote))
        self.take.setToolTip(self.take.accessibleName())
        self.remote.setAccessibleName(tr("Port of the pods"))
        self.local.setAccessibleName(tr("Port of this machine for {remote}", remote=remote))
        self.remove_button.setAccessibleName(tr("Remove port {remote}", remote=remote))

    def _remote_edited(self, text: str) -> None:
        """The same number here, until another one is written."""
        if self.local.text() == self._draft.remote:
            self.local.setText(text)
        self._draft = replace(self._draft, remote=text)
        self._name()
        self._edited()

    def _show_taken(self) -> None:
        self.local.setEnabled(self.draft().taken)

    def _edited(self) -> None:
        self._show_taken()
        self.changed.emit()

    def _dress(self) -> None:
        self.remove_button.setIcon(icon("close", self._theme.colour("text_dim")))
        self.remove_button.setIconSize(QSize(16, 16))
