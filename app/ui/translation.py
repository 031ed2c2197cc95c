"""Words in the user's language. Texts are written in English where they are shown; resources/translations has the rest.

Every text goes through `tr` (or `tr_count`) as a literal, so that the extractor finds it. A constant that is read
later is wrapped in `mark` where it is written, and goes through `tr` where it is shown.
"""

from __future__ import annotations

from app.controllers.words import tr as tr
from app.controllers.words import tr_count as tr_count


def mark(text: str) -> str:
    """Returns `text` as it is: it is shown later, by `tr`."""
    return text
