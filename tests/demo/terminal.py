"""The tour as a readable story: why, the command, what it said, and how it is known to have worked."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Sequence
from typing import TextIO

from tests.demo.place import Hands
from tests.demo.story import Step
from tests.demo.teller import Told, carry_out

_BOLD, _DIM, _GREEN, _RED, _CYAN = "1", "2", "32", "31", "36"
_MOST_WIDTH, _LEAST_WIDTH = 132, 72
_GAP = " │ "


class Paper:
    """What is written on: colours on a terminal only."""

    def __init__(self, out: TextIO, *, colours: bool | None = None) -> None:
        self._out = out
        self._colours = out.isatty() if colours is None else colours
        columns = shutil.get_terminal_size((100, 24)).columns if out.isatty() else 100
        self.width = max(_LEAST_WIDTH, min(columns, _MOST_WIDTH))

    def line(self, text: str = "", style: str = "") -> None:
        coloured = f"\033[{style}m{text}\033[0m" if style and text and self._colours else text
        self._out.write(coloured + "\n")
        self._out.flush()

    def wrapped(self, text: str, style: str = "") -> None:
        for line in textwrap.wrap(text, self.width):
            self.line(line, style)


class TerminalTour:
    """`pause` is called after every step but the last, and returns when the reader wants to go on."""

    def __init__(self, paper: Paper, hands: Hands, pause: Callable[[], None]) -> None:
        self._paper, self._hands, self._pause = paper, hands, pause

    def tell(self, steps: Sequence[Step]) -> bool:
        """False: a step did not come to what it should; the story ends there."""
        for number, step in enumerate(steps, 1):
            if not self._tell_step(step, f"{number}/{len(steps)}"):
                return False
            if number < len(steps):
                self._pause()
        return True

    def _tell_step(self, step: Step, place: str) -> bool:
        paper = self._paper
        paper.line()
        paper.line(f"── {place}  {step.title} ".ljust(paper.width, "─"), _BOLD)
        paper.wrapped(step.why)
        pages: list[str] = []

        def begin(line: str) -> None:
            paper.line()
            paper.line(f"$ {line}", _CYAN)

        def listen(told: Told) -> None:
            pages.append(told.output)
            if told.output and not (step.compares and told.as_expected):
                paper.line(textwrap.indent(told.output, "  "))

        missing = carry_out(step, self._hands, listen, begin)
        if step.compares and not missing:
            paper.line()
            for line in side_by_side(pages[0], pages[1], paper.width, ("everybody", "with the header")):
                paper.line(line)
        paper.line()
        if missing:
            paper.wrapped(f"✗ This step did not work: {missing}", _RED)
            return False
        paper.wrapped(f"✓ {step.done}", _GREEN)
        return True


def side_by_side(left: str, right: str, width: int, heads: tuple[str, str]) -> list[str]:
    """Two texts in columns of the same width; long lines are broken and keep their indentation."""
    column = (width - len(_GAP)) // 2
    columns = [[head, "", *_broken(text, column)] for head, text in zip(heads, (left, right), strict=True)]
    rows = max(map(len, columns))
    padded = [lines + [""] * (rows - len(lines)) for lines in columns]
    return [f"{one:<{column}}{_GAP}{other}".rstrip() for one, other in zip(*padded, strict=True)]


def _broken(text: str, width: int) -> list[str]:
    found: list[str] = []
    for line in text.splitlines():
        if set(line) == {"─"}:
            found.append("─" * width)
            continue
        indent = " " * (len(line) - len(line.lstrip()))
        found += textwrap.wrap(line, width, subsequent_indent=indent, drop_whitespace=True) or [""]
    return found
