"""What the table keeps of a workload: its row, who has its traffic, and what of it is worked out once, not at each
keystroke or at each painting."""

from __future__ import annotations

from collections import deque

from app.controllers.intercept_views import InterceptRow, OperationView
from app.controllers.views import WorkloadRow
from app.ui.browser.intercept_cell import InterceptCell, cell_of
from app.ui.wording import short_kind

RATE_SECONDS = 60
"""How much of the traffic is remembered, one figure a second."""


class Entry:
    """Compared by identity: it stays the same object for as long as the workload is there.

    `rates`: None where there was no traffic within RATE_SECONDS.
    """

    __slots__ = ("cell", "intercepts", "key", "operation", "rates", "row", "text")

    def __init__(self, row: WorkloadRow, own_id: str) -> None:
        self.intercepts: tuple[InterceptRow, ...] = ()
        self.operation: OperationView | None = None
        self.rates: deque[float] | None = None
        self.row = row
        self.key = row.key
        self.text = _search_text(row)
        self.cell: InterceptCell = cell_of(row, (), None, own_id)

    @property
    def rate(self) -> float:
        """Of the last second."""
        return self.rates[-1] if self.rates else 0.0

    def take_row(self, row: WorkloadRow, own_id: str) -> None:
        before = self.row
        self.row = row
        if (row.images, row.labels) != (before.images, before.labels):
            self.text = _search_text(row)
        if (row.claims, row.impossible) != (before.claims, before.impossible):
            self.work_out_cell(own_id)

    def work_out_cell(self, own_id: str) -> None:
        self.cell = cell_of(self.row, self.intercepts, self.operation, own_id)

    def take_rate(self, rate: float) -> bool:
        """Returns whether there is anything to draw anew."""
        if self.rates is None:
            if not rate:
                return False
            self.rates = deque([0.0] * RATE_SECONDS, RATE_SECONDS)
        self.rates.append(rate)
        if not rate and not any(self.rates):
            self.rates = None
        return True


def _search_text(row: WorkloadRow) -> str:
    """Words of a search have no blanks, so that none is found across two parts."""
    labels = (f"{name}={value}" for name, value in row.labels)
    return "\n".join((row.name, row.kind, short_kind(row.kind), row.namespace, *labels, *row.images)).casefold()
