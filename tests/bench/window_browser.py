"""python -m tests.bench.window_browser: the workload table and the sidebar with 5,000 workloads in 200 namespaces.

Targets: the list is painted within 1 s of its data, each keystroke is answered within 50 ms, and memory is flat under a
day of updates. Without a screen, on one core, real time; nothing but the program and Qt.
"""

from __future__ import annotations

import gc
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget

from app.controllers.intercept_views import Health, InterceptRow
from app.controllers.views import ContextRow, PortRow, WorkloadRow, WorkloadsView
from app.ui.browser.sidebar import Sidebar
from app.ui.browser.workload_columns import Column
from app.ui.browser.workload_table import WorkloadTable
from app.ui.theme import Theme, ThemeChoice

WORKLOADS, NAMESPACES = 5_000, 200
UPDATES, BATCH = 200_000, 50
"""A day of them: one every 0.4 s; the controller gathers those that come together."""

LIST_S, KEYSTROKE_S, GROWTH_MB = 1.0, 0.05, 5.0
_NOW = 1_800_000_000.0
_WORDS = ("service-4", "deploy team-17", "tier=web", "registry.example.com/shop/service-12", "sts", "no such thing")


def rows(seed: int = 1) -> tuple[WorkloadRow, ...]:
    chance = random.Random(seed)  # noqa: S311
    kinds = ("Deployment",) * 7 + ("StatefulSet", "StatefulSet", "DaemonSet")
    return tuple(
        WorkloadRow(
            chance.choice(kinds),
            f"team-{number % NAMESPACES}",
            f"service-{number}",
            chance.choice((0, 1, 2, 3)),
            3,
            _NOW - chance.randrange(10_000_000),
            images=(f"registry.example.com/shop/service-{number}:1.{number % 9}.0", "envoy:1.31"),
            labels=(("app", f"service-{number}"), ("team", f"team-{number % NAMESPACES}"), ("tier", "web")),
            ports=(PortRow(8080, "http"),),
        )
        for number in range(WORKLOADS)
    )


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class Stage:
    """The sidebar and the table, as large as on a screen."""

    def __init__(self, app: QApplication) -> None:
        self.app = app
        theme = Theme(app, ThemeChoice.LIGHT)
        self.table = WorkloadTable(theme, lambda: _NOW)
        self.sidebar = Sidebar(theme)
        self.window = QWidget()
        row = QHBoxLayout(self.window)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.sidebar)
        row.addWidget(self.table, 1)
        self.window.resize(QSize(1440, 900))
        self.window.show()
        self.paint()

    def paint(self) -> None:
        self.app.processEvents()
        self.window.repaint()
        self.app.processEvents()

    def timed(self, work: Callable[[], object]) -> float:
        before = time.perf_counter()
        work()
        self.paint()
        return time.perf_counter() - before


def measure_list(stage: Stage, known: tuple[WorkloadRow, ...]) -> float:
    stage.table.show_scope(None)
    names = tuple(f"team-{number}" for number in range(NAMESPACES))
    stage.sidebar.show_contexts((ContextRow("prod", "prod", "default", True),), "prod")

    def show() -> None:
        stage.sidebar.show_namespaces(names, None)
        stage.table.show_workloads(WorkloadsView(known))

    return stage.timed(show)


def measure_keystrokes(stage: Stage) -> list[float]:
    search = stage.table.bar.findChildren(QLineEdit)[0]
    times: list[float] = []
    for text in _WORDS:
        times += [stage.timed(partial(QTest.keyClicks, search, letter)) for letter in text]
        times += [stage.timed(partial(QTest.keyClick, search, Qt.Key.Key_Backspace)) for _ in text]
    return times


def measure_sorts(stage: Stage) -> list[float]:
    orders = (Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder)
    sort = stage.table.view.sortByColumn
    return [stage.timed(partial(sort, column, order)) for column in Column for order in orders]


def measure_one_row(stage: Stage, known: tuple[WorkloadRow, ...]) -> list[float]:
    """Seconds of CPU without the painting, for a pod that comes or goes: what the table itself costs."""
    chance = random.Random(3)  # noqa: S311
    now, times = list(known), []
    for _ in range(200):
        place = chance.randrange(len(now))
        now[place] = replace(now[place], ready=chance.randrange(4))
        view = WorkloadsView(tuple(now))
        before = time.process_time()
        stage.table.show_workloads(view)
        times.append(time.process_time() - before)
        stage.paint()
    stage.table.show_workloads(WorkloadsView(known))
    return times


def batches(known: tuple[WorkloadRow, ...]) -> Iterator[tuple[WorkloadRow, ...]]:
    """Mostly pods that come and go; now and then a workload is new, and an old one is gone."""
    chance = random.Random(2)  # noqa: S311
    now, born = list(known), WORKLOADS
    for _ in range(UPDATES // BATCH):
        for _ in range(BATCH):
            place = chance.randrange(len(now))
            if chance.random() < 0.02:
                now[place] = replace(now[place], name=f"service-{born}", labels=(("app", f"service-{born}"),))
                born += 1
            else:
                now[place] = replace(now[place], ready=chance.randrange(4))
        yield tuple(now)


def measure_day(stage: Stage, known: tuple[WorkloadRow, ...]) -> tuple[list[float], float, float]:
    """Seconds of each batch; megabytes after a twentieth of the day (all there is has been used once) and after it."""
    times: list[float] = []
    early = 0.0
    for number, view in enumerate(batches(known)):
        busy = {row.key: float(number % 7) for row in view[: 200 + number % 50]}
        held = tuple(_intercept(row, number) for row in view[:30])

        def update(view: tuple[WorkloadRow, ...] = view, busy: dict[tuple[str, str, str], float] = busy) -> None:
            stage.table.show_workloads(WorkloadsView(view))
            stage.table.show_rates(busy)

        stage.table.show_intercepts(held)
        times.append(stage.timed(update))
        if number == UPDATES // BATCH // 20:
            gc.collect()
            early = resident_mb()
    gc.collect()
    return times, early, resident_mb()


def _intercept(row: WorkloadRow, number: int) -> InterceptRow:
    name = f"{row.name}-{number % 3}"
    return InterceptRow(name, row.key, "mesh", "x-user=a", (), False, "a@b", number % 2 == 0, _NOW, Health.ACTIVE)


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    app.setStyle("Fusion")
    stage = Stage(app)
    empty, known = resident_mb(), rows()
    data = resident_mb()
    listed = measure_list(stage, known)
    full = resident_mb()
    keys, sorts = measure_keystrokes(stage), measure_sorts(stage)
    singles = measure_one_row(stage, known)
    times, early, late = measure_day(stage, known)
    print(f"list       {WORKLOADS} rows in {NAMESPACES} namespaces painted after {listed * 1000:.0f} ms")
    print(
        f"keystroke  median {statistics.median(keys) * 1000:.1f} ms, at most {max(keys) * 1000:.1f} ms, of {len(keys)}"
    )
    print(f"sort       median {statistics.median(sorts) * 1000:.1f} ms, at most {max(sorts) * 1000:.1f} ms")
    print(f"one row    median {statistics.median(singles) * 1000:.1f} ms, at most {max(singles) * 1000:.1f} ms of CPU")
    print(
        f"update     {BATCH} rows: median {statistics.median(times) * 1000:.1f} ms, at most {max(times) * 1000:.1f} ms"
    )
    print(f"memory     {empty:.0f} MB empty, {data:.0f} MB with the data, {full:.0f} MB with the list")
    print(f"a day      {UPDATES} updates: {early:.1f} MB after a twentieth, {late:.1f} MB at the end")
    is_good = listed <= LIST_S and max(keys) <= KEYSTROKE_S and late - early <= GROWTH_MB
    print("targets are met" if is_good else "a target is missed")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
