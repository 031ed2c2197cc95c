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
from app.ui.widgets.breakable import breakable
from app.ui.widgets.layouts import empty_layout

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
        self._stops: list[QPushButton] = []
        self._is_leaving = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        theme.changed.connect(self._rebuild)

    def show_rows(self, rows: tuple[InterceptRow, ...], *, is_leaving: bool = False) -> None:
        """Own ones first, then by age. `is_leaving`: they are being stopped already. What else is being done keeps
        nobody from stopping one: that waits for its turn."""
        ordered = tuple(sorted(rows, key=lambda one: (not one.mine, one.since)))
        if ordered != self._shown:
            self._shown = ordered
            self._rebuild()
        if is_leaving != self._is_leaving:
            self._is_leaving = is_leaving
            self._dress_stops()

    def _dress_stops(self) -> None:
        why_not = tr("It is being stopped already.") if self._is_leaving else ""
        for stop in self._stops:
            stop.setEnabled(not self._is_leaving)
            stop.setToolTip(why_not)
            stop.setAccessibleDescription(why_not)

    def _rebuild(self) -> None:
        self._stops.clear()
        empty_layout(self._column)
        for one in self._shown:
            self._column.addWidget(self._row(one))
        self._dress_stops()

    def _row(self, one: InterceptRow) -> QWidget:
        widget = QWidget()
        who = tr("you") if one.mine else one.owner
        what = what_words(one)
        name = f"mode-{one.mode}" if one.mine else f"mode-{one.mode}-other"
        glyph = QLabel()
        glyph.setPixmap(icon_pixmap(name, self._theme.colour(one.mode), _GLYPH, self.devicePixelRatioF()))
        title = styled(QLabel(breakable(f"{who} · {what}")), "personWhat")
        state = tr("since {time} · {health}", time=since_words(one), health=health_words(one))
        is_well = one.health is Health.ACTIVE and not one.trouble
        line = styled(QLabel(breakable(state)), "dim" if is_well else "modeUnhealthy")
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
            stop.setAccessibleName(tr("Stop {what}", what=what) if one.rule else tr("Stop the proxy"))
            stop.clicked.connect(lambda: self.stop_asked.emit(one))
            self._stops.append(stop)
            row.addWidget(stop, 0, Qt.AlignmentFlag.AlignTop)
        widget.setAccessibleName(f"{who}, {what}, {state}")
        return widget
