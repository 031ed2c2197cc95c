"""How a workload reads in the table: short for the eye, in words for a screen reader, at length in the tool tip."""

from __future__ import annotations

import html
from collections.abc import Callable

from app.ui.browser.workload_columns import Column
from app.ui.browser.workload_entry import Entry
from app.ui.translation import tr
from app.ui.wording import age, rate

_MOST_TOLD = 6
"""Labels and images in a tool tip."""

_NOTHING = "—"


class WorkloadTexts:
    """`clock`: Unix time. `tell_rate`: what the figures of `rates` are."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.tell_rate: Callable[[float], str] = rate

    def shown(self, entry: Entry, column: Column) -> str:
        row = entry.row
        match column:
            case Column.KIND:
                return row.kind
            case Column.NAME:
                return row.name
            case Column.NAMESPACE:
                return row.namespace
            case Column.READY:
                return f"{row.ready}/{row.desired}"
            case Column.AGE:
                return age(self._clock() - row.created) if row.created else _NOTHING
            case Column.INTERCEPT:
                return entry.cell.text
            case Column.TRAFFIC:
                return self.tell_rate(entry.rate) if entry.rates else _NOTHING

    def spoken(self, entry: Entry, column: Column) -> str:
        row = entry.row
        match column:
            case Column.READY:
                return tr("{ready} of {desired} ready", ready=row.ready, desired=row.desired)
            case Column.INTERCEPT:
                return entry.cell.spoken or tr("Not intercepted")
            case Column.TRAFFIC if not entry.rates:
                return tr("No traffic")
            case _:
                return self.shown(entry, column)

    def tooltip(self, entry: Entry, column: Column) -> str:
        match column:
            case Column.NAME | Column.KIND | Column.NAMESPACE:
                return _identity(entry)
            case Column.READY:
                return self.spoken(entry, column)
            case Column.INTERCEPT:
                return entry.cell.tooltip() or tr("Its traffic goes its normal way.")
            case Column.TRAFFIC if entry.rates:
                now, most = self.tell_rate(entry.rate), self.tell_rate(max(entry.rates))
                return tr("{now} now, at most {most} in the last minute", now=now, most=most)
            case _:
                return ""


def as_plain_text(text: str) -> str | None:
    """For a tool tip, which would take a colleague's rule for HTML if it looked like it. None: there is none."""
    return f'<div style="white-space: pre-wrap">{html.escape(text)}</div>' if text else None


def _identity(entry: Entry) -> str:
    row = entry.row
    lines = [tr("{kind} {name} in {namespace}", kind=row.kind, name=row.name, namespace=row.namespace)]
    for texts in (row.images, tuple(f"{name}={value}" for name, value in row.labels)):
        lines += texts[:_MOST_TOLD]
        if len(texts) > _MOST_TOLD:
            lines.append(tr("and {count} more", count=len(texts) - _MOST_TOLD))
    return "\n".join(lines)
