"""Says texts on a terminal. What comes from a cluster, a colleague or a server may not steer it.

Only colours and bold (our own) get through of what begins with ESC. Every other control character (ECMA-48: C0 but
line feed and tab, DEL, C1), and what turns the direction of writing around (Unicode UAX 9), becomes "?".
"""

from __future__ import annotations

import re

import click

_OUR_STYLES = r"\x1b\[(?:0|1|3[0-7])m"
_STEERING = re.compile(
    _OUR_STYLES + r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_STYLE = re.compile(_OUR_STYLES)


def echo(text: str, *, err: bool = False, nl: bool = True) -> None:
    click.echo(harmless(text), err=err, nl=nl)


def harmless(text: str) -> str:
    return _STEERING.sub(lambda found: found[0] if _STYLE.fullmatch(found[0]) else "?", text)
