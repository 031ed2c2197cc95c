"""Says once that this desktop has no tray, and what that means for closing the window."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from app.ui.icons import icon
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr


class NoTrayNote(QFrame):
    """Hidden until `tell` is called.

    Signals:
        told: the user has read it and does not want to see it again (Preferences.told_no_tray).
    """

    told = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noTrayNote")
        self._theme = theme
        self._text = styled(QLabel(), "dim")
        self._text.setWordWrap(True)
        self._close = QToolButton()
        self._close.setAccessibleName(tr("Dismiss this note"))
        self._close.setToolTip(tr("Dismiss this note"))
        self._close.setIconSize(QSize(16, 16))
        self._close.clicked.connect(self._dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 8, 4)
        row.addWidget(self._text, 1)
        row.addWidget(self._close)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def tell(self, *, keeps_connected: bool) -> None:
        """`keeps_connected`: what happens to the connection when the window, and with it the program, is closed."""
        what = tr("This desktop has no tray, so everything is in this window.")
        if keeps_connected:
            closing = tr("Closing it quits Kubeferry and keeps the connection.")
        else:
            closing = tr("Closing it disconnects and quits Kubeferry.")
        self._text.setText(f"{what} {closing}")
        self.setAccessibleName(self._text.text())
        self.show()

    def _dismiss(self) -> None:
        self.hide()
        self.told.emit()

    def _dress(self) -> None:
        self._close.setIcon(icon("close", self._theme.colour("text_dim")))
