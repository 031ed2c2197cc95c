"""Texts with long words in narrow places: a label that wraps is never narrower than the longest word in it."""

from __future__ import annotations

import re

LONGEST = 20
"""Characters without a place to break. In the inspector there is room for some 25."""
_LONG_WORD = re.compile(rf"\S{{{LONGEST + 1},}}")
_AFTER_SIGN = re.compile(r"(?<=[@.:/=_&,-])")
_PLACE_TO_BREAK = "\u200b"


def breakable(text: str) -> str:
    """For the eye only: what is copied from it, or looked for in it, would have characters that nobody sees."""
    return _LONG_WORD.sub(lambda found: _broken(found[0]), text)


def _broken(word: str) -> str:
    parts = (part for part in _AFTER_SIGN.split(word) if part)
    return _PLACE_TO_BREAK.join(part[at : at + LONGEST] for part in parts for at in range(0, len(part), LONGEST))
