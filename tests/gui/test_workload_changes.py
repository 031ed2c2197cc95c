"""Changes of the table's rows, told one by one, come to the same as sorting everything anew."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from app.controllers.views import WorkloadRow
from app.ui.browser.row_changes import RowChanges, what_differs
from app.ui.browser.workload_columns import SORT_KEYS, Column
from app.ui.browser.workload_entry import Entry
from app.ui.browser.workload_model import WorkloadModel


def some_row(chance: random.Random) -> WorkloadRow:
    number = chance.randrange(10_000)
    kind = chance.choice(("Deployment", "StatefulSet", "DaemonSet"))
    return WorkloadRow(kind, f"team-{number % 7}", f"service-{number}", chance.randrange(4), 3, chance.random() * 1e9)


def change(rows: list[WorkloadRow], chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 3, 90))):
        place = chance.randrange(len(rows))
        match chance.randrange(5):
            case 0:
                rows.insert(place, some_row(chance))
            case 1 if len(rows) > 20:
                del rows[place]
            case 2:
                rows[place] = replace(rows[place])  # the same, as after a list that was asked for anew
            case _:
                rows[place] = replace(rows[place], ready=chance.randrange(4))
    known: dict[tuple[str, str, str], WorkloadRow] = {row.key: row for row in rows}
    rows[:] = known.values()


@pytest.mark.parametrize("column", [Column.NAME, Column.READY, Column.TRAFFIC])
@pytest.mark.parametrize("order", [Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder])
def test_the_order_is_that_of_everything_sorted(column: Column, order: Qt.SortOrder) -> None:
    chance = random.Random(f"{column}{order}")  # noqa: S311
    rows = list({row.key: row for row in (some_row(chance) for _ in range(80))}.values())
    model = WorkloadModel(lambda: 0.0)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.sort(column, order)
    model.set_rows(tuple(rows))
    for _ in range(40):
        change(rows, chance)
        model.update_rows(tuple(rows))
        shown = [model.entry(place).row for place in range(model.rowCount())]
        entries = [Entry(row, "") for row in rows]
        entries.sort(key=SORT_KEYS[column], reverse=order is Qt.SortOrder.DescendingOrder)
        assert shown == [entry.row for entry in entries]
    assert tester.model() is model


def test_what_differs_is_found_by_identity() -> None:
    a, b, c, d = object(), object(), object(), object()
    assert what_differs((a, b, c), (a, d, c)) == ([b], [d])
    assert what_differs((a, b, c), (a, c)) == ((b,), ())
    assert what_differs((a, c), (a, b, d, c)) == ((), (b, d))
    assert what_differs((), (a,)) == ((), (a,))
    assert what_differs((a, a), (a,)) == ((a,), ())


@pytest.mark.parametrize(
    ("before", "after", "removed", "inserted", "is_permuted"),
    [
        ("abcd", "abd", ((2, 2),), (), False),
        ("abd", "abcd", (), ((2, 2),), False),
        ("abcd", "bacd", (), (), True),
        ("abcd", "xabcd", (), ((0, 0),), False),
        ("abcd", "axd", ((1, 2),), ((1, 1),), False),
    ],
)
def test_changes_are_told_by_their_places(
    before: str,
    after: str,
    removed: tuple[tuple[int, int], ...],
    inserted: tuple[tuple[int, int], ...],
    is_permuted: bool,
) -> None:
    changes = RowChanges.between(before, after)
    assert changes is not None
    assert (changes.removed, changes.inserted, changes.is_permuted) == (removed, inserted, is_permuted)
