"""The dock's third page: each request of meshed workloads, where it went, a filter, and the details of one."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.controllers.intercept_views import InterceptRow, Key
from app.controllers.traffic_views import RequestRow
from app.domain.request_filter import RequestFilter, Test, goes_to, is_failure, parse_filter
from app.domain.requests import CLUSTER, LAPTOP
from app.ui.icons import icon
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.traffic.dock_note import DockNote
from app.ui.traffic.replay_target import replay_port, replay_problem
from app.ui.traffic.request_details import WIDTH, RequestDetails
from app.ui.traffic.request_list import RequestList
from app.ui.traffic.request_model import MAX_REQUESTS, RequestModel
from app.ui.traffic.traffic_wording import workload_names
from app.ui.translation import tr
from app.ui.widgets.elided_label import ElidedLabel
from app.ui.widgets.filter_box import FilterBox

_FILTER_PAUSE_MS = 120
_LEAST_FILTER_WIDTH = 120
"""In the smallest window, beside the inspector, the chips need the rest of the row."""
_ALL, _LAPTOP, _CLUSTER, _FAILED = range(4)
_CHIP_TESTS: dict[int, tuple[Test, ...]] = {
    _ALL: (),
    _LAPTOP: (goes_to(LAPTOP),),
    _CLUSTER: (goes_to(CLUSTER),),
    _FAILED: (is_failure,),
}


class RequestsTab(QWidget):
    """While paused, what comes is kept (as much as would be shown), and shown when it goes on.

    Signals:
        replay_asked: RequestRow and an int, the port of this machine that it would be sent to.
        can_export_changed: bool, whether there is anything to export.
    """

    replay_asked = Signal(object, int)
    can_export_changed = Signal(bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.model = RequestModel()
        self._intercepts: tuple[InterceptRow, ...] = ()
        self._watched: tuple[Key, ...] = ()
        self._has_path = False
        self._is_paused = False
        self._kept: list[RequestRow] = []
        self._skipped = 0
        self._could_export = False
        self._unseen = 0
        self.filter = FilterBox(
            tr("Filter requests"), tr("Filter: words, status:5xx, method:POST, to:laptop, slow:>100ms")
        )
        self.list = RequestList(theme, self.model)
        self.details = RequestDetails(theme)
        self._chips = QButtonGroup(self)
        self._count = styled(ElidedLabel(), "dim")
        self._unread = styled(ElidedLabel(), "filterProblem")
        self._newest = styled(QPushButton(), "link")
        self._note = DockNote()
        self._later = QTimer(self, singleShot=True, interval=_FILTER_PAUSE_MS)
        self._make_filter()
        self._lay_out()
        self._connect()
        self._dress()
        self._refresh()

    @property
    def shown(self) -> tuple[RequestRow, ...]:
        return self.model.shown

    @property
    def tab_chain(self) -> tuple[QWidget, ...]:
        """What the Tab key goes through, in reading order."""
        chips = self._chips.buttons()
        return (self.filter, *chips, self._newest, *self._note.tab_chain, self.list, *self.details.tab_chain)

    def focus_filter(self) -> None:
        self.filter.setFocus()
        self.filter.selectAll()

    def show_connected(self, has_path: bool) -> None:
        self._has_path = has_path
        self._refresh()

    def show_watched(self, keys: tuple[Key, ...]) -> None:
        self._watched = keys
        self._refresh()

    def show_intercepts(self, intercepts: tuple[InterceptRow, ...]) -> None:
        self._intercepts = intercepts
        if self.details.request is not None:
            self.details.show_replay_problem(replay_problem(self.details.request, intercepts))

    def add(self, rows: tuple[RequestRow, ...], skipped: int) -> None:
        """`skipped`: so many more there were than these."""
        self._skipped += skipped
        if self._is_paused:
            self._kept = [*self._kept, *rows][-MAX_REQUESTS:]
        else:
            self._show(rows)
        self._refresh()

    def clear(self) -> None:
        """Another cluster's requests come from now on."""
        self.model.clear()
        self._kept, self._skipped, self._unseen = [], 0, 0
        self.details.hide()
        self._refresh()

    def set_paused(self, is_paused: bool) -> None:
        self._is_paused = is_paused
        if not is_paused:
            kept, self._kept = tuple(self._kept), []
            self._show(kept)
        self._refresh()

    def _show(self, rows: tuple[RequestRow, ...]) -> None:
        before = self.model.rowCount()
        self.model.add(rows)
        if not self.list.is_following:
            self._unseen += max(0, self.model.rowCount() - before)

    def _make_filter(self) -> None:
        self.filter.setToolTip(
            tr(
                "All of it must hold. Words, and status:5xx · status:>=400 · method:POST · to:laptop · slow:>100ms · "
                "path: · host: · pod: · rule: · header:x-user=alice. A minus in front turns a term round."
            )
        )
        words = {_ALL: tr("All"), _LAPTOP: tr("To laptop"), _CLUSTER: tr("To cluster"), _FAILED: tr("Failed")}
        for number, text in words.items():
            chip = styled(QPushButton(text), "chip")
            chip.setCheckable(True)
            chip.setChecked(number == _ALL)
            chip.setIconSize(QSize(16, 16))
            self._chips.addButton(chip, number)
        self._newest.hide()
        self._unread.hide()

    def _connect(self) -> None:
        self.filter.textChanged.connect(self._later.start)
        self.filter.returnPressed.connect(self._apply)
        self._later.timeout.connect(self._apply)
        self._chips.idToggled.connect(lambda _number, is_on: self._apply() if is_on else None)
        self._note.action_asked.connect(self.clear_filter)
        self._newest.clicked.connect(self.list.follow)
        self.list.chosen.connect(self._choose)
        self.list.following_changed.connect(self._follow_changed)
        self.details.closed.connect(self._close_details)
        self.details.replay_asked.connect(self._ask_replay)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self.list, self._close_details)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._theme.changed.connect(self._dress)

    def clear_filter(self) -> None:
        self._chips.button(_ALL).setChecked(True)
        self.filter.clear()
        self._apply()

    def _wanted(self) -> RequestFilter:
        return parse_filter(self.filter.text()).and_also(*_CHIP_TESTS[self._chips.checkedId()])

    def _apply(self) -> None:
        self._later.stop()
        wanted = self._wanted()
        self.model.set_filter(wanted)
        self._unread.setVisible(bool(wanted.unread))
        self._unread.setText(tr("Not understood, left out: {terms}", terms=" ".join(wanted.unread)))
        self._refresh()

    def _choose(self, request: RequestRow) -> None:
        self.details.show_request(request, replay_problem=replay_problem(request, self._intercepts))
        self.details.show()

    def _close_details(self) -> None:
        if self.details.isVisible():
            self.details.hide()
            self.list.setFocus()
        else:
            self.list.follow()

    def _ask_replay(self, request: RequestRow) -> None:
        port = replay_port(request, self._intercepts)
        if port is not None:
            self.replay_asked.emit(request, port)

    def _follow_changed(self, is_following: bool) -> None:
        self._unseen = 0
        self._newest.setVisible(not is_following)
        self._refresh()

    def _refresh(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        self._stack.setCurrentWidget(self._split if shown else self._note)
        self._count.setText(self._count_text(shown, total) if total or self._kept else "")
        unseen = tr("Newest ({count} more)", count=f"{self._unseen:,}") if self._unseen else tr("Newest")
        self._newest.setText(unseen)
        if not shown:
            self._tell_why_empty(total)
        if bool(shown) != self._could_export:
            self._could_export = bool(shown)
            self.can_export_changed.emit(self._could_export)

    def _count_text(self, shown: int, total: int) -> str:
        parts = [f"{shown:,}" if shown == total else tr("{shown} of {total}", shown=f"{shown:,}", total=f"{total:,}")]
        if self.model.has_dropped:
            parts[0] = tr("{count} (older ones are dropped)", count=parts[0])
        if self._skipped:
            parts.append(tr("a sample: {count} more", count=f"{self._skipped:,}"))
        if self._is_paused:
            parts.append(tr("paused, {count} waiting", count=f"{len(self._kept):,}"))
        return " · ".join(parts)

    def _tell_why_empty(self, total: int) -> None:
        if total:
            self._note.tell(tr("No request matches the filter."), button=tr("Clear the filter"))
        elif not self._has_path:
            self._note.tell(tr("Requests appear here while you are connected."))
        elif not self._watched:
            self._note.tell(tr("Requests of workloads in mesh mode appear here: choose a workload and switch Mesh on."))
        else:
            self._note.tell(
                tr(
                    "Waiting for the next request of {names} … Copy, beside the rule, has a curl line that sends one.",
                    names=workload_names(self._watched),
                )
            )

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 6)
        row.setSpacing(4)
        row.addWidget(self.filter, 4)
        row.addSpacing(4)
        for chip in self._chips.buttons():
            row.addWidget(chip)
        row.addSpacing(8)
        row.addWidget(self._unread)
        row.addWidget(self._newest)
        row.addStretch(1)
        row.addWidget(self._count)
        self.filter.setMinimumWidth(_LEAST_FILTER_WIDTH)
        self.filter.setMaximumWidth(420)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setHandleWidth(1)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.list)
        self._split.addWidget(self.details)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 0)
        self._split.setSizes([10_000, WIDTH])
        self.details.hide()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._split)
        self._stack.addWidget(self._note)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self._stack, 1)

    def _dress(self) -> None:
        glyphs = {_LAPTOP: ("traffic-laptop", "mesh"), _CLUSTER: ("traffic-cluster", "text_dim")}
        glyphs[_FAILED] = ("state-error", "error")
        for number, (name, colour) in glyphs.items():
            self._chips.button(number).setIcon(icon(name, self._theme.colour(colour)))
        self._newest.setIcon(icon("traffic-newest", self._theme.colour("accent")))
