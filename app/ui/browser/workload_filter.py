"""Which workloads are shown: a search and chips. Pure, and quick: 5,000 texts are looked through within a millisecond
or two, because nothing is worked out at a keystroke."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.ui.browser.workload_entry import Entry


@dataclass(frozen=True)
class WorkloadFilter:
    """All of it must hold. `kinds` empty: all kinds. `words`: casefolded, each must be found somewhere in the texts."""

    words: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    mine: bool = False
    intercepted: bool = False
    unready: bool = False

    @property
    def is_empty(self) -> bool:
        return self == WorkloadFilter()

    @property
    def has_chips(self) -> bool:
        return bool(self.kinds or self.mine or self.intercepted or self.unready)

    def searching(self, text: str) -> WorkloadFilter:
        return replace(self, words=tuple(text.casefold().split()))

    def pick(self, entries: Iterable[Entry]) -> list[Entry]:
        """In the order given."""
        found = list(entries)
        for word in self.words:
            found = [entry for entry in found if word in entry.text]
        if self.kinds:
            found = [entry for entry in found if entry.row.kind in self.kinds]
        if self.mine:
            found = [entry for entry in found if entry.cell.is_mine]
        if self.intercepted:
            found = [entry for entry in found if entry.cell.holders]
        if self.unready:
            found = [entry for entry in found if entry.row.ready < entry.row.desired]
        return found
