"""How what happened to the connection reads, and by which shape and colour it is told apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.controllers.diagnosis_views import Happening, TimelineEntry
from app.ui.translation import mark, tr

_MINUTE_S, _HOUR_S = 60, 3600


@dataclass(frozen=True)
class Look:
    """`icon`: the shape; `colour`: a token; `word`: English, goes through tr."""

    icon: str
    colour: str
    word: str


LOOKS = {
    Happening.CONNECTED: Look("state-connected", "connected", mark("Connected")),
    Happening.DEGRADED: Look("state-degraded", "degraded", mark("Degraded")),
    Happening.RECOVERED: Look("state-connected", "connected", mark("Healthy again")),
    Happening.LOST: Look("event-lost", "working", mark("Tunnel lost")),
    Happening.RESTORED: Look("event-restored", "connected", mark("Tunnel restored")),
    Happening.DISCONNECTED: Look("state-disconnected", "text_dim", mark("Disconnected")),
    Happening.FAILED: Look("state-error", "error", mark("Failed")),
}


def happening_word(what: Happening) -> str:
    return tr(LOOKS[what].word)


def head_line(entry: TimelineEntry) -> str:
    """What happened, and how long what ended had lasted: "Tunnel restored after 3.2 s"."""
    if entry.seconds is None:
        return happening_word(entry.what)
    lasted = span(entry.seconds)
    if entry.what is Happening.RESTORED:
        return tr("Tunnel restored after {time}", time=lasted)
    if entry.what is Happening.DISCONNECTED:
        return tr("Disconnected after {time}", time=lasted)
    return tr("Failed after {time}", time=lasted)


def body_line(entry: TimelineEntry) -> str:
    """Why; or else where to."""
    return entry.reason.what if entry.reason is not None else entry.place


def clock_time(at: float) -> str:
    """In the user's time zone: the day is told by the list."""
    return datetime.fromtimestamp(at).astimezone().strftime("%H:%M:%S")


def day(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d")


def span(seconds: float) -> str:
    """As one would say it: "0.4 s", "12 s", "3 min 5 s", "2 h 10 min"."""
    if seconds < 9.95:
        return tr("{count} s", count=f"{seconds:.1f}")
    whole = round(seconds)
    if whole < _MINUTE_S:
        return tr("{count} s", count=whole)
    if whole < _HOUR_S:
        return tr("{minutes} min {seconds} s", minutes=whole // _MINUTE_S, seconds=whole % _MINUTE_S)
    minutes = whole // _MINUTE_S
    return tr("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)
