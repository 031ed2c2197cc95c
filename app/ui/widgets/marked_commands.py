"""Texts that have commands in them."""

from __future__ import annotations

import html
import re


def marked_commands(text: str) -> str:
    """As rich text: what stands between backquotes is something to type."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text, quote=False))
