from __future__ import annotations

import logging
import sys

from app.session.log_lines import OneLine


def record(message: str, *, failed: bool = False) -> logging.LogRecord:
    return logging.LogRecord(
        "app.session", logging.INFO, "file.py", 1, "told: %s", (message,), sys.exc_info() if failed else None
    )


def test_others_words_do_not_begin_a_line() -> None:
    said = OneLine("%(levelname)s %(message)s").format(record("no\nINFO Connecting -> Connected\x1b[2J\x9b中"))
    assert said == "INFO told: no\\x0aINFO Connecting -> Connected\\x1b[2J\\x9b中"


def test_a_traceback_keeps_its_lines() -> None:
    try:
        raise ValueError("one")
    except ValueError:
        said = OneLine("%(message)s").format(record("it", failed=True))
    assert said.splitlines()[0] == "told: it"
    assert said.splitlines()[-1] == "ValueError: one"
