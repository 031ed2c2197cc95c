"""A sentence behind a glyph: what it is about is told by shape, colour and words."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.ui.icons import icon_pixmap
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.widgets.wrapped_label import WrappedLabel


class MarkLabel(QWidget):
    """`icon`: a file of resources/icons; `token`: its colour; `glyph`, `gap`: pixels."""

    def __init__(
        self, theme: Theme, icon: str, token: str, *, text_name: str = "markText", glyph: int = 16, gap: int = 8
    ) -> None:
        super().__init__()
        self._theme = theme
        self._icon, self._token = icon, token
        self._glyph_px = glyph
        self._glyph = QLabel()
        self._glyph.setFixedSize(glyph, glyph + 2)
        self._text = styled(WrappedLabel(), text_name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(gap)
        row.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        theme.changed.connect(self._dress)
        self._dress()

    @property
    def text(self) -> str:
        return self._text.text()

    def show_text(self, text: str) -> None:
        self._text.tell(text)
        self.setAccessibleName(text)

    def show_mark(self, icon: str, token: str) -> None:
        self._icon, self._token = icon, token
        self._dress()

    def _dress(self) -> None:
        colour = self._theme.colour(self._token)
        self._glyph.setPixmap(icon_pixmap(self._icon, colour, self._glyph_px, self.devicePixelRatioF()))
