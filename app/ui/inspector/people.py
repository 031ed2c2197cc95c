"""Everybody's intercepts of one workload: whose, what, since when, how they are; own ones can be stopped here."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.controllers.intercept_views import Health, InterceptRow
from app.ui.icons import icon_pixmap
from app.ui.inspector.words import health_words, since_words, what_words
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr

_GLYPH = 14


class PeopleList(QWidget):
    """Signals:
    stop_asked: InterceptRow, an own one that is to end.
    """

    stop_asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[InterceptRow, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        theme.changed.connect(self._rebuild)

    def show_rows(self, rows: tuple[InterceptRow, ...]) -> None:
        """Own ones first, then by age."""
        ordered = tuple(sorted(rows, key=lambda one: (not one.mine, one.since)))
        if ordered != self._shown:
            self._shown = ordered
            self._rebuild()

    def _rebuild(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for one in self._shown:
            self._column.addWidget(self._row(one))

    def _row(self, one: InterceptRow) -> QWidget:
        widget = QWidget()
        who = tr("you") if one.mine else one.owner
        what = what_words(one)
        name = f"mode-{one.mode}" if one.mine else f"mode-{one.mode}-other"
        glyph = QLabel()
        glyph.setPixmap(icon_pixmap(name, self._theme.colour(one.mode), _GLYPH, self.devicePixelRatioF()))
        title = styled(QLabel(f"{who} · {what}"), "personWhat")
        state = tr("since {time} · {health}", time=since_words(one), health=health_words(one))
        is_well = one.health is Health.ACTIVE and not one.trouble
        line = styled(QLabel(state), "dim" if is_well else "modeUnhealthy")
        for label in (title, line):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(title)
        texts.addWidget(line)
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        if one.mine:
            stop = styled(QPushButton(tr("Stop")), "link")
            stop.setAccessibleName(tr("Stop {what}", what=what))
            stop.clicked.connect(lambda: self.stop_asked.emit(one))
            row.addWidget(stop, 0, Qt.AlignmentFlag.AlignTop)
        widget.setAccessibleName(f"{who}, {what}, {state}")
        return widget
