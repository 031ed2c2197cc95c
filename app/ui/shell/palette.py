"""The command palette: everything the window can do, by typing a few letters of it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from app.ui.shell.command_list import ROW_HEIGHT, CommandDelegate, CommandModel, spoken
from app.ui.shell.commands import Command
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr

_WIDTH = 560
_MARGIN = 16
_TOP = 64
_ROWS = 10
_RECENT = 8
_MOVES = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _ROWS,
    Qt.Key.Key_PageUp: -_ROWS,
}


class Palette(QFrame):
    """Lies over `parent`, a window; hidden until `open`. The focus stays in its search and goes back at the end.

    Signals:
        used: str, the id of the command that was run: it belongs first among the recent ones.
        closed: it went away.
    """

    used = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAccessibleName(tr("Command palette"))
        self._model = CommandModel()
        self._delegate = CommandDelegate(theme, self._model)
        self._focus_before: QWidget | None = None
        self._recent: tuple[str, ...] = ()
        self._search = styled(QLineEdit(), "paletteSearch")
        self._search.setPlaceholderText(tr("Search commands, contexts, namespaces and workloads"))
        self._search.setAccessibleName(tr("Search commands"))
        self._search.textEdited.connect(self._searched)
        self._search.installEventFilter(self)
        self._list = styled(QListView(), "paletteList")
        self._list.setAccessibleName(tr("Commands"))
        self._list.setModel(self._model)
        self._list.setItemDelegate(self._delegate)
        self._list.setUniformItemSizes(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.clicked.connect(lambda index: self._run(index.row()))
        self._empty = styled(QLabel(), "paletteEmpty")
        self._foot = styled(QLabel(), "paletteFoot")
        self._foot.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        for widget in (self._search, self._list, self._empty, self._foot):
            column.addWidget(widget)
        theme.changed.connect(self.update)
        self.hide()

    @property
    def current(self) -> Command | None:
        return self._model.command(self._list.currentIndex().row())

    @property
    def shown(self) -> tuple[Command, ...]:
        found = (self._model.command(row) for row in range(self._model.rowCount()))
        return tuple(command for command in found if command is not None)

    def show_commands(self, commands: tuple[Command, ...], recent: tuple[str, ...] | None = None) -> None:
        """`recent`: ids, newest first; by default those that were run from here. What is typed stays."""
        if recent is not None:
            self._recent = recent
        self._model.show_commands(commands, self._recent)
        if self.isVisible():
            self._searched(self._search.text())

    def open(self) -> None:
        if not self.isVisible():
            self._focus_before = QApplication.focusWidget()
            QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
        self._search.clear()
        self._searched("")
        self.show()
        self.raise_()
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def dismiss(self) -> None:
        if not self.isVisible():
            return
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        had_focus = self._search.hasFocus()
        self.hide()
        before, self._focus_before = self._focus_before, None
        if had_focus and before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._search and isinstance(event, QKeyEvent):
            return self._key(event)
        if watched is self.parent() and event.type() is QEvent.Type.Resize:
            self._place()
        elif isinstance(event, QMouseEvent) and event.type() is QEvent.Type.MouseButtonPress:
            inside = QRect(self.mapToGlobal(QPoint(0, 0)), self.size()).contains(event.globalPosition().toPoint())
            if not inside:
                self.dismiss()
        return False

    def _key(self, event: QKeyEvent) -> bool:
        """Returns whether it was for the list. Escape must not reach the window as a shortcut either."""
        key = Qt.Key(event.key())
        mine = key in _MOVES or key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
        if event.type() is QEvent.Type.ShortcutOverride:
            if mine:
                event.accept()
            return mine
        if not mine or event.type() is not QEvent.Type.KeyPress:
            return mine
        if key in _MOVES:
            self._move(_MOVES[key])
        elif key is Qt.Key.Key_Escape:
            self.dismiss()
        elif key is not Qt.Key.Key_Tab:
            self._run(self._list.currentIndex().row())
        return True

    def _searched(self, query: str) -> None:
        self._model.search(query)
        count = self._model.rowCount()
        self._list.setVisible(count > 0)
        self._empty.setVisible(count == 0)
        self._empty.setText(tr("Nothing here answers to “{query}”.", query=query.strip()))
        self._list.setFixedHeight(min(count, _ROWS) * ROW_HEIGHT + 8)
        self._choose(0)
        self._place()

    def _move(self, rows: int) -> None:
        """By one it goes round, by a page it stops at the ends."""
        count = self._model.rowCount()
        if count == 0:
            return
        row = self._list.currentIndex().row() + rows
        self._choose(row % count if abs(rows) == 1 else max(0, min(row, count - 1)))

    def _choose(self, row: int) -> None:
        index = self._model.index(row, 0)
        self._list.setCurrentIndex(index)
        command = self.current
        if command is None:
            self._foot.setText(tr("Esc closes"))
            return
        if command.enabled:
            self._foot.setText(tr("Enter runs it · arrows choose · Esc closes"))
        else:
            self._foot.setText(tr("Not possible now: {reason}", reason=command.why_not))
        if self.isVisible():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._search, spoken(command)))

    def _run(self, row: int) -> None:
        command = self._model.command(row)
        if command is None or not command.enabled:
            return
        self.dismiss()
        self._recent = tuple(dict.fromkeys((command.id, *self._recent)))[:_RECENT]
        self._model.show_recent(self._recent)
        self.used.emit(command.id)
        command.run()

    def _place(self) -> None:
        over = self.parentWidget()
        if over is None:
            return
        width = min(_WIDTH, over.width() - 2 * _MARGIN)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((over.width() - width) // 2, min(_TOP, max(0, over.height() - self.height() - _MARGIN)))
