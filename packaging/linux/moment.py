"""The time that every file of a package bears: the same input gives the same bytes, whenever it is built."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path

_EARLIEST = 315532800
"""1980-01-01, the first moment that every archive's format can say."""


@cache
def source_date() -> int:
    """SOURCE_DATE_EPOCH (reproducible-builds.org), else the last commit's time; seconds since 1970."""
    told = os.environ.get("SOURCE_DATE_EPOCH", "")
    if told:
        if not told.isdecimal():
            raise SystemExit(f"SOURCE_DATE_EPOCH must be a number of seconds, not {told!r}.")
        return max(int(told), _EARLIEST)
    command = ["git", "-C", str(Path(__file__).parent), "log", "-1", "--format=%ct"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        found = ""
    return int(found) if found.isdecimal() else _EARLIEST
