"""What a slow step says while it goes on: one line in place, or plain lines."""

from __future__ import annotations

import pytest

from app.cli import progress
from app.cli.progress import Progress


def test_without_a_terminal_each_line_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Two troubles of one pod take turns for as long as they last."""
    with Progress() as told:
        for line in ("pulling", "waiting", "pulling", "waiting", "\x1b[2Jsteered"):
            told.tell(line)
    assert capsys.readouterr().err.splitlines() == ["pulling …", "waiting …", "?[2Jsteered …"]


def test_on_a_terminal_the_line_is_what_is_so_now(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "is_terminal", lambda: True)
    monkeypatch.setattr(progress, "_CLEAR", "<clear>")  # click takes colours and the like off what is no terminal
    monkeypatch.setenv("COLUMNS", "12")
    with Progress() as told:
        for line in ("pulling", "waiting", "waiting", "pulling", "much longer than the terminal"):
            told.tell(line)
    shown = [line for line in capsys.readouterr().err.split("<clear>") if line]
    assert shown == ["pulling …", "waiting …", "pulling …", "much longe…"]


def test_scripts_hear_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(quiet=True) as told:
        told.tell("pulling")
    assert capsys.readouterr().err == ""
