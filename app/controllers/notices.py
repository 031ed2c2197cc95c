"""What is worth a notification: made of how the connection and the intercepts change. No clock, no desktop."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from app.controllers.intercept_views import Doing, Health, InterceptRow, Key, OperationView, OutcomeView
from app.controllers.views import ConnectionView, Phase
from app.controllers.words import tr
from app.settings.preferences import NoticeKind

_LONG_S = 120
_UP = (Phase.CONNECTED, Phase.DEGRADED)


class Action(enum.StrEnum):
    """What a notification's button asks for.

    `DETAILS` and `LOGIN`: show the window, at the problem. `CONNECT`: about a context. `OPEN`: about the Key of a
    workload. `START_AGAIN`: about the InterceptRow that has ended.
    """

    DETAILS = "details"
    LOGIN = "login"
    CONNECT = "connect"
    OPEN = "open"
    START_AGAIN = "start_again"


@dataclass(frozen=True)
class Notice:
    """`own`: the user has just asked for it, so it needs no telling while they look at the window."""

    kind: NoticeKind
    title: str
    text: str
    action: Action
    about: object = None
    own: bool = False
    urgent: bool = False


def action_word(action: Action) -> str:
    words = {
        Action.DETAILS: tr("Details"),
        Action.LOGIN: tr("Open"),
        Action.CONNECT: tr("Connect again"),
        Action.OPEN: tr("Open"),
        Action.START_AGAIN: tr("Start again"),
    }
    return words[action]


class NoticeMaker:
    """Compares what is with what was. `now_s` is any clock that only goes forward, in seconds."""

    def __init__(self) -> None:
        self._view = ConnectionView()
        self._lost_at: float | None = None
        self._leaving: set[Key] = set()
        self._busy: frozenset[Key] = frozenset()
        self._queued: set[Key] = set()
        self._rivals: dict[str, InterceptRow] | None = None

    def expect_leave(self, keys: Iterable[Key]) -> None:
        """The user ends these: that they go is no news."""
        self._leaving.update(keys)

    def take_operations(self, operations: Iterable[OperationView]) -> tuple[Notice, ...]:
        """What the user is doing now. While a workload is worked on, what comes and goes there is no news; that a stop
        has to wait is: it may have been asked for in the tray, where nothing else shows it."""
        now = tuple(operations)
        queued, before = {one.key for one in now if one.stops_then}, self._queued
        self._queued = queued
        self._busy = frozenset(operation.key for operation in now)
        self.expect_leave(operation.key for operation in now if operation.doing is Doing.LEAVE)
        return tuple(_queued(key) for key in sorted(queued - before))

    def take_outcome(self, outcome: OutcomeView) -> None:
        """A leaving that did not succeed is expected no more."""
        if outcome.problem is not None or outcome.is_cancelled:
            self._leaving.discard(outcome.key)

    def take_connection(self, now: ConnectionView, now_s: float) -> tuple[Notice, ...]:
        before, self._view = self._view, now
        if before.phase is Phase.STARTING:
            return ()  # What was so before the window opened has not just happened.
        notices = [*self._of_phases(before, now, now_s), *self._of_own(before, now)]
        return tuple(notices)

    def take_intercepts(self, rows: tuple[InterceptRow, ...]) -> tuple[Notice, ...]:
        """Everybody's. Told are those of others at workloads where the user has one too."""
        own = {row.key for row in self._view.intercepts}
        rivals = {row.intercept_id: row for row in rows if not row.mine and row.key in own}
        known, self._rivals = self._rivals, rivals
        if known is None:
            return ()
        return tuple(_beside(row) for number, row in rivals.items() if number not in known)

    def _of_phases(self, before: ConnectionView, now: ConnectionView, now_s: float) -> list[Notice]:
        if now.phase is before.phase:
            return []
        lost_at = self._lost_at
        if now.phase is Phase.RECONNECTING:
            self._lost_at = now_s if lost_at is None else lost_at
            return [] if before.phase not in _UP else [_lost(now)]
        if now.phase is not Phase.CONNECTING:
            self._lost_at = None
        match now.phase:
            case Phase.CONNECTED if lost_at is not None:
                return [_back(now, now_s - lost_at)]
            case Phase.CONNECTED if before.phase is Phase.CONNECTING:
                return [_connected(now)]
            case Phase.DEGRADED if before.phase is not Phase.DEGRADED:
                return [_degraded(now)]
            case Phase.FAILED | Phase.NEEDS_LOGIN:
                return [_failed(before, now)]
        return []

    def _of_own(self, before: ConnectionView, now: ConnectionView) -> list[Notice]:
        """Own intercepts that others, or the cluster, have changed. While there is no connection nothing is known."""
        is_known = before.phase in _UP and now.phase in _UP and now.context == before.context
        if not is_known:
            if now.phase not in _UP and now.phase is not Phase.RECONNECTING:
                self._leaving.clear()
                self._rivals = None
            return []
        present = {row.intercept_id: row for row in now.intercepts}
        replaced = {(row.key, row.mode) for row in now.intercepts}
        notices = []
        for row in before.intercepts:
            current = present.get(row.intercept_id)
            if current is None:
                if row.key not in self._leaving | self._busy and (row.key, row.mode) not in replaced:
                    notices.append(_ended(row))
            elif current.health is not row.health:
                notices += _changed(current)
        self._leaving &= {row.key for row in now.intercepts}
        return notices


def _lost(view: ConnectionView) -> Notice:
    why = view.problem.title if view.problem else tr("the tunnel is down")
    text = tr("{why}. Kubeferry keeps trying to reach {context}.", why=why, context=view.context or "—")
    return Notice(NoticeKind.CONNECTION, tr("Connection lost"), text, Action.DETAILS, urgent=True)


def _back(view: ConnectionView, seconds: float) -> Notice:
    if seconds < _LONG_S:
        title = tr("Connected again after {seconds} s", seconds=max(1, round(seconds)))
    else:
        title = tr("Connected again after {minutes} min", minutes=round(seconds / 60))
    text = tr("Addresses of {context} are reachable again.", context=view.context or "—")
    return Notice(NoticeKind.CONNECTION, title, text, Action.DETAILS)


def _connected(view: ConnectionView) -> Notice:
    title = tr("Connected to {context}", context=view.context or "—")
    text = tr("This machine is in the cluster's network.")
    return Notice(NoticeKind.CONNECTION, title, text, Action.DETAILS, own=True)


def _degraded(view: ConnectionView) -> Notice:
    title = view.problem.title if view.problem else tr("The connection is in trouble")
    text = view.problem.effect if view.problem else tr("Some of the cluster may not be reachable.")
    return Notice(NoticeKind.PROBLEMS, title, text, Action.DETAILS)


def _failed(before: ConnectionView, view: ConnectionView) -> Notice:
    context = before.context or view.context
    was_up = before.phase in (*_UP, Phase.RECONNECTING)
    text = f"{view.problem.what} {view.problem.next_step}".strip() if view.problem else ""
    if view.phase is Phase.NEEDS_LOGIN:
        title = tr("Log in again to reach {context}", context=context or "—")
        return Notice(NoticeKind.CONNECTION, title, text, Action.LOGIN, own=not was_up, urgent=was_up)
    if was_up:
        title = tr("The connection to {context} has ended", context=context or "—")
        return Notice(NoticeKind.CONNECTION, title, text, Action.CONNECT, context, urgent=True)
    title = tr("Cannot connect to {context}", context=context) if context else tr("Cannot connect")
    return Notice(NoticeKind.CONNECTION, title, text, Action.DETAILS, own=True)


def _queued(key: Key) -> Notice:
    title = tr("{name} is stopped next", name=key[2])
    text = tr("It is being worked on. As soon as that has ended, its traffic goes its normal way again.")
    return Notice(NoticeKind.INTERCEPTS, title, text, Action.OPEN, key, own=True)


def _changed(row: InterceptRow) -> list[Notice]:
    name = row.key[2]
    match row.health:
        case Health.SUPERSEDED:
            who = row.superseded_by or tr("Somebody else")
            title = tr("{who} took over {name}", who=who, name=name)
            text = tr("Its traffic does not come to this machine any more.")
            return [Notice(NoticeKind.TEAM, title, text, Action.OPEN, row.key, urgent=True)]
        case Health.REMOVED:
            return [_ended(row)]
        case Health.ABSENT:
            title = tr("{name} sends nothing to this machine", name=name)
            text = row.trouble or tr("Its sidecars do not answer; requests go their normal way.")
            return [Notice(NoticeKind.INTERCEPTS, title, text, Action.OPEN, row.key)]
        case Health.ACTIVE:
            title = tr("{name} is on this machine now", name=name)
            text = tr("Matching requests come here.") if row.mode == "mesh" else tr("All of its traffic comes here.")
            return [Notice(NoticeKind.INTERCEPTS, title, text, Action.OPEN, row.key, own=True)]
    return []


def _ended(row: InterceptRow) -> Notice:
    name = row.key[2]
    if row.mode == "mesh":
        title = tr("Your mesh on {name} has ended", name=name)
    else:
        title = tr("Your proxy on {name} has ended", name=name)
    text = row.trouble or tr("Its requests stay in the cluster.")
    return Notice(NoticeKind.INTERCEPTS, title, text, Action.START_AGAIN, row)


def _beside(row: InterceptRow) -> Notice:
    if row.mode == "mesh":
        text = tr("They take requests with {rule}.", rule=row.rule)
    else:
        text = tr("They take all of its traffic that no rule takes.")
    title = tr("{who} works on {name} too", who=row.owner, name=row.key[2])
    return Notice(NoticeKind.TEAM, title, text, Action.OPEN, row.key)
