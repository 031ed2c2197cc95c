"""What a caller does again and again is logged, and does not fill the log."""

import io
import logging
from collections.abc import Callable

import pytest

from helper.daemon.line_limit import FIRST_LINES, INTERVAL_S, LineLimit


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Log:
    """A logger of its own on a clock of its own."""

    def __init__(self) -> None:
        self.clock = Clock()
        self._written = io.StringIO()
        handler = logging.StreamHandler(self._written)
        handler.addFilter(LineLimit(self.clock))
        self._logger = logging.Logger("strangers")
        self._logger.addHandler(handler)

    def refuse(self, uid: int) -> None:
        self._logger.warning("uid %s is not allowed", uid)

    def cut_off(self, reason: str) -> None:
        self._logger.warning(reason)

    def lines(self) -> list[str]:
        lines = self._written.getvalue().splitlines()
        self._written.seek(0)
        self._written.truncate()
        return lines


@pytest.fixture
def log() -> Log:
    return Log()


def test_the_first_lines_are_written_as_they_are(log: Log) -> None:
    for uid in range(1000):
        log.refuse(uid)
    assert log.lines() == [f"uid {uid} is not allowed" for uid in range(FIRST_LINES)]


def test_then_one_a_minute_with_how_many_were_left_out(log: Log) -> None:
    for uid in range(FIRST_LINES + 7):
        log.refuse(uid)
    log.lines()
    for _ in range(3):
        log.clock.now += INTERVAL_S / 2
        log.refuse(1)
        assert log.lines() == []
        log.clock.now += INTERVAL_S / 2
        for uid in range(5):
            log.refuse(uid)
        (line,) = log.lines()
        assert line.startswith("uid 0 is not allowed (")
        assert line.endswith(" more lines of this kind were left out)")
        log.cut_off("others are not concerned")
        log.lines()


def test_every_line_is_counted_once(log: Log) -> None:
    calls, written, counted = 0, 0, 0
    for step in range(2000):
        log.clock.now += step % 5
        log.refuse(step)
        calls += 1
    log.clock.now += INTERVAL_S
    log.refuse(0)
    for line in log.lines():
        written += 1
        counted += int(line.split("(")[1].split()[0]) if "(" in line else 0
    assert written + counted == calls + 1
    assert written < FIRST_LINES + 2000 * 2 / INTERVAL_S + 2


@pytest.mark.parametrize("say", [lambda log, n: log.cut_off(f"made up {n}"), lambda log, n: log.refuse(n)])
def test_a_callers_words_make_no_kinds_of_their_own(log: Log, say: Callable[[Log, int], None]) -> None:
    for number in range(500):
        say(log, number)
    assert len(log.lines()) == FIRST_LINES


def test_when_it_is_over_the_first_lines_are_written_again(log: Log) -> None:
    for uid in range(FIRST_LINES + 3):
        log.refuse(uid)
    log.clock.now += 2 * INTERVAL_S
    log.lines()
    for uid in range(FIRST_LINES):
        log.refuse(uid)
    first, *others = log.lines()
    assert first == "uid 0 is not allowed (3 more lines of this kind were left out)"
    assert others == [f"uid {uid} is not allowed" for uid in range(1, FIRST_LINES)]
