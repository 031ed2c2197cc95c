from __future__ import annotations

import pytest

from app.domain.durations import parse_duration_s
from app.domain.errors import ErrorCode, KubeferryError


@pytest.mark.parametrize(("text", "seconds"), [("1s", 1), ("90s", 90), ("30m", 1800), ("24h", 86400), (" 7D ", 604800)])
def test_times(text: str, seconds: int) -> None:
    assert parse_duration_s("--reap-after", text) == seconds


@pytest.mark.parametrize("text", ["", "0s", "24", "h", "-1h", "1.5h", "1w", "1h30m", "9999999s"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(KubeferryError) as refused:
        parse_duration_s("--reap-after", text)
    assert refused.value.code is ErrorCode.INVALID_OPTION
