"""What a steady client's records say. Pure."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

Record = tuple[float, float, str, str]
"""When a request began, how long it took (s), who answered, what failed ("": nothing)."""

Records = list[Record]


@dataclass(frozen=True)
class Report:
    """Of the requests that began at `since` or later; they are sorted by their beginning. `every_s`: between them."""

    records: Records
    since: float
    every_s: float = 0.02

    @cached_property
    def chosen(self) -> Records:
        return sorted(record for record in self.records if record[0] >= self.since)

    @property
    def sent(self) -> int:
        return len(self.chosen)

    @property
    def failed(self) -> int:
        return sum(bool(failure) for *_, failure in self.chosen)

    @property
    def failures(self) -> dict[str, int]:
        """By kind."""
        return dict(Counter(failure for *_, failure in self.chosen if failure))

    @property
    def answered_by(self) -> dict[str, int]:
        return dict(Counter(who for _, _, who, failure in self.chosen if not failure))

    @property
    def longest_gap_s(self) -> float:
        """Between the ends of two successes that follow each other; 0 when there are fewer than two."""
        ends = sorted(begin + took for begin, took, _, failure in self.chosen if not failure)
        return max((later - earlier for earlier, later in itertools.pairwise(ends)), default=0.0)

    @property
    def slowest_s(self) -> float:
        """Of those that were answered."""
        return max((took for _, took, _, failure in self.chosen if not failure), default=0.0)

    def first_from_s(self, who: Collection[str]) -> float | None:
        """Seconds from `since` to the end of the first answer of one of these; None: there was none."""
        ends = [begin + took for begin, took, name, failure in self.chosen if not failure and name in who]
        return min(ends) - self.since if ends else None

    def settled_s(self, who: Collection[str]) -> float:
        """Seconds from `since` until every request was answered by one of these, and only by them, to the end."""
        bad = [begin for begin, _, name, failure in self.chosen if failure or name not in who]
        return max(bad) + self.every_s - self.since if bad else 0.0

    def __str__(self) -> str:
        by = ", ".join(f"{name} {count}" for name, count in sorted(self.answered_by.items()))
        why = ", ".join(f"{kind} {count}" for kind, count in sorted(self.failures.items()))
        text = f"{self.sent} requests, {self.failed} failed" + (f" ({why})" if why else "")
        return f"{text}; answered by {by or 'nobody'}; longest gap {self.longest_gap_s:.2f} s"
