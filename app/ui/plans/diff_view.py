"""A unified diff, coloured and marked by its signs: read only, for the eye and the clipboard."""

from __future__ import annotations

from PySide6.QtGui import QFontMetrics, QSyntaxHighlighter, QTextCharFormat
from PySide6.QtWidgets import QPlainTextEdit

from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr

_MOST_LINES = 16


class DiffView(QPlainTextEdit):
    """As high as its lines, up to a limit; then it scrolls."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.setAccessibleName(tr("Changes to the workload"))
        styled(self, "diff")
        self._colours = _DiffColours(theme, self)
        theme.changed.connect(self._colours.rehighlight)

    def show_lines(self, lines: tuple[str, ...]) -> None:
        self.setPlainText("\n".join(lines))
        self.ensurePolished()
        height = QFontMetrics(self.font()).lineSpacing()
        shown = min(max(len(lines), 1), _MOST_LINES)
        self.setFixedHeight(shown * height + 26)


class _DiffColours(QSyntaxHighlighter):
    def __init__(self, theme: Theme, view: QPlainTextEdit) -> None:
        super().__init__(view.document())
        self._theme = theme

    def highlightBlock(self, text: str) -> None:
        token = _token(text)
        if token:
            style = QTextCharFormat()
            style.setForeground(self._theme.colour(token))
            self.setFormat(0, len(text), style)


def _token(line: str) -> str:
    if line.startswith(("+++", "---", "@@")):
        return "text_dim"
    return {"+": "connected", "-": "error"}.get(line[:1], "")
