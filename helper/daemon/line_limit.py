"""Nobody fills the log: of what one statement says the first lines are written, then one a minute, with a count."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

FIRST_LINES = 20
"""In a minute. More than one person's mistakes make, and than a start or an end of eight connections does."""

INTERVAL_S = 60.0


@dataclass(slots=True)
class _Statement:
    began_at: float
    last_at: float
    written: int = 0
    left_out: int = 0


class LineLimit(logging.Filter):
    """For a handler. Statements are told apart by where they are in the program, not by their words: those may be a
    caller's, and there would be no end of them. So all callers share the lines of a statement."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._statements: dict[tuple[str, int], _Statement] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written. To the first one after some were not, their number is added."""
        now = self._clock()
        statement = self._statements.setdefault((record.pathname, record.lineno), _Statement(now, now))
        if now - statement.began_at >= INTERVAL_S:
            _begin_anew(statement, now, record)
        statement.last_at = now
        if statement.written >= FIRST_LINES:
            statement.left_out += 1
            return False
        statement.written += 1
        return True


def _begin_anew(statement: _Statement, now: float, record: logging.LogRecord) -> None:
    goes_on = statement.left_out > 0 and now - statement.last_at < INTERVAL_S
    if statement.left_out:
        record.msg = f"{record.getMessage()} ({statement.left_out} more lines of this kind were left out)"
        record.args = ()
    statement.began_at = now
    statement.written = FIRST_LINES - 1 if goes_on else 0
    statement.left_out = 0
