"""How amounts, times and workloads read in the traffic dock."""

from __future__ import annotations

import time

from app.controllers.intercept_views import Key
from app.ui.translation import tr
from app.ui.wording import rate, short_kind


def amount(size: int) -> str:
    """Bytes: "12.4 MB"."""
    return rate(float(size)).removesuffix("/s")


def took(seconds: float) -> str:
    """ "< 1 ms", "9 ms", "1.24 s", "2.5 min"."""
    if seconds < 0.9995:
        milliseconds = seconds * 1000
        if milliseconds < 0.05:  # Sidecars count whole milliseconds.
            return "< 1 ms"
        return f"{milliseconds:.1f} ms" if milliseconds < 9.95 else f"{milliseconds:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 99.5 else f"{seconds / 60:.1f} min"


def clock_time(when: float) -> str:
    """Of the day, in the user's time zone."""
    return time.strftime("%H:%M:%S", time.localtime(when))


def exact_time(when: float) -> str:
    """With milliseconds."""
    return f"{clock_time(when)}.{int(when % 1 * 1000):03d}"


def workload_name(key: Key) -> str:
    kind, _, name = key
    return f"{short_kind(kind)}/{name}"


def workload_names(keys: tuple[Key, ...], at_most: int = 2) -> str:
    """ "deploy/reviews, deploy/ratings and 3 more"."""
    names = ", ".join(workload_name(key) for key in keys[:at_most])
    more = len(keys) - at_most
    return tr("{names} and {count} more", names=names, count=more) if more > 0 else names
