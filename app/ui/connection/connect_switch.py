"""The one primary control: the connection, on, off, or honestly in between."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from app.controllers.views import ConnectionView, Phase
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.widgets.switch import BETWEEN, OFF, ON, Switch
from app.ui.wording import STATE_COLOURS, state_line

_TRACK = QSize(44, 24)
_POSITIONS = {
    Phase.CONNECTING: BETWEEN,
    Phase.RECONNECTING: BETWEEN,
    Phase.DISCONNECTING: BETWEEN,
    Phase.CONNECTED: ON,
    Phase.DEGRADED: ON,
}


class ConnectSwitch(Switch):
    """Shows the connection's phase by the knob's place and the track's colour."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, _TRACK, parent)
        self.setAccessibleName(tr("Connection"))

    def show_view(self, view: ConnectionView) -> None:
        holds = view.phase.holds_connection
        self.setToolTip(tr("Disconnect") if holds else tr("Connect"))
        asks = tr("Press to disconnect.") if holds else tr("Press to connect.")
        self.setAccessibleDescription(f"{state_line(view)}. {asks}")
        position = _POSITIONS.get(view.phase, OFF)
        self.show_position(position, STATE_COLOURS[view.phase], faint=view.phase is Phase.STARTING)
