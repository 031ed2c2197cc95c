"""Above the table: search, chips, and how many rows there are. In a narrow window the chips have their own line."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from app.ui.browser.filter_chips import FilterChips
from app.ui.browser.workload_filter import WorkloadFilter
from app.ui.icons import icon
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.widgets.clear_button import name_clear_button
from app.ui.widgets.elided_label import ElidedLabel

_SEARCH_WIDTHS = 180, 300
"""In one line with all the rest."""

_CHIPS_WIDTH = 440
_NOTE_WIDTH = 150
"""Kept free for them, so that nothing jumps when a chip gets its tick."""

_LEAST_WIDTH = 300
_GAP = 12


class SearchBar(QWidget):
    """Signals:
    searched: str, as it was typed.
    chosen: WorkloadFilter, as the chips make it.
    clear_asked: the user wants to see everything again.
    down_asked: the user wants to go into what was found.
    """

    searched = Signal(str)
    chosen = Signal(object)
    clear_asked = Signal()
    down_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("searchRow")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._is_wide: bool | None = None
        self._chips_width = _CHIPS_WIDTH
        self._search = QLineEdit(placeholderText=tr("Search workloads"), clearButtonEnabled=True)
        name_clear_button(self._search)
        self._search.setAccessibleName(tr("Search workloads"))
        self._search.setToolTip(tr("Name, kind, namespace, label=value or image; all words must be found"))
        self._search.textChanged.connect(self.searched)
        self._search.installEventFilter(self)
        self._search_icon = QAction(tr("Search workloads"), self._search)
        self._search.addAction(self._search_icon, QLineEdit.ActionPosition.LeadingPosition)
        self._chips = FilterChips(theme)
        self._chips.chosen.connect(self.chosen)
        self._chips.clear_asked.connect(self.clear_asked)
        self._rights = styled(QLabel(tr("View only")), "viewOnly")
        self._rights.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._rights.hide()
        self._note = ElidedLabel()
        self._note.setObjectName("dim")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, 8, 16, 8)
        self._grid.setHorizontalSpacing(_GAP)
        self._grid.setVerticalSpacing(8)
        self._fit(is_wide=True)
        theme.changed.connect(self._dress)
        self._dress()

    def focus_home(self) -> QWidget | None:
        return self._search

    @property
    def note(self) -> str:
        return self._note.text()

    @property
    def text(self) -> str:
        return self._search.text()

    def search(self, text: str) -> None:
        self._search.setText(text)

    def focus_search(self) -> None:
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def show_filter(self, wanted: WorkloadFilter) -> None:
        """Its chips; the words of the search stay as they were typed, unless it has none."""
        self._chips.show_filter(wanted)
        if not wanted.words:
            self._search.clear()

    def show_note(self, text: str, forbidden: str) -> None:
        self._note.setText(text)
        self._note.updateGeometry()
        self._rights.setVisible(bool(forbidden))
        self._rights.setToolTip(forbidden)
        self._rights.setAccessibleDescription(forbidden)
        self.fit(self.width())

    def fit(self, width: int) -> None:
        """One line where there is room for all, else two."""
        self._chips_width = max(self._chips_width, self._chips.sizeHint().width())
        note = max(_NOTE_WIDTH, self._note.sizeHint().width())
        rights = 0 if self._rights.isHidden() else self._rights.sizeHint().width() + _GAP
        margins = self._grid.contentsMargins()
        around = margins.left() + margins.right() + 2 * _GAP
        is_wide = width >= _SEARCH_WIDTHS[0] + self._chips_width + note + rights + around
        if is_wide != self._is_wide:
            self._fit(is_wide=is_wide)

    def _fit(self, *, is_wide: bool) -> None:
        self._is_wide = is_wide
        for widget in (self._search, self._chips, self._rights, self._note):
            self._grid.removeWidget(widget)
        self._grid.addWidget(self._search, 0, 0)
        self._grid.addWidget(self._rights, 0, 2)
        self._grid.addWidget(self._note, 0, 3)
        if is_wide:
            self._grid.addWidget(self._chips, 0, 1)
        else:
            self._grid.addWidget(self._chips, 1, 0, 1, 4)
        self._grid.setColumnStretch(0, 2 if is_wide else 1)
        self._grid.setColumnStretch(1, 1 if is_wide else 0)
        self._search.setMinimumWidth(_SEARCH_WIDTHS[0] if is_wide else 120)
        self._search.setMaximumWidth(_SEARCH_WIDTHS[1] if is_wide else 420)

    def minimumSizeHint(self) -> QSize:
        """That of the narrow form, also while it is wide: else it could never become narrow."""
        return QSize(_LEAST_WIDTH, super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._search and isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape and self._search.text():
                self._search.clear()
                return True
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
                self.down_asked.emit()
                return True
        return super().eventFilter(watched, event)

    def _dress(self) -> None:
        self._search_icon.setIcon(icon("search", self._theme.colour("text_dim")))
