"""The palette's list: the commands that answer what is typed, best first."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.ui.shell.commands import Command
from app.ui.shell.fuzzy import Searchable, ranked, searchable
from app.ui.theme import Theme
from app.ui.translation import tr

ROW_HEIGHT = 34
_AT_MOST = 60
"""More than anybody reads; who does not find it types another letter."""
_PAD = 12
_GAP = 12
_CAP_PAD = 6
_LEAST_TITLE = 160

Index = QModelIndex | QPersistentModelIndex


class CommandModel(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self._commands: tuple[Command, ...] = ()
        self._texts: tuple[Searchable, ...] = ()
        self._recent: tuple[int, ...] = ()
        self._shown: tuple[int, ...] = ()

    def show_commands(self, commands: tuple[Command, ...], recent: tuple[str, ...]) -> None:
        if commands is not self._commands:
            self._commands = commands
            self._texts = tuple(searchable(command.title, command.subtitle) for command in commands)
        self.show_recent(recent)

    def show_recent(self, recent: tuple[str, ...]) -> None:
        places = {command.id: place for place, command in enumerate(self._commands)} if recent else {}
        self._recent = tuple(places[one] for one in recent if one in places)

    def search(self, query: str) -> None:
        self.beginResetModel()
        self._shown = ranked(query, self._texts, _AT_MOST, self._recent)
        self.endResetModel()

    def command(self, row: int) -> Command | None:
        return self._commands[self._shown[row]] if 0 <= row < len(self._shown) else None

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        command = self.command(index.row())
        if command is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return command.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(command)
        return None


def spoken(command: Command) -> str:
    """For a screen reader, and what is typed beside it."""
    parts = [command.title, command.subtitle if command.enabled else "", command.shortcut]
    if not command.enabled:
        parts.append(tr("not possible now: {reason}", reason=command.why_not))
    return ", ".join(part for part in parts if part)


class CommandDelegate(QStyledItemDelegate):
    """Title, then in a dim colour what it is about or why it is not possible, then its keys."""

    def __init__(self, theme: Theme, model: CommandModel) -> None:
        super().__init__()
        self._theme = theme
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        command = self._model.command(index.row())
        if command is None:
            return
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("selection"))
            painter.drawRoundedRect(rect, 4, 4)
        inner = rect.adjusted(_PAD, 0, -_PAD, 0)
        if command.shortcut:
            inner.setRight(self._draw_keys(painter, inner, command.shortcut) - _GAP)
        self._draw_texts(painter, inner, command)
        painter.restore()

    def _draw_texts(self, painter: QPainter, place: QRect, command: Command) -> None:
        metrics = painter.fontMetrics()
        rest = command.subtitle if command.enabled else command.why_not
        title_width = min(metrics.horizontalAdvance(command.title) + 1, place.width())
        rest_width = metrics.horizontalAdvance(rest) + 1 if rest else 0
        if title_width + _GAP + rest_width > place.width() and rest:
            title_width = min(title_width, max(_LEAST_TITLE, place.width() - _GAP - rest_width))
        _draw(painter, self._theme.colour("text" if command.enabled else "text_dim"), place, title_width, command.title)
        if rest and place.width() > title_width + 2 * _GAP:
            right = place.adjusted(title_width + _GAP, 0, 0, 0)
            _draw(painter, self._theme.colour("text_dim"), right, right.width(), rest)

    def _draw_keys(self, painter: QPainter, place: QRect, keys: str) -> int:
        """Returns where they begin."""
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(keys) + 2 * _CAP_PAD
        height = metrics.height() + 4
        cap = QRect(place.right() - width, place.center().y() - height // 2, width, height)
        painter.setPen(self._theme.colour("line"))
        painter.setBrush(self._theme.colour("window"))
        painter.drawRoundedRect(cap, 4, 4)
        painter.setPen(self._theme.colour("text_dim"))
        painter.drawText(cap, int(Qt.AlignmentFlag.AlignCenter), keys)
        return cap.left()


def _draw(painter: QPainter, colour: QColor, place: QRect, width: int, text: str) -> None:
    painter.setPen(colour)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
    painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
