"""What pages of the settings are made of: a heading, and rows with a name, what it means, and a control."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.ui.styled import dress_anew, styled
from app.ui.theme import Theme
from app.ui.widgets.switch import OFF, ON, Switch

_TRACK = QSize(32, 18)
_INDENT = 24

Check = Callable[[str], str]
"""Returns what is wrong with a text, as a sentence; empty: nothing."""


def dim_text(text: str) -> QLabel:
    label = styled(QLabel(text), "settingHint")
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


class SettingsPage(QScrollArea):
    """A heading and rows, one below the other; longer ones scroll."""

    def __init__(self, title: str, about: str = "") -> None:
        super().__init__()
        self.setObjectName("settingsPage")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = styled(QWidget(), "settingsInner")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(28, 24, 28, 24)
        self._column.setSpacing(0)
        self._column.addWidget(styled(QLabel(title), "settingsTitle"))
        if about:
            self._column.addSpacing(4)
            self._column.addWidget(dim_text(about))
        self._column.addSpacing(12)
        self._column.addStretch(1)
        self.setWidget(inner)

    def add_row(self, row: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, row)


class SwitchRow(QFrame):
    """The whole row can be clicked.

    Signals:
        turned: bool, the user's choice.
    """

    turned = Signal(bool)

    def __init__(self, theme: Theme, name: str, hint: str = "") -> None:
        super().__init__()
        self.setObjectName("settingRow")
        self.switch = Switch(theme, _TRACK)
        self.switch.setCheckable(True)
        self.switch.setAccessibleName(name)
        self.switch.setAccessibleDescription(hint)
        self.switch.clicked.connect(self._clicked)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(styled(QLabel(name), "settingName"))
        self._hint = dim_text(hint)
        self._hint.setVisible(bool(hint))
        texts.addWidget(self._hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 10, 0, 10)
        row.setSpacing(16)
        row.addLayout(texts, 1)
        row.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignVCenter)

    @property
    def is_on(self) -> bool:
        return self.switch.isChecked()

    def show_on(self, is_on: bool) -> None:
        self.switch.setChecked(is_on)
        self.switch.show_position(ON if is_on else OFF, "accent")

    def show_usable(self, is_usable: bool, why_not: str = "") -> None:
        """`why_not` is told where the hint is, and to screen readers."""
        self.switch.setEnabled(is_usable)
        self.switch.setToolTip("" if is_usable else why_not)
        if not is_usable:
            self.tell(why_not)

    def tell(self, hint: str) -> None:
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.switch.setAccessibleDescription(hint)

    def _clicked(self, is_on: bool) -> None:
        self.show_on(is_on)
        self.turned.emit(is_on)


class ChoiceRow(QFrame):
    """One of several, each with its name and what it means.

    Signals:
        chosen: str, the key of the user's choice.
    """

    chosen = Signal(str)

    def __init__(self, name: str, choices: Sequence[tuple[str, str, str]]) -> None:
        """`choices`: key, name, hint."""
        super().__init__()
        self.setObjectName("settingRow")
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QRadioButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 10)
        column.setSpacing(4)
        if name:
            column.addWidget(styled(QLabel(name), "settingName"))
        for key, text, hint in choices:
            button = QRadioButton(text)
            button.setAccessibleDescription(hint)
            button.clicked.connect(lambda _checked, key=key: self.chosen.emit(key))
            self._group.addButton(button)
            self._buttons[key] = button
            column.addWidget(button)
            if hint:
                label = dim_text(hint)
                label.setContentsMargins(_INDENT, 0, 0, 4)
                column.addWidget(label)

    def show_choice(self, key: str) -> None:
        self._buttons[key].setChecked(True)

    def button(self, key: str) -> QRadioButton:
        return self._buttons[key]


class FieldRow(QFrame):
    """A text that is taken when it is right: at Return, and when the field is left. Escape brings the old one back.

    Signals:
        accepted: str, a text that the check has nothing against.
    """

    accepted = Signal(str)

    def __init__(self, name: str, hint: str, check: Check, *, placeholder: str = "") -> None:
        super().__init__()
        self.setObjectName("settingRow")
        self._check = check
        self._shown = ""
        self.field = QLineEdit()
        self.field.setPlaceholderText(placeholder)
        self.field.setAccessibleName(name)
        self.field.setAccessibleDescription(hint)
        self._hint_text = hint
        self._hint = dim_text(hint)
        self._fault = styled(QLabel(), "settingFault")
        self._fault.setWordWrap(True)
        self._fault.hide()
        self.field.textEdited.connect(self._judge)
        self.field.editingFinished.connect(self._take)
        self.field.installEventFilter(self)
        label = styled(QLabel(name), "settingName")
        label.setBuddy(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 10)
        column.setSpacing(4)
        for widget in (label, self._hint, self.field, self._fault):
            column.addWidget(widget)

    @property
    def fault(self) -> str:
        return self._fault.text()

    def show_text(self, text: str) -> None:
        self._shown = text
        if self.field.text() != text:
            self.field.setText(text)
        self._judge(text)

    def revert(self) -> None:
        self.show_text(self._shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            is_changed = self.field.text() != self._shown
            if event.key() == Qt.Key.Key_Escape and is_changed:
                self.show_text(self._shown)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True  # The dialog is not to close by it.
        return super().eventFilter(watched, event)

    def _judge(self, text: str) -> None:
        fault = self._check(text.strip())
        self._fault.setText(fault)
        self._fault.setVisible(bool(fault))
        self.field.setAccessibleDescription(fault or self._hint_text)
        if bool(self.field.property("faulty")) != bool(fault):
            self.field.setProperty("faulty", bool(fault))
            dress_anew(self.field)

    def _take(self) -> None:
        text = self.field.text().strip()
        if text != self._shown and not self._check(text):
            self._shown = text
            self.accepted.emit(text)
