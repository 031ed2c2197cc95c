"""Says texts on a terminal. What comes from a cluster, a colleague or a server may not steer it.

Only colours and bold (our own) get through of what begins with ESC. Every other control character (ECMA-48: C0 but
line feed and tab, DEL, C1), and what turns the direction of writing around (Unicode UAX 9), becomes "?".
"""

from __future__ import annotations

import os
import re
import sys

import click

_OUR_STYLES = r"\x1b\[(?:0|1|3[0-7])m"
_STEERING = re.compile(
    _OUR_STYLES + r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_STYLE = re.compile(_OUR_STYLES)


def echo(text: str, *, err: bool = False, nl: bool = True) -> bool:
    """False: nobody reads any more."""
    return write(harmless(text), err=err, nl=nl)


def write(text: str, *, err: bool = False, nl: bool = True) -> bool:
    """As it stands: what is ours, or meant for a program.

    False: nobody reads any more (`| head -1`); this and what follows is thrown away, and the command goes on to its end
    and its exit code. Raises click.ClickException (exit code 1) when it cannot be written for another reason.
    """
    try:
        click.echo(_without_colours(text) if os.environ.get("NO_COLOR") else text, err=err, nl=nl)
    except BrokenPipeError:
        throw_away(err=err)
        return False
    except OSError as error:
        throw_away(err=err)
        raise click.ClickException(f"What it has to say cannot be written: {error.strerror}.") from error
    return True


def throw_away(*, err: bool) -> None:
    """What is still held back is, too, so that nothing fails when the program ends."""
    stream = sys.stderr if err else sys.stdout
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _without_colours(text: str) -> str:
    """NO_COLOR (no-color.org): set and not empty."""
    return _STYLE.sub("", text)


def harmless(text: str) -> str:
    return _STEERING.sub(lambda found: found[0] if _STYLE.fullmatch(found[0]) else "?", text)
