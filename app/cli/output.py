"""What commands print: text for people, JSON for scripts; failures as one sentence and the next step."""

from __future__ import annotations

import enum
import sys
from typing import Any

import click
import msgspec

from app.cli.terminal import echo, write
from app.domain.catalogue import explain
from app.domain.errors import Problem


class Format(enum.StrEnum):
    TEXT = "text"
    JSON = "json"


class Root:
    """The root context's object: the format for a failure that is told last."""

    def __init__(self) -> None:
        self.format = Format.TEXT


def output_option(command: Any) -> Any:
    """Adds `-o/--output`."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice([choice.value for choice in Format]),
        default=Format.TEXT.value,
        show_default=True,
        callback=_remember_format,
        is_eager=True,
        help="Text for people or JSON for scripts.",
    )(command)


def print_json(value: Any) -> None:
    write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_problem(problem: Problem, chosen: Format) -> None:
    """The sentence and the next step go to stderr; with JSON the whole explanation goes to stdout."""
    told = explain(problem)
    if chosen is Format.JSON:
        print_json(
            {
                "error": {
                    "code": told.code,
                    "category": told.category,
                    "title": told.title,
                    "what": told.what,
                    "effect": told.effect,
                    "next_step": told.next_step,
                    "params": dict(problem.params),
                    "detail": told.detail,
                }
            }
        )
        return
    echo(f"{click.style(told.title, bold=True)}. {told.what}", err=True)
    echo(f"{told.next_step}", err=True)


def is_terminal() -> bool:
    """Is somebody looking at stderr?"""
    return sys.stderr is not None and sys.stderr.isatty()


def _remember_format(context: click.Context, _: click.Parameter, value: str) -> Format:
    """The root's `obj` outlives the command: the failure that may come is told in this format."""
    chosen = Format(value)
    remembered = context.find_object(Root)
    if remembered is not None:
        remembered.format = chosen
    return chosen
