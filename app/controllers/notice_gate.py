"""Not too many notifications: one of a kind in a while, the rest of it together. Pure: time is given."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from app.controllers.notices import Action, Notice
from app.controllers.words import tr
from app.settings.preferences import NoticeKind

PAUSE_S = 5.0
SETTLE_S = 8.0
"""After waking up: by then it is known what has come back."""
_LINES = 4


class NoticeGate:
    """`now_s` is any clock that only goes forward, in seconds."""

    def __init__(self) -> None:
        self._quiet_until: dict[NoticeKind, float] = {}
        self._waiting: dict[NoticeKind, list[Notice]] = {}

    def settle(self, now_s: float) -> None:
        """This machine woke up: what happens in the next seconds is told at their end, and together."""
        for kind in NoticeKind:
            self._quiet_until[kind] = max(self._quiet_until.get(kind, 0.0), now_s + SETTLE_S)

    def offer(self, notice: Notice, now_s: float, muted: Collection[NoticeKind] = ()) -> Notice | None:
        """Returns what is to be shown now, if it is; else it waits."""
        if notice.kind in muted:
            return None
        if now_s < self._quiet_until.get(notice.kind, float("-inf")):
            self._waiting.setdefault(notice.kind, []).append(notice)
            return None
        self._quiet_until[notice.kind] = now_s + PAUSE_S
        return notice

    def due(self, now_s: float, muted: Collection[NoticeKind] = ()) -> tuple[Notice, ...]:
        """Returns what has waited long enough, one for each kind."""
        ready = [kind for kind in self._waiting if now_s >= self._quiet_until[kind]]
        shown = []
        for kind in ready:
            waited = self._waiting.pop(kind)
            if kind not in muted:
                shown.append(grouped(waited))
                self._quiet_until[kind] = now_s + PAUSE_S
        return tuple(shown)

    def next_due_s(self) -> float | None:
        """When `due` has something, on the same clock; None: nothing waits."""
        return min((self._quiet_until[kind] for kind in self._waiting), default=None)


def grouped(notices: list[Notice]) -> Notice:
    """One for all of them. Of the connection, and of its problems, the last one is what is true now."""
    last = notices[-1]
    if len(notices) == 1 or last.kind in (NoticeKind.CONNECTION, NoticeKind.PROBLEMS):
        return last
    titles = list(dict.fromkeys(notice.title for notice in notices))
    if len(titles) == 1:
        return last
    lines = titles[-_LINES:]
    if len(titles) > _LINES:
        lines = [tr("{count} more", count=len(titles) - _LINES), *lines]
    if last.kind is NoticeKind.TEAM:
        title = tr("{count} things happened in your team", count=len(titles))
    else:
        title = tr("{count} things happened to your intercepts", count=len(titles))
    return replace(last, title=title, text="\n".join(lines), action=Action.DETAILS, about=None)
