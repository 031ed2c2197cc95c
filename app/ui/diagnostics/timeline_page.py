"""What happened to the connection, and a word in place of the list while nothing has."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from app.controllers.diagnosis_views import TimelineEntry
from app.ui.diagnostics.timeline_view import TimelineView
from app.ui.diagnostics.timeline_words import body_line, clock_time, day, head_line
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr, tr_count
from app.ui.widgets.empty_state import EmptyState


class TimelinePage(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._entries: tuple[TimelineEntry, ...] = ()
        self._list = TimelineView(theme)
        self._list.setAccessibleName(tr("Timeline, newest first"))
        self._count = styled(QLabel(), "dim")
        self._copy = QPushButton(tr("Copy all"))
        self._copy.clicked.connect(self.copy_all)
        empty = EmptyState(theme)
        empty.tell(
            tr("Nothing has happened yet"),
            tr("Connections, losses of the tunnel and how long each took to come back are listed here."),
        )
        self._stack = QStackedLayout(self)
        self._stack.addWidget(empty)
        self._stack.addWidget(self._filled())

    def show_entries(self, entries: tuple[TimelineEntry, ...]) -> None:
        """Newest first."""
        self._entries = entries
        self._list.show_entries(entries)
        self._count.setText(tr_count(len(entries), "one entry", "{count} entries, newest first"))
        self._stack.setCurrentIndex(1 if entries else 0)

    def copy_all(self) -> None:
        lines = (
            f"{day(entry.at)} {clock_time(entry.at)}  {head_line(entry)}  {body_line(entry)}".rstrip()
            for entry in self._entries
        )
        QGuiApplication.clipboard().setText("\n".join(lines) + "\n")

    def _filled(self) -> QWidget:
        filled = styled(QWidget(), "diagnosticsBody")
        head = QHBoxLayout()
        head.setContentsMargins(20, 12, 20, 8)
        head.addWidget(self._count, 1)
        head.addWidget(self._copy)
        column = QVBoxLayout(filled)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._list, 1)
        return filled
