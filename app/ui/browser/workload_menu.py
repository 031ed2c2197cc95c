"""What can be done with the workloads that are selected: as plain entries, and as a menu made of them."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from app.ui.browser.workload_entry import Entry
from app.ui.translation import tr, tr_count


class Choice(enum.Enum):
    OPEN = enum.auto()
    MESH = enum.auto()
    PROXY = enum.auto()
    LEAVE = enum.auto()
    COPY_NAME = enum.auto()
    COPY_ADDRESS = enum.auto()
    ONLY_KIND = enum.auto()
    ONLY_NAMESPACE = enum.auto()


@dataclass(frozen=True)
class MenuEntry:
    """`reason`: why it cannot be chosen; empty when it can. `keys`: what does the same."""

    choice: Choice
    text: str
    reason: str = ""
    keys: str = ""


def entries_of(
    selected: tuple[Entry, ...], forbidden: str, *, one_namespace: bool
) -> tuple[tuple[MenuEntry, ...], ...]:
    """In groups. `selected` begins with the current one. `forbidden`: why nothing may be changed."""
    current, count = selected[0], len(selected)
    why_not = _why_no_intercept(selected, forbidden)
    groups: list[tuple[MenuEntry, ...]] = [
        (MenuEntry(Choice.OPEN, tr("Show details"), keys="Return"),),
        (
            MenuEntry(Choice.MESH, tr("Mesh…"), why_not),
            MenuEntry(Choice.PROXY, tr("Proxy…"), why_not),
            _leave_entry(selected, forbidden),
        ),
        (
            MenuEntry(Choice.COPY_NAME, tr_count(count, "Copy name", "Copy {count} names"), keys="Ctrl+C"),
            MenuEntry(Choice.COPY_ADDRESS, tr_count(count, "Copy address", "Copy {count} addresses")),
        ),
    ]
    only = [MenuEntry(Choice.ONLY_KIND, tr("Show only {kind}s", kind=current.row.kind))]
    if not one_namespace:
        text = tr("Show only namespace {namespace}", namespace=current.row.namespace)
        only.append(MenuEntry(Choice.ONLY_NAMESPACE, text))
    return (*groups, tuple(only))


def _leave_entry(selected: tuple[Entry, ...], forbidden: str) -> MenuEntry:
    mine = sum(entry.cell.is_mine for entry in selected)
    reason = forbidden if mine else tr_count(len(selected), "You do not intercept it.", "You intercept none of them.")
    return MenuEntry(
        Choice.LEAVE,
        tr_count(mine, "Stop intercept", "Stop {count} intercepts") if mine else tr("Stop intercept"),
        reason,
        keys="Delete",
    )


def _why_no_intercept(selected: tuple[Entry, ...], forbidden: str) -> str:
    if len(selected) > 1:
        return tr("Select one workload: each has its own plan.")
    entry = selected[0]
    if entry.cell.impossible:
        return entry.cell.impossible
    if forbidden:
        return forbidden
    if entry.operation is not None:
        return tr("It is being worked on: {step}", step=entry.operation.step)
    return ""


class WorkloadMenu(QMenu):
    """Signals:
    chosen: Choice.
    """

    chosen = Signal(object)

    def __init__(self, groups: tuple[tuple[MenuEntry, ...], ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setToolTipsVisible(True)
        for group in groups:
            if self.actions():
                self.addSeparator()
            for entry in group:
                self.addAction(self._action(entry))

    def _action(self, entry: MenuEntry) -> QAction:
        action = QAction(entry.text, self)
        action.setToolTip(entry.reason)
        action.setStatusTip(entry.reason)
        action.setEnabled(not entry.reason)
        if entry.keys:
            action.setShortcut(QKeySequence(entry.keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda _checked=False, choice=entry.choice: self.chosen.emit(choice))
        return action
