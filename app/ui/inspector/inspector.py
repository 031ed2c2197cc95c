"""The right side: what the chosen workload is, what can be done with its traffic, and who does it already."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedLayout, QWidget

from app.controllers.intercept_views import InterceptRow, Key, OperationView
from app.controllers.views import ConnectionView, WorkloadRow
from app.domain.catalogue import Explanation
from app.domain.intercepts import HttpRule
from app.platform.listeners import Listener
from app.settings.rule_book import UsedPorts
from app.ui.inspector.choice_page import ChoicePage
from app.ui.inspector.known import Known
from app.ui.inspector.workload_page import WorkloadPage
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.widgets.empty_state import EmptyState

WIDTH = 340


class Inspector(QFrame):
    """Signals:
    start_asked: Wish, a proxy or (with a rule) a mesh is to be started.
    leave_asked: tuple[InterceptRow, ...], own ones are to end.
    cancel_asked: Key, what is being done to this workload is to be undone.
    connect_asked: the user wants to be connected to the cluster looked into.
    rule_forgotten: Key and HttpRule, a saved rule is not to be offered any more.
    shown_changed: Key or None, the workload whose details are shown.
    """

    start_asked = Signal(object)
    leave_asked = Signal(object)
    cancel_asked = Signal(object)
    connect_asked = Signal()
    rule_forgotten = Signal(object, object)
    shown_changed = Signal(object)

    def __init__(self, theme: Theme, *, me: str, own_id: str) -> None:
        """`me`: the user's name in templates. `own_id`: by which own claims are told from others'."""
        super().__init__()
        self.setObjectName("inspector")
        self.setFixedWidth(WIDTH)
        self._known = Known()
        self._rows: tuple[WorkloadRow, ...] = ()
        self._empty = EmptyState(theme, text_width=WIDTH - 64)
        self._choice = ChoicePage()
        self.page = WorkloadPage(theme, me=me, own_id=own_id)
        self._scroll = styled(QScrollArea(), "inspectorScroll")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self.page)
        self._pages = QStackedLayout(self)
        for page in (self._empty, self._choice, self._scroll):
            self._pages.addWidget(page)
        text = tr("Then its traffic can come to this machine: all of it, or the requests that match a rule.")
        self._empty.tell(tr("Choose a workload"), text)
        self.page.start_asked.connect(self.start_asked)
        self.page.leave_asked.connect(self.leave_asked)
        self.page.cancel_asked.connect(self.cancel_asked)
        self.page.connect_asked.connect(self.connect_asked)
        self.page.rule_forgotten.connect(self.rule_forgotten)
        self._choice.leave_asked.connect(self.leave_asked)
        self._refresh()

    @property
    def key(self) -> Key | None:
        """Of the workload whose details are shown."""
        return self._rows[0].key if len(self._rows) == 1 else None

    def show_selection(self, rows: tuple[WorkloadRow, ...]) -> None:
        """The chosen ones, the current one first; again at each change of theirs."""
        before = self.key
        self._rows = rows
        self._refresh()
        if self.key != before:
            self.shown_changed.emit(self.key)

    def show_connection(self, view: ConnectionView) -> None:
        # What changes every second is not shown here.
        self._know(connection=dataclasses.replace(view, rtt_s=None))

    def show_context(self, context: str | None) -> None:
        self._know(context=context)

    def show_intercepts(self, rows: tuple[InterceptRow, ...]) -> None:
        self._know(intercepts=rows)

    def show_operations(self, operations: tuple[OperationView, ...]) -> None:
        self._know(operations=operations)

    def show_planning(self, planning: tuple[OperationView, ...]) -> None:
        """Plans that are being made."""
        self._know(planning=planning)

    def show_rights(self, forbidden: str) -> None:
        """Why the user may not change workloads here; empty: they may."""
        self._know(forbidden=forbidden)

    def show_listeners(self, listeners: tuple[Listener, ...] | None) -> None:
        self.page.show_listeners(listeners)

    def show_saved(
        self, key: Key, rules: tuple[HttpRule, ...], mesh: UsedPorts | None, proxy: UsedPorts | None
    ) -> None:
        """Rules and port maps that were used for this workload before."""
        if key == self.key:
            self.page.show_saved(rules, mesh, proxy)

    def show_problem(self, key: Key, problem: Explanation | None) -> None:
        """What became of the last wish for this workload; kept until the next one."""
        self.page.keep_problem(key, problem)
        self._refresh()

    def focus_rule(self) -> None:
        self.page.focus_rule()

    def toggle_proxy(self) -> None:
        """Of the workload that is shown, if one is."""
        if self.key is not None:
            self.page.proxy.switch.click()

    def minimumSizeHint(self) -> QSize:
        return QSize(WIDTH, 200)

    def _know(self, **changes: object) -> None:
        known = dataclasses.replace(self._known, **changes)  # type: ignore[arg-type]
        if known != self._known:
            self._known = known
            self._refresh()

    def _refresh(self) -> None:
        page: QWidget = self._empty
        if len(self._rows) == 1:
            self.page.show_row(self._rows[0], self._known)
            page = self._scroll
        elif self._rows:
            self._choice.show_rows(self._rows, self._known)
            page = self._choice
        self._pages.setCurrentWidget(page)
