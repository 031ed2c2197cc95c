"""What the tray can say at a glance: one shape and one colour a state."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from app.controllers.intercept_views import Health
from app.controllers.views import ConnectionView, Phase
from app.ui.wording import STATE_COLOURS, TRAY_ICONS

_TAKING = frozenset({Health.ACTIVE, Health.PARTIAL})


class TrayState(enum.StrEnum):
    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    DEGRADED = "degraded"
    ERROR = "error"
    LOGIN = "login"
    INTERCEPT = "intercept"


@dataclass(frozen=True)
class TrayLook:
    """`icon`: a file of resources/icons. `state`: the colour token of its state part, none for the panel's colour.

    `mark`: the token of the mark that only some icons have.
    """

    icon: str
    state: str = ""
    mark: str = ""


LOOKS = {
    TrayState.DISCONNECTED: TrayLook(TRAY_ICONS[Phase.DISCONNECTED]),
    TrayState.CONNECTING: TrayLook(TRAY_ICONS[Phase.CONNECTING], STATE_COLOURS[Phase.CONNECTING]),
    TrayState.CONNECTED: TrayLook(TRAY_ICONS[Phase.CONNECTED], STATE_COLOURS[Phase.CONNECTED]),
    TrayState.DEGRADED: TrayLook(TRAY_ICONS[Phase.DEGRADED], STATE_COLOURS[Phase.DEGRADED]),
    TrayState.ERROR: TrayLook(TRAY_ICONS[Phase.FAILED], STATE_COLOURS[Phase.FAILED]),
    TrayState.LOGIN: TrayLook(TRAY_ICONS[Phase.NEEDS_LOGIN], STATE_COLOURS[Phase.NEEDS_LOGIN]),
    TrayState.INTERCEPT: TrayLook("tray-intercept", STATE_COLOURS[Phase.CONNECTED], "mesh"),
}
_STATES = {
    Phase.STARTING: TrayState.DISCONNECTED,
    Phase.DISCONNECTED: TrayState.DISCONNECTED,
    Phase.CONNECTING: TrayState.CONNECTING,
    Phase.CONNECTED: TrayState.CONNECTED,
    Phase.DEGRADED: TrayState.DEGRADED,
    Phase.RECONNECTING: TrayState.CONNECTING,
    Phase.DISCONNECTING: TrayState.CONNECTING,
    Phase.FAILED: TrayState.ERROR,
    Phase.NEEDS_LOGIN: TrayState.LOGIN,
}


def tray_state(view: ConnectionView) -> TrayState:
    """A connection in trouble is told before an intercept that may suffer from it."""
    state = _STATES[view.phase]
    if state is TrayState.CONNECTED and any(row.health in _TAKING for row in view.intercepts):
        return TrayState.INTERCEPT
    return state
