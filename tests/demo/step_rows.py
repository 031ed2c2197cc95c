"""The steps of the tour, one line each: which are done, which is at hand. A shape and a word, not a colour alone."""

from __future__ import annotations

from collections.abc import Sequence, Set

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.ui.icons import draw_icon
from app.ui.theme import Theme

_MARK = 18


class StepRows(QWidget):
    def __init__(self, theme: Theme, titles: Sequence[str]) -> None:
        super().__init__()
        self._titles = tuple(titles)
        self._marks = [_Mark(theme) for _ in titles]
        self._labels = [QLabel(title) for title in titles]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        for row, (mark, label) in enumerate(zip(self._marks, self._labels, strict=True)):
            grid.addWidget(mark, row, 0)
            grid.addWidget(label, row, 1)

    def show_place(self, at: int, done: Set[int], *, failed: bool) -> None:
        for number, (mark, label) in enumerate(zip(self._marks, self._labels, strict=True)):
            kind = "done" if number in done else "failed" if number == at and failed else "now" if number == at else ""
            mark.show_kind(kind)
            label.setEnabled(number == at or number in done)
            font = label.font()
            font.setBold(number == at)
            label.setFont(font)
            words = {"done": "done", "failed": "not done", "now": "at hand", "": "to come"}
            label.setAccessibleName(f"{self._titles[number]}: {words[kind]}")


class _Mark(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._kind = theme, ""
        self.setFixedSize(QSize(_MARK, _MARK))
        theme.changed.connect(self.update)

    def show_kind(self, kind: str) -> None:
        self._kind = kind
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = QRectF(1, 1, _MARK - 2, _MARK - 2)
        if self._kind in ("done", "failed"):
            colour = self._theme.colour("connected" if self._kind == "done" else "error")
            draw_icon(painter, place, f"step-{self._kind}", colour)
            return
        is_now = self._kind == "now"
        painter.setPen(QPen(self._theme.colour("accent" if is_now else "control"), 1.75))
        painter.drawEllipse(place.adjusted(1, 1, -1, -1))
        if is_now:
            painter.setBrush(self._theme.colour("accent"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(place.adjusted(4.5, 4.5, -4.5, -4.5))
