"""The command line as data, read from click's own commands: what man pages and completions are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import click


@dataclass(frozen=True)
class Option:
    """`metavar` is empty for a switch; `choices` where only these words are taken; `is_file` where a path is."""

    names: tuple[str, ...]
    text: str
    metavar: str = ""
    choices: tuple[str, ...] = ()
    is_file: bool = False


@dataclass(frozen=True)
class Command:
    """`path`: the words after `kubeferry`. `arguments`: as a synopsis shows them. `examples`: lines of a shell."""

    path: tuple[str, ...]
    text: str
    arguments: tuple[str, ...]
    options: tuple[Option, ...]
    examples: tuple[str, ...] = ()
    commands: tuple[Command, ...] = field(default=())

    @property
    def summary(self) -> str:
        """The first sentence, without its full stop."""
        return re.split(r"(?<=[^.]{3})\.(?:\s|$)", self.text, maxsplit=1)[0]

    def walk(self) -> Iterator[Command]:
        yield self
        for command in self.commands:
            yield from command.walk()


def read_tree() -> Command:
    from app.cli.program import kubeferry

    settings = kubeferry.context_settings  # how help is asked for, which click's options of that are made from
    return _command(kubeferry, click.Context(kubeferry, info_name="kubeferry", **settings), ())


def exit_codes() -> str:
    """As `--help` has them."""
    from app.cli.program import EXIT_CODES_HELP

    return EXIT_CODES_HELP.replace("\b\n", "").strip()


def _examples(epilog: str) -> tuple[str, ...]:
    """The lines of the paragraph that begins with the heading."""
    from app.cli.examples import HEADING

    for paragraph in epilog.replace("\b\n", "").split("\n\n"):
        heading, _, lines = paragraph.strip().partition("\n")
        if heading == HEADING:
            return tuple(line.strip() for line in lines.splitlines())
    return ()


def _command(command: click.Command, context: click.Context, path: tuple[str, ...]) -> Command:
    inner: tuple[Command, ...] = ()
    if isinstance(command, click.Group):
        found = ((name, command.get_command(context, name)) for name in command.list_commands(context))
        inner = tuple(
            _command(one, click.Context(one, parent=context, info_name=name), (*path, name))
            for name, one in found
            if one is not None and not one.hidden
        )
    parameters = command.get_params(context)
    return Command(
        path,
        " ".join((command.help or "").replace("\b", "").split()),
        tuple(one.make_metavar(context) for one in parameters if isinstance(one, click.Argument)),
        tuple(_option(one, context) for one in parameters if isinstance(one, click.Option) and not one.hidden),
        _examples(command.epilog or ""),
        inner,
    )


def _option(option: click.Option, context: click.Context) -> Option:
    is_switch = option.is_flag or option.count
    choices = tuple(str(one) for one in option.type.choices) if isinstance(option.type, click.Choice) else ()
    record = option.get_help_record(context)
    return Option(
        names=(*option.opts, *option.secondary_opts),
        text=" ".join(record[1].split()) if record else option.help or "",
        metavar="" if is_switch else (option.metavar or "|".join(choices) or option.make_metavar(context)),
        choices=choices,
        is_file=isinstance(option.type, click.Path | click.File),
    )
