"""What a long step does and how much remains: a line that changes on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TextIO

EVERY_S = 20.0
"""Between two lines where there is no terminal, as in a CI's log."""
TERMINAL_EVERY_S = 0.2


class Progress:
    """`total` is how many units there are in all, `done` how many of them an earlier run had finished already."""

    def __init__(self, what: str, total: int, done: int = 0, *, stream: TextIO | None = None) -> None:
        self.what = what
        self.total = total
        self.done = done
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._began = self._told = time.monotonic()
        self._first = done

    def advance(self, count: int = 1) -> None:
        self.done = min(self.done + count, self.total)
        now = time.monotonic()
        if now - self._told >= (TERMINAL_EVERY_S if self._terminal else EVERY_S):
            self._told = now
            self._write(f"{self.what}: {self.done} of {self.total}{self._remaining(now)}")

    def finish(self) -> None:
        if self._terminal:
            self._stream.write("\r\033[K")
            self._stream.flush()

    def _write(self, text: str) -> None:
        self._stream.write(f"\r\033[K{text}" if self._terminal else text + "\n")
        self._stream.flush()

    def _remaining(self, now: float) -> str:
        return remaining(self.done - self._first, self.total - self.done, now - self._began)


def remaining(finished: int, left: int, elapsed_s: float) -> str:
    """From the pace up to now; nothing while that says too little."""
    if finished < 20 or elapsed_s < 3:
        return ""
    seconds = elapsed_s / finished * left
    return f", about {seconds / 60:.0f} min to go" if seconds >= 90 else f", about {seconds:.0f} s to go"


def say(text: str) -> None:
    print(f"test cluster: {text}", file=sys.stderr, flush=True)
