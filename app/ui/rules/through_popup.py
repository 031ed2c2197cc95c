"""A click beside an open list of suggestions is meant for what lies there; Qt takes it to close the list alone."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QCompleter, QWidget


class ClickThroughPopup(QObject):
    """Gives the focus to whoever is under such a click."""

    def __init__(self, completer: QCompleter) -> None:
        super().__init__(completer)
        popup = completer.popup()
        assert popup is not None  # noqa: S101 (a completer always has one)
        self._popup: QWidget = popup
        popup.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and event.type() is QEvent.Type.MouseButtonPress:
            where = event.globalPosition().toPoint()
            if not self._popup.rect().contains(self._popup.mapFromGlobal(where)):
                self._popup.hide()
                below = QApplication.widgetAt(where)
                if below is not None and below.focusPolicy() & Qt.FocusPolicy.ClickFocus:
                    below.setFocus(Qt.FocusReason.MouseFocusReason)
                return True
        return super().eventFilter(watched, event)
