"""Tells the user what happened while they look elsewhere: what, how often, and in which of the desktop's ways."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.desktop_notices import DesktopNotices
from app.controllers.intercept_views import InterceptRow, OperationView, OutcomeView
from app.controllers.notice_gate import NoticeGate
from app.controllers.notices import Notice, NoticeMaker
from app.controllers.views import ConnectionView
from app.settings.preferences import NoticeKind, Preferences
from app.ui.shell.tray import Tray

_SLEPT_S = 5.0
"""The wall clock goes on while this machine sleeps, the other one does not."""


class Notifier(QObject):
    """`is_watched`: whether the user looks at the window now. `clocks`: wall and monotonic time, in seconds.

    Signals:
        action_asked: str, an Action, and what it is about: see Action.
    """

    action_asked = Signal(str, object)

    def __init__(
        self,
        desktop: DesktopNotices,
        tray: Tray,
        is_watched: Callable[[], bool],
        clocks: tuple[Callable[[], float], Callable[[], float]] = (time.time, time.monotonic),
    ) -> None:
        super().__init__(tray)
        self._desktop = desktop
        self._tray = tray
        self._is_watched = is_watched
        self._wall, self._clock = clocks
        self._ahead = self._wall() - self._clock()
        self._maker = NoticeMaker()
        self._gate = NoticeGate()
        self._muted: frozenset[NoticeKind] = frozenset()
        self._in_tray: Notice | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._show_due)
        desktop.pressed.connect(self._ask)
        desktop.refused.connect(self._show_in_tray)
        tray.message_clicked.connect(self._tray_clicked)

    def show_preferences(self, preferences: Preferences) -> None:
        self._muted = preferences.muted_notices

    def show_connection(self, view: ConnectionView) -> None:
        self._notice_sleep()
        self._offer(self._maker.take_connection(view, self._clock()))

    def show_intercepts(self, rows: tuple[InterceptRow, ...]) -> None:
        """Everybody's."""
        self._offer(self._maker.take_intercepts(rows))

    def show_operations(self, operations: tuple[OperationView, ...]) -> None:
        """What the user is doing to workloads: that their intercepts come and go is no news, that a stop waits is."""
        self._offer(self._maker.take_operations(operations))

    def show_outcome(self, outcome: OutcomeView) -> None:
        self._maker.take_outcome(outcome)

    def _notice_sleep(self) -> None:
        ahead = self._wall() - self._clock()
        if ahead - self._ahead > _SLEPT_S:
            self._gate.settle(self._clock())
        self._ahead = ahead

    def _offer(self, notices: tuple[Notice, ...]) -> None:
        for notice in notices:
            if notice.own and self._is_watched():
                continue
            shown = self._gate.offer(notice, self._clock(), self._muted)
            if shown is not None:
                self._desktop.show(shown)
        self._set_timer()

    def _show_due(self) -> None:
        for notice in self._gate.due(self._clock(), self._muted):
            self._desktop.show(notice)
        self._set_timer()

    def _set_timer(self) -> None:
        due = self._gate.next_due_s()
        if due is not None:
            self._timer.start(max(0, round((due - self._clock()) * 1000)) + 1)

    def _show_in_tray(self, notice: Notice) -> None:
        self._in_tray = notice
        self._tray.show_message(notice.title, notice.text)

    def _tray_clicked(self) -> None:
        if self._in_tray is not None:
            self._ask(self._in_tray)

    def _ask(self, notice: Notice) -> None:
        self.action_asked.emit(notice.action.value, notice.about)
