"""Texts of clusters, colleagues and servers do not steer the terminal, whichever command says them."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

import app.cli
from app.cli.output import Format, print_problem
from app.cli.terminal import echo, harmless
from app.domain.errors import ErrorCode, Problem

OTHER_WAYS = re.compile(
    r"click\.s?echo\b|(?<![\w.])(?:print|write)\(|\(write |sys\.std(?:out|err)\.write"  # calls, and one of two chosen
)
STEERING = [
    "\x1b]0;title\x07",  # the window's title
    "\x1b]52;c;cm0gLXJm\x07",  # the clipboard
    "\x1b[2J\x1b[H",  # all is gone
    "\x1b[8m",  # hidden
    "\x1b[?1049h",
    "\x1bP$q\x1b\\",
    "\x9b31m",
    "\r\x1b[K",
    "\b\b\b",
    "\x07",
    "\x00",
    "\x7f",
    "\u202etxt.exe",
    "\u2066",
    "\u2028",
]


@pytest.mark.parametrize("text", STEERING)
def test_nothing_steers(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    echo(f"pod {text} is ready")
    told = capsys.readouterr().out
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", told)
    assert told.startswith("pod ")
    assert told.endswith(" is ready\n")


def test_our_own_colours_and_lines_stay() -> None:
    for ours in (
        click.style("FAIL", fg="red", bold=True),
        "a\tb\nc",
        "büro 東京 – ✓ 👩‍💻",
        click.style("Note", fg="yellow"),
    ):
        assert harmless(ours) == ours


def test_a_servers_words_in_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    params = {"server": "https://a\x1b[2J", "problem": "denied \x1b]0;x\x07by policy"}
    print_problem(Problem(ErrorCode.API_ERROR, params), Format.TEXT)
    assert "\x1b]" not in (told := capsys.readouterr().err)
    assert "\x1b[2J" not in told
    assert "denied ?]0;x?by policy" in told


def test_no_command_goes_another_way() -> None:
    """What is not said by `echo` is JSON, a manifest of our own, or the line in place, which cleans what it shows."""
    other_ways = {
        "output.py": 1,  # JSON
        "traffic.py": 2,  # JSON
        "manager.py": 1,  # the manifest
        "progress.py": 2,
        "terminal.py": 3,
    }
    assert app.cli.__file__ is not None
    found = {
        path.name: count
        for path in Path(app.cli.__file__).parent.glob("*.py")
        if (count := len(OTHER_WAYS.findall(path.read_text())))
    }
    assert found == other_ways
