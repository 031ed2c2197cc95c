"""Tells on stderr what a slow step does and waits for: one line in place, or plain lines without a terminal."""

from __future__ import annotations

import shutil
import sys
from types import TracebackType

import click

from app.cli.output import is_terminal
from app.cli.terminal import harmless

_CLEAR = "\r\x1b[K"


class Progress:
    """A context manager: when it ends, the line in place is gone and what follows begins at the margin."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._in_place = is_terminal()
        self._told = ""

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """What follows on stderr begins at the margin."""
        if self._in_place and self._told:
            click.echo(_CLEAR, nl=False, err=True)

    def tell(self, line: str) -> None:
        """Says it, unless it was what was said last."""
        if self._quiet or line == self._told:
            return
        self._told = line
        if self._in_place:
            width = shutil.get_terminal_size().columns - 1
            shown = f"{harmless(line)} …"
            click.echo(_CLEAR + (shown if len(shown) <= width else shown[: width - 1] + "…"), nl=False, err=True)
            sys.stderr.flush()
        else:
            click.echo(f"{harmless(line)} …", err=True)
