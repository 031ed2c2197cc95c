"""Where what is said goes to ends early, is full, or wants no colours."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import click
import pytest

from app.cli import program
from app.cli.progress import Progress
from app.cli.terminal import echo, write


class Streams:
    """stdout and stderr of the program; "closed" has no reader, "full" has no room."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._files: list[TextIO] = []

    def set(self, name: str, kind: str) -> None:
        if kind == "closed":
            reading, writing = os.pipe()
            os.close(reading)
        else:
            writing = os.open("/dev/full", os.O_WRONLY)
        self._files.append(os.fdopen(writing, "w"))
        self._monkeypatch.setattr(sys, name, self._files[-1])

    def close(self) -> None:
        for file in self._files:
            file.close()


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> Iterator[Streams]:
    made = Streams(monkeypatch)
    yield made
    made.close()  # nothing is held back any more that would fail now


@pytest.mark.parametrize("err", [False, True])
def test_nobody_reads_any_more(streams: Streams, err: bool) -> None:
    streams.set("stderr" if err else "stdout", "closed")
    assert not echo("first line", err=err)
    assert write("second line", err=err), "thrown away"


def test_there_is_no_room(streams: Streams) -> None:
    streams.set("stdout", "full")
    with pytest.raises(click.ClickException, match="cannot be written: No space left on device"):
        write("a line")


def test_progress_nobody_reads_stops_nothing(streams: Streams) -> None:
    streams.set("stderr", "closed")
    with Progress() as progress:
        progress.tell("one")
        progress.tell("two")


@pytest.mark.parametrize("arguments", [["status"], ["status", "-o", "json"]])
def test_the_exit_code_is_as_if_somebody_read(
    streams: Streams, arguments: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KUBEFERRY_RUNTIME_DIR", str(tmp_path))
    streams.set("stdout", "closed")
    assert program.run(arguments) == 3


def test_a_help_page_that_nobody_reads(streams: Streams) -> None:
    streams.set("stdout", "closed")
    streams.set("stderr", "closed")
    assert program.run(["--help"]) == 0


def test_a_full_disk_is_one_sentence(
    streams: Streams, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KUBEFERRY_RUNTIME_DIR", str(tmp_path))
    streams.set("stdout", "full")
    assert program.run(["status"]) == 1
    assert capsys.readouterr().err == "Error: What it has to say cannot be written: No space left on device.\n"


@pytest.mark.parametrize(("value", "coloured"), [("1", False), ("", True), (None, True)])
def test_no_colours_when_none_are_wanted(
    value: str | None, coloured: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also on a terminal, whose colours click would let through."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    if value is not None:
        monkeypatch.setenv("NO_COLOR", value)
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda *_: False)
    echo(f"{click.style('FAIL', fg='red', bold=True)}  login")
    assert ("\x1b[" in capsys.readouterr().out) is coloured


@pytest.mark.parametrize(("term", "in_place"), [("xterm", True), ("dumb", False)])
def test_a_terminal_that_cannot_clear_a_line(
    term: str, in_place: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr("app.cli.progress.is_terminal", lambda: True)
    with Progress() as progress:
        progress.tell("one")
    assert ("\r" in capsys.readouterr().err) is in_place
