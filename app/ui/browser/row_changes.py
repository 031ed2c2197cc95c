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
        old, new = set(before), set(after)
        removed = _runs(place for place, item in enumerate(before) if item not in new)
        inserted = _runs(place for place, item in enumerate(after) if item not in old)
        if len(removed) + len(inserted) > MOST_RUNS:
            return None
        stayed_before = [item for item in before if item in new]
        stayed_after = [item for item in after if item in old]
        if not stayed_before:
            return None
        return cls(removed, stayed_before != stayed_after, inserted, frozenset(new - old))


def _runs(places: Iterable[int]) -> tuple[Run, ...]:
    runs: list[Run] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = runs[-1][0], place
        else:
            runs.append((place, place))
    return tuple(runs)
