"""Something that is seldom needed, behind a line that says what it is and how it stands."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.ui.icons import icon
from app.ui.styled import styled
from app.ui.theme import Theme


class Fold(QWidget):
    """`body` is shown while it is open."""

    def __init__(self, theme: Theme, title: str, body: QWidget) -> None:
        super().__init__()
        self._theme = theme
        self._body = body
        self.button = styled(QPushButton(title), "foldButton")
        self.button.setCheckable(True)
        self.button.setIconSize(QSize(14, 14))
        self.button.toggled.connect(self._show)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.button)
        column.addWidget(body)
        theme.changed.connect(self._dress)
        self._show(False)

    def set_open(self, is_open: bool) -> None:
        self.button.setChecked(is_open)

    def _show(self, is_open: bool) -> None:
        self._body.setVisible(is_open)
        self._dress()

    def _dress(self) -> None:
        name = "chevron-down" if self.button.isChecked() else "chevron-right"
        self.button.setIcon(icon(name, self._theme.colour("text_dim")))
