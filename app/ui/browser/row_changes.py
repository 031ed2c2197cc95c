"""How a list of rows became another one: what went, whether the rest changed places, what came. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)
Run = tuple[int, int]
"""First and last place."""

MOST_RUNS = 24
"""Beyond this many a view is quicker when it begins anew."""


@dataclass(frozen=True)
class RowChanges(Generic[T]):
    """`removed` are places before, `inserted` places after; both ascending."""

    removed: tuple[Run, ...]
    is_permuted: bool
    inserted: tuple[Run, ...]
    added_entries: frozenset[T]

    @classmethod
    def between(cls, before: Sequence[T], after: Sequence[T]) -> RowChanges[T] | None:
        """None: too many for them to be told one by one."""
        # Mostly one row of thousands is another one: only what lies between the equal ends is looked at.
        head, tail = _same_ends(before, after)
        middle_before, middle_after = before[head : len(before) - tail], after[head : len(after) - tail]
        old, new = set(middle_before), set(middle_after)
        removed = _runs(place for place, item in enumerate(middle_before, head) if item not in new)
        inserted = _runs(place for place, item in enumerate(middle_after, head) if item not in old)
        if len(removed) + len(inserted) > MOST_RUNS:
            return None
        stayed_before = [item for item in middle_before if item in new]
        stayed_after = [item for item in middle_after if item in old]
        if not (head or tail or stayed_before):
            return None
        return cls(removed, stayed_before != stayed_after, inserted, frozenset(new - old))


def what_differs(before: Sequence[T], after: Sequence[T]) -> tuple[Sequence[T], Sequence[T]]:
    """What of the one may not be in the other, by identity: most of two lists of thousands are the same objects."""
    if len(before) == len(after):
        places = [place for place, (one, other) in enumerate(zip(before, after, strict=True)) if one is not other]
        return [before[place] for place in places], [after[place] for place in places]
    head, tail = _same_ends(before, after)
    return before[head : len(before) - tail], after[head : len(after) - tail]


def _same_ends(one: Sequence[T], other: Sequence[T]) -> tuple[int, int]:
    """How many are the same object at the beginning, and of the rest at the end."""
    least = min(len(one), len(other))
    head = next((place for place in range(least) if one[place] is not other[place]), least)
    tail = next((place for place in range(least - head) if one[-1 - place] is not other[-1 - place]), least - head)
    return head, tail


def _runs(places: Iterable[int]) -> tuple[Run, ...]:
    runs: list[Run] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = runs[-1][0], place
        else:
            runs.append((place, place))
    return tuple(runs)
