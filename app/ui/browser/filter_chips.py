"""Chips above the table: each takes rows away, each says by a tick that it does, and one button takes them all off."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from app.domain.workload import WorkloadKind
from app.ui.browser.workload_filter import WorkloadFilter
from app.ui.icons import icon
from app.ui.styled import dress_anew, styled
from app.ui.theme import Theme
from app.ui.translation import mark, tr

_CHIPS = (
    ("mine", mark("Mine"), mark("Only workloads that I intercept")),
    ("intercepted", mark("Intercepted"), mark("Only workloads that somebody intercepts")),
    ("unready", mark("Unready"), mark("Only workloads with fewer pods ready than wished")),
)
_ICON = QSize(18, 12)
"""The icon is square: it stands in the middle, with air beside it."""


class FilterChips(QWidget):
    """Signals:
    chosen: WorkloadFilter, the one that the chips make; its words are left as they were.
    clear_asked: the user wants to see everything again.
    """

    chosen = Signal(object)
    clear_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._filter = WorkloadFilter()
        self._kind_chip = self._chip(tr("Kind"), tr("Only workloads of some kinds"))
        self._kind_chip.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._kind_chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._kind_chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._kinds = self._make_kinds()
        self._switches = {field: self._chip(tr(text), tr(tip)) for field, text, tip in _CHIPS}
        self._clear = styled(QPushButton(tr("Clear all")), "link")
        self._clear.clicked.connect(self.clear_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._kind_chip)
        for field, chip in self._switches.items():
            chip.setCheckable(True)
            chip.clicked.connect(lambda checked, field=field: self._tell(replace(self._filter, **{field: checked})))
            row.addWidget(chip)
        row.addWidget(self._clear)
        row.addStretch(1)
        theme.changed.connect(self._dress)
        self.show_filter(self._filter)

    def show_filter(self, wanted: WorkloadFilter) -> None:
        self._filter = wanted
        for kind, action in self._kinds.items():
            action.setChecked(kind in wanted.kinds)
        self._kind_chip.setText(_kinds_text(wanted.kinds))
        self._kind_chip.setAccessibleName(self._kind_chip.text())
        self._kind_chip.setProperty("on", bool(wanted.kinds))
        dress_anew(self._kind_chip)
        for field, chip in self._switches.items():
            chip.setChecked(getattr(wanted, field))
        self._clear.setVisible(wanted.has_chips)
        self._dress()

    def _make_kinds(self) -> dict[str, QAction]:
        menu = _StayingMenu(self._kind_chip)
        actions = {}
        for kind in WorkloadKind:
            action = QAction(kind.value, menu, checkable=True)
            action.triggered.connect(self._kinds_chosen)
            menu.addAction(action)
            actions[kind.value] = action
        self._kind_chip.setMenu(menu)
        return actions

    def _chip(self, text: str, tip: str) -> QToolButton:
        chip = styled(QToolButton(), "chip")
        chip.setText(text)
        chip.setToolTip(tip)
        chip.setAccessibleDescription(tip)
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.setIconSize(_ICON)
        return chip

    def _kinds_chosen(self) -> None:
        self._tell(replace(self._filter, kinds=frozenset(k for k, action in self._kinds.items() if action.isChecked())))

    def _tell(self, wanted: WorkloadFilter) -> None:
        self.show_filter(wanted)
        self.chosen.emit(wanted)

    def _dress(self) -> None:
        self._kind_chip.setIcon(icon("chevron-down", self._theme.colour("text_dim")))
        for chip in self._switches.values():
            style = (
                Qt.ToolButtonStyle.ToolButtonTextBesideIcon
                if chip.isChecked()
                else Qt.ToolButtonStyle.ToolButtonTextOnly
            )
            chip.setIcon(icon("tick", self._theme.colour("accent")))
            chip.setToolButtonStyle(style)


class _StayingMenu(QMenu):
    """Several of its entries are wanted at once: it stays open when one is ticked."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_chosen = event.type() is QEvent.Type.MouseButtonRelease or (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        )
        action = self.activeAction()
        if watched is self and is_chosen and action is not None and action.isCheckable():
            action.trigger()
            return True
        return super().eventFilter(watched, event)


def _kinds_text(kinds: frozenset[str]) -> str:
    if not kinds:
        return tr("Kind")
    if len(kinds) == 1:
        return next(iter(kinds))
    return tr("{count} kinds", count=len(kinds))
