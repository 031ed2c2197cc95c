"""The columns of the workload table: heads, order, and which give way when there is little room. Widths in pixels."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from app.ui.browser.workload_entry import Entry
from app.ui.translation import mark


class Column(enum.IntEnum):
    KIND = 0
    NAME = 1
    NAMESPACE = 2
    READY = 3
    AGE = 4
    INTERCEPT = 5
    TRAFFIC = 6


HEADS = {
    Column.KIND: mark("KIND"),
    Column.NAME: mark("NAME"),
    Column.NAMESPACE: mark("NAMESPACE"),
    Column.READY: mark("READY"),
    Column.AGE: mark("AGE"),
    Column.INTERCEPT: mark("INTERCEPT"),
    Column.TRAFFIC: mark("TRAFFIC"),
}
WIDTHS = {
    Column.KIND: 108,
    Column.NAMESPACE: 148,
    Column.READY: 84,
    Column.AGE: 64,
    Column.INTERCEPT: 196,
    Column.TRAFFIC: 108,
}
LEAST_NAME_WIDTH = 140
_COMFORTABLE_NAME_WIDTH = 180
_NARROW_INTERCEPT_WIDTH = 156
_NARROW_KIND_WIDTH = 72
"""Its short name, as kubectl knows it."""

_LEAST_INTERCEPT_WIDTH = 40
"""Its shape alone."""

_FIRST_TO_GO = (Column.TRAFFIC, Column.AGE, Column.NAMESPACE)

SORT_KEYS: dict[Column, Callable[[Entry], Any]] = {
    Column.KIND: lambda entry: (entry.row.kind, entry.row.name, entry.row.namespace),
    Column.NAME: lambda entry: (entry.row.name, entry.row.namespace, entry.row.kind),
    Column.NAMESPACE: lambda entry: (entry.row.namespace, entry.row.name, entry.row.kind),
    Column.READY: lambda entry: (
        entry.row.ready / entry.row.desired if entry.row.desired else 1.0,
        entry.row.name,
        entry.row.namespace,
    ),
    Column.AGE: lambda entry: (-entry.row.created, entry.row.name, entry.row.namespace),
    Column.INTERCEPT: lambda entry: (entry.cell.rank, entry.row.name, entry.row.namespace),
    Column.TRAFFIC: lambda entry: (-entry.rate, entry.row.name, entry.row.namespace),
}
"""Ascending is what one looks for: what is missing, the youngest, what is intercepted, the busiest."""

CHANGING = frozenset({Column.READY, Column.INTERCEPT, Column.TRAFFIC, Column.AGE})
"""What changes while a workload stays the same: the order may be another one then."""


def fit(width: int, *, one_namespace: bool) -> dict[Column, int]:
    """The columns there is room for, with their widths; the name has what is left, and never less than its least."""
    widths = dict(WIDTHS)
    if one_namespace:
        del widths[Column.NAMESPACE]
    for column in _FIRST_TO_GO:
        if width - sum(widths.values()) >= _COMFORTABLE_NAME_WIDTH:
            break
        widths.pop(column, None)
    if width - sum(widths.values()) < _COMFORTABLE_NAME_WIDTH:
        widths[Column.INTERCEPT] = _NARROW_INTERCEPT_WIDTH
        widths[Column.KIND] = _NARROW_KIND_WIDTH
    if width - sum(widths.values()) < LEAST_NAME_WIDTH:
        del widths[Column.KIND]
    missing = LEAST_NAME_WIDTH - (width - sum(widths.values()))
    if missing > 0:
        widths[Column.INTERCEPT] = max(_LEAST_INTERCEPT_WIDTH, widths[Column.INTERCEPT] - missing)
    widths[Column.NAME] = max(LEAST_NAME_WIDTH, width - sum(widths.values()))
    return widths
