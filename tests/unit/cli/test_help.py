"""`--help`: every command's, on a terminal of 80 columns."""

from __future__ import annotations

import shlex

import click
import pytest

from app.cli.examples import HEADING, examples
from app.cli.program import kubeferry, run
from app.domain.catalogue import EXIT_CODES, EXIT_INTERRUPTED, EXIT_NOT_CONNECTED

COLUMNS = 80
SHELL = ("#", "|", "&&", ";")


def commands() -> dict[str, click.Command]:
    """By the words that lead to them; "" is the program itself."""
    found: dict[str, click.Command] = {"": kubeferry}
    for group in ("", "manager"):
        command = kubeferry if not group else found[group]
        assert isinstance(command, click.Group)
        context = click.Context(command)
        for name in command.list_commands(context):
            one = command.get_command(context, name)
            assert one is not None
            found[f"{group} {name}".strip()] = one
    return found


COMMANDS = commands()
EXAMPLES = [
    line.strip()
    for command in COMMANDS.values()
    for line in (command.epilog or "").splitlines()
    if line.startswith("  kubeferry")
]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(COLUMNS))


@pytest.mark.parametrize("words", COMMANDS)
def test_nothing_is_cut_off(words: str, narrow: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*words.split(), "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert not [line for line in lines if line.rstrip().endswith("...") and not line.startswith("Usage:")]
    assert not [line for line in lines if len(line) > COLUMNS and not line.lstrip().startswith("kubeferry ")]


@pytest.mark.parametrize("line", EXAMPLES)
def test_examples_are_understood(line: str) -> None:
    """By click: options that are not there, or words in the wrong place, are refused."""
    words = shlex.split(line.split("  #")[0])
    end = min((words.index(sign) for sign in SHELL if sign in words), default=len(words))
    program, name, *arguments = words[:end]
    assert program == "kubeferry"
    if name == "manager":
        name, arguments = f"manager {arguments[0]}", arguments[1:]
    COMMANDS[name].make_context(name, arguments)


def test_there_are_examples() -> None:
    without = [name for name, command in COMMANDS.items() if HEADING not in (command.epilog or "")]
    assert without == ["disconnect", "manager", "manager install", "manager uninstall"]


def test_words_beside_examples_are_in_one_column() -> None:
    told = examples(("a", "what"), ("longer than the others", ""), ("abc", "more"))
    assert told.splitlines() == [
        "\b",
        HEADING,
        "  kubeferry a    # what",
        "  kubeferry longer than the others",
        "  kubeferry abc  # more",
    ]


def test_the_table_of_exit_codes_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    run(["--help"])
    listed = capsys.readouterr().out.split("Exit codes:")[1].splitlines()
    codes = {int(line.split()[0]) for line in listed if line[:8].strip().isdigit()}
    assert codes == {0, 2, EXIT_INTERRUPTED, EXIT_NOT_CONNECTED, *EXIT_CODES.values()}


@pytest.mark.parametrize(("typed", "meant"), [("conect", "connect"), ("satus", "status"), ("proxi", "proxy")])
def test_a_command_that_does_not_exist(typed: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([typed]) == 2
    assert f"'{meant}'" in capsys.readouterr().err
