"""Which rows a list of places has: favourites first, then where one was lately, then all the others. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_RECENT = 5
MANY = 7
"""More than this are searched; up to this one looks at them all at once."""


class RowKind(enum.Enum):
    PLACE = enum.auto()
    ALL = enum.auto()
    HEAD = enum.auto()


@dataclass(frozen=True)
class NavigationRow:
    """`name` is None for heads and for the row that means all."""

    text: str
    name: str | None = None
    kind: RowKind = RowKind.PLACE
    is_favourite: bool = False


@dataclass(frozen=True)
class Heads:
    """`all_of_them`: the first row; empty: there is none such."""

    recent: str
    others: str
    all_of_them: str = ""


def rows_of(
    names: Sequence[str], *, favourites: Iterable[str], recents: Iterable[str], search: str, heads: Heads
) -> list[NavigationRow]:
    """Each name once. While one searches there are no sections: what begins with the word comes first."""
    known = set(names)
    chosen = [name for name in favourites if name in known]
    favoured = set(chosen)
    if search.strip():
        return _found(names, favoured, search)
    rows = [NavigationRow(heads.all_of_them, kind=RowKind.ALL)] if heads.all_of_them else []
    rows += [NavigationRow(name, name, is_favourite=True) for name in chosen]
    lately: list[str] = []
    if len(names) > MANY:
        lately = [name for name in recents if name in known and name not in favoured][:MOST_RECENT]
    others = [name for name in names if name not in favoured and name not in lately]
    if lately:
        rows.append(NavigationRow(heads.recent, kind=RowKind.HEAD))
        rows += [NavigationRow(name, name) for name in lately]
        if others:
            rows.append(NavigationRow(heads.others, kind=RowKind.HEAD))
    return rows + [NavigationRow(name, name) for name in others]


def newest_first(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """`names` after one was visited."""
    return (name, *(other for other in names if other != name))[:MOST_RECENT]


def _found(names: Sequence[str], favourites: set[str], search: str) -> list[NavigationRow]:
    words = search.casefold().split()
    found = [name for name in names if all(word in name.casefold() for word in words)]
    found.sort(key=lambda name: (not name.casefold().startswith(words[0]), name not in favourites))
    return [NavigationRow(name, name, is_favourite=name in favourites) for name in found]
