"""One sentence with a sign before it: a fault, a warning, something to know, something that is fine."""

from __future__ import annotations

import enum

from app.ui.styled import dress_anew
from app.ui.theme import Theme
from app.ui.widgets.mark_label import MarkLabel

_SIGN_PX = 14


class Tone(enum.StrEnum):
    FAULT = "fault"
    WARNING = "warning"
    INFO = "info"
    FINE = "fine"
    NO = "no"
    UNSURE = "unsure"


_SIGNS = {
    Tone.FAULT: ("state-error", "error"),
    Tone.WARNING: ("warning", "working"),
    Tone.INFO: ("info", "text_dim"),
    Tone.FINE: ("check", "connected"),
    Tone.NO: ("cross", "text_dim"),
    Tone.UNSURE: ("question", "working"),
}


class NoteLine(MarkLabel):
    """Hidden until it is told something. `strong`: it is what the others explain."""

    def __init__(self, theme: Theme, *, strong: bool = False) -> None:
        name = "verdict" if strong else "noteText"
        super().__init__(theme, *_SIGNS[Tone.INFO], text_name=name, glyph=_SIGN_PX, gap=6)
        self._tone = Tone.INFO
        self.hide()

    @property
    def tone(self) -> Tone:
        return self._tone

    def tell(self, tone: Tone, text: str) -> None:
        """An empty text hides it."""
        if text and (tone, text) == (self._tone, self.text) and not self.isHidden():
            return
        self._tone = tone
        self._text.setProperty("tone", tone.value)
        dress_anew(self._text)
        self.show_text(text)
        self.show_mark(*_SIGNS[tone])
        self.setVisible(bool(text))
