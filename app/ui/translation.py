"""Words in the user's language. Texts are written in English where they are shown; resources/translations has the rest.

Every text goes through `tr` (or `tr_count`) as a literal, so that the extractor finds it. A constant that is read
later is wrapped in `mark` where it is written, and goes through `tr` where it is shown.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

CONTEXT = "Kubeferry"


def tr(text: str, **values: object) -> str:
    """Returns `text` in the user's language, with `{name}` replaced by `values`."""
    found = QCoreApplication.translate(CONTEXT, text)
    return found.format(**values) if values else found


def tr_count(count: int, one: str, many: str, **values: object) -> str:
    """As `tr`, of two texts that both may name `{count}`."""
    return tr(one if count == 1 else many, count=count, **values)


def mark(text: str) -> str:
    """Returns `text` as it is: it is shown later, by `tr`."""
    return text
