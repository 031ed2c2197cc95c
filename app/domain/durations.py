"""Times as people write them: 90s, 30m, 24h, 7d."""

from __future__ import annotations

import re

from app.domain.errors import ErrorCode, KubeferryError

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])")


def parse_duration_s(option: str, text: str) -> int:
    """Raises KubeferryError (INVALID_OPTION)."""
    found = _DURATION.fullmatch(text.strip().lower())
    if found is None:
        problem = f"{text!r} is not a time such as 90s, 30m, 24h or 7d"
        raise KubeferryError(ErrorCode.INVALID_OPTION, option=option, problem=problem)
    return int(found[1]) * _UNITS_S[found[2]]
