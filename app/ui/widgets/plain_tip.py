"""Tool tips show texts as they are. Qt takes what looks like HTML for HTML, and names, rules and errors are others'."""

from __future__ import annotations

import html

from PySide6.QtGui import Qt


def plain_tip(text: str) -> str:
    """As it came where Qt shows it so by itself."""
    if not Qt.mightBeRichText(text):
        return text
    return f'<div style="white-space: pre-wrap">{html.escape(text)}</div>'
