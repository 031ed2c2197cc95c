"""How states and quantities read, in the window, the tray and for a screen reader."""

from __future__ import annotations

from app.controllers.intercept_views import Health
from app.controllers.views import ConnectionView, Phase
from app.ui.translation import mark, tr

STATE_WORDS = {
    Phase.STARTING: mark("Starting"),
    Phase.DISCONNECTED: mark("Disconnected"),
    Phase.CONNECTING: mark("Connecting"),
    Phase.CONNECTED: mark("Connected"),
    Phase.DEGRADED: mark("Degraded"),
    Phase.RECONNECTING: mark("Reconnecting"),
    Phase.DISCONNECTING: mark("Disconnecting"),
    Phase.FAILED: mark("Not connected"),
    Phase.NEEDS_LOGIN: mark("Login needed"),
}
STATE_GLYPHS = {
    Phase.STARTING: "state-disconnected",
    Phase.DISCONNECTED: "state-disconnected",
    Phase.CONNECTING: "state-working",
    Phase.CONNECTED: "state-connected",
    Phase.DEGRADED: "state-degraded",
    Phase.RECONNECTING: "state-working",
    Phase.DISCONNECTING: "state-working",
    Phase.FAILED: "state-error",
    Phase.NEEDS_LOGIN: "state-login",
}
STATE_COLOURS = {
    Phase.STARTING: "text_dim",
    Phase.DISCONNECTED: "text_dim",
    Phase.CONNECTING: "working",
    Phase.CONNECTED: "connected",
    Phase.DEGRADED: "degraded",
    Phase.RECONNECTING: "working",
    Phase.DISCONNECTING: "working",
    Phase.FAILED: "error",
    Phase.NEEDS_LOGIN: "proxy",
}
TRAY_ICONS = {
    Phase.STARTING: "tray-disconnected",
    Phase.DISCONNECTED: "tray-disconnected",
    Phase.CONNECTING: "tray-connecting",
    Phase.CONNECTED: "tray-connected",
    Phase.DEGRADED: "tray-degraded",
    Phase.RECONNECTING: "tray-connecting",
    Phase.DISCONNECTING: "tray-connecting",
    Phase.FAILED: "tray-error",
    Phase.NEEDS_LOGIN: "tray-login",
}
_MODE_WORDS = {"proxy": mark("proxy"), "mesh": mark("mesh")}
_HEALTH_WORDS = {
    Health.WAITING: mark("waiting"),
    Health.PARTIAL: mark("partly active"),
    Health.ACTIVE: mark("active"),
    Health.ABSENT: mark("not reached"),
    Health.SUPERSEDED: mark("taken over"),
    Health.REMOVED: mark("removed"),
}
_KIND_SHORT = {"Deployment": "deploy", "StatefulSet": "sts", "DaemonSet": "ds", "ReplicaSet": "rs", "Pod": "po"}
"""As kubectl abbreviates them: people search with these."""

_UNITS = ("B/s", "kB/s", "MB/s", "GB/s")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def state_word(phase: Phase) -> str:
    """The phase in the user's language: what is in STATE_WORDS is English."""
    return tr(STATE_WORDS[phase])


def mode_word(mode: str) -> str:
    return tr(_MODE_WORDS[mode]) if mode in _MODE_WORDS else mode


def health_word(health: Health) -> str:
    return tr(_HEALTH_WORDS[health])


def working_line(step: str, *, stops_then: bool) -> str:
    """What is being done to a workload, and that a *Stop* which was asked for meanwhile is not forgotten."""
    return tr("{step}; then it is stopped", step=step) if stops_then else step


def place(view: ConnectionView) -> str:
    """Which cluster and namespace: "prod-eu ▸ shop", or nothing."""
    if not view.context:
        return ""
    return f"{view.context} ▸ {view.namespace}" if view.namespace else view.context


def state_line(view: ConnectionView) -> str:
    """The state in one line, as in the tray's tooltip."""
    word = state_word(view.phase)
    where = place(view)
    if view.phase.is_between and view.step:
        return f"{word}: {view.step}"
    if where and view.phase not in (Phase.STARTING, Phase.DISCONNECTED):
        return f"{word} · {where}"
    return word


def short_kind(kind: str) -> str:
    return _KIND_SHORT.get(kind, kind)


def rate(bytes_s: float) -> str:
    """Bytes per second with three figures: "12.4 MB/s"."""
    value, unit = bytes_s, 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value /= 1000
        unit += 1
    return f"{value:.1f} {_UNITS[unit]}" if unit and value < 99.95 else f"{value:.0f} {_UNITS[unit]}"


def round_rate(bytes_s: float) -> str:
    """A rate that is a round number: "10 MB/s"."""
    return rate(bytes_s).replace(".0 ", " ")


def age(seconds: float) -> str:
    """As kubectl shows it, one unit: "42s", "7m", "3h", "12d"."""
    whole = max(0, int(seconds))
    if whole < 2 * _MINUTE:
        return f"{whole}s"
    if whole < 2 * _HOUR:
        return f"{whole // _MINUTE}m"
    if whole < 2 * _DAY:
        return f"{whole // _HOUR}h"
    return f"{whole // _DAY}d"


def round_trip(seconds: float) -> str:
    milliseconds = seconds * 1000
    return f"{milliseconds:.1f} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"


def subnets_line(subnets: tuple[str, ...], at_most: int = 2) -> str:
    shown = " · ".join(subnets[:at_most])
    return f"{shown} +{len(subnets) - at_most}" if len(subnets) > at_most else shown
