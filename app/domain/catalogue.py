"""The words for every ErrorCode: one place, so that command line and window say the same.

`what` may name the code's params in braces; a param that is missing is told as a dash, because a sentence with a
gap is better than a traceback.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.catalogue_access import ACCESS_ENTRIES
from app.domain.catalogue_cluster import CLUSTER_ENTRIES
from app.domain.catalogue_entry import Entry
from app.domain.catalogue_machine import MACHINE_ENTRIES
from app.domain.catalogue_tunnel import TUNNEL_ENTRIES
from app.domain.errors import ErrorCategory, ErrorCode, Problem

_FIELD = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Explanation:
    """An entry with a problem's params filled in: what is shown."""

    code: ErrorCode
    category: ErrorCategory
    title: str
    what: str
    effect: str
    next_step: str
    detail: str


CATALOGUE: dict[ErrorCode, Entry] = {
    **ACCESS_ENTRIES,
    **MACHINE_ENTRIES,
    **TUNNEL_ENTRIES,
    **CLUSTER_ENTRIES,
}


EXIT_CODES: dict[ErrorCategory, int] = {
    ErrorCategory.BUG: 1,
    ErrorCategory.USER: 10,
    ErrorCategory.CONFIG: 10,
    ErrorCategory.CLUSTER: 20,
    ErrorCategory.NETWORK: 30,
    ErrorCategory.HELPER: 40,
}
EXIT_INTERRUPTED = 130
EXIT_NOT_CONNECTED = 3


def explain(problem: Problem, translate: Callable[[str], str] = str) -> Explanation:
    """Returns the catalogue's entry for `problem` with its params filled in.

    `translate` is given each sentence before that, with its params in braces.
    """
    entry = CATALOGUE[problem.code]

    def fill(template: str) -> str:
        filled = _FIELD.sub(lambda match: _plain(problem.params.get(match[1], "—")), translate(template)).strip()
        return f"{filled}." if filled[-1:].isalnum() else filled  # what a param at the end has said

    return Explanation(
        code=problem.code,
        category=entry.category,
        title=translate(entry.title),
        what=fill(entry.what),
        effect=fill(entry.effect),
        next_step=fill(entry.next_step),
        detail=problem.detail,
    )


def exit_code(problem: Problem) -> int:
    """The exit status of a command that ended with `problem`."""
    if problem.code is ErrorCode.CANCELLED:
        return EXIT_INTERRUPTED
    if problem.code is ErrorCode.NOT_CONNECTED:
        return EXIT_NOT_CONNECTED
    return EXIT_CODES[CATALOGUE[problem.code].category]


def _plain(value: str) -> str:
    """Params come from other programs: one line, no full stop that would double ours, not endless."""
    line = " ".join(value.split()).rstrip(".")
    return line if len(line) <= 400 else line[:399] + "…"
