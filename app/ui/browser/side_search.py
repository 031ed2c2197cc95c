"""The search above a list of places; it is there only when the list is too long to be looked through."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.ui.browser.navigation_list import NavigationList
from app.ui.browser.navigation_rows import MANY, RowKind
from app.ui.icons import icon
from app.ui.theme import Theme
from app.ui.widgets.clear_button import name_clear_button


class SideSearch(QLineEdit):
    """Enter chooses the first one found; Down goes into the list; Escape shows all again."""

    def __init__(self, theme: Theme, name: str, places: NavigationList) -> None:
        super().__init__(placeholderText=name, clearButtonEnabled=True)
        name_clear_button(self)
        self.setObjectName("sideSearch")
        self.setAccessibleName(name)
        self._theme = theme
        self._places = places
        self._icon = QAction(name, self)
        self.addAction(self._icon, QLineEdit.ActionPosition.LeadingPosition)
        self._frame = QWidget()
        row = QHBoxLayout(self._frame)
        row.setContentsMargins(10, 2, 10, 2)
        row.addWidget(self)
        theme.changed.connect(self._dress)
        self._dress()

    def framed(self) -> QWidget:
        """Itself with the margins of its place."""
        return self._frame

    def show_for(self, count: int) -> None:
        self._frame.setVisible(count > MANY)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and self._take(event.key()):
            return True
        return super().event(event)

    def _take(self, key: int) -> bool:
        if key == Qt.Key.Key_Escape and self.text():
            self.clear()
            return True
        if key == Qt.Key.Key_Down:
            self._places.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            found = next((row.name for row in self._places.places.rows if row.kind is RowKind.PLACE), None)
            if found is not None and self.text().strip():
                self._places.choose(found)
                self._places.chosen.emit(found)
                self.clear()
            return True
        return False

    def _dress(self) -> None:
        self._icon.setIcon(icon("search", self._theme.colour("text_dim")))
