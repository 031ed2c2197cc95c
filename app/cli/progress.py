"""Tells on stderr what a slow step does and waits for: one line in place, or plain lines without a terminal."""

from __future__ import annotations

import os
import shutil
from types import TracebackType

from app.cli.output import is_terminal
from app.cli.terminal import echo, harmless, write

_CLEAR = "\r\x1b[K"


class Progress:
    """A context manager: when it ends, the line in place is gone and what follows begins at the margin."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._in_place = is_terminal() and os.environ.get("TERM") != "dumb"
        self._told = ""
        self._lines = set[str]()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """What follows on stderr begins at the margin."""
        if self._in_place and self._told:
            write(_CLEAR, nl=False, err=True)

    def tell(self, line: str) -> None:
        """Says it, unless it was what was said last; without a terminal each line once, as troubles come in turns."""
        if self._quiet or line == self._told:
            return
        self._told = line
        if self._in_place:
            width = shutil.get_terminal_size().columns - 1
            shown = f"{harmless(line)} …"
            write(_CLEAR + (shown if len(shown) <= width else shown[: width - 1] + "…"), nl=False, err=True)
        elif line not in self._lines:
            self._lines.add(line)
            echo(f"{line} …", err=True)
