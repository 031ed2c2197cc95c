"""One look tells: connected or not, to what, and how well."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QWidget

from app.controllers.inspector_view import Mode
from app.controllers.views import ConnectionView, Phase
from app.ui.connection.connect_switch import ConnectSwitch
from app.ui.connection.state_glyph import StateGlyph
from app.ui.icons import icon
from app.ui.styled import dress_anew, restyle, styled
from app.ui.theme import Theme
from app.ui.traffic.sparkline import Sparkline
from app.ui.traffic.traffic_history import TrafficHistory
from app.ui.translation import tr, tr_count
from app.ui.widgets.elided_button import ElidedButton
from app.ui.widgets.elided_label import ElidedLabel
from app.ui.wording import STATE_COLOURS, mode_word, place, round_trip, state_line, state_word, subnets_line

_HEIGHT = 56


class StateBar(QFrame):
    """Shape, word and colour of the state; where to; what is routed; and the switch.

    Signals:
        connect_asked: the user wants a connection to what is chosen, in place of the one there is.
        disconnect_asked: the user wants none, or calls off what is being done.
    """

    connect_asked = Signal()
    disconnect_asked = Signal()

    def __init__(self, theme: Theme, history: TrafficHistory, menu: QMenu) -> None:
        super().__init__()
        self.setObjectName("stateBar")
        self._theme = theme
        self._view = ConnectionView()
        self._chosen = ""
        self.setFixedHeight(_HEIGHT)
        self._glyph = StateGlyph(theme)
        self._word = styled(QLabel(), "stateWord")
        self._place = styled(ElidedLabel(), "placeName")
        self._step = styled(ElidedLabel(), "dim")
        self._intercepts = styled(QLabel(), "interceptsWord")
        self._subnets = styled(QLabel(), "mono")
        self._rtt = styled(QLabel(), "dim")
        self._sparkline = Sparkline(theme, history)
        self._cancel = QPushButton(tr("Cancel"))
        self._cancel.clicked.connect(self.disconnect_asked)
        self._hint = styled(ElidedLabel(), "dim")
        self._change = styled(ElidedButton(), "link")
        self._change.clicked.connect(self.connect_asked)
        self._switch = ConnectSwitch(theme)
        self._switch.clicked.connect(self._switch_clicked)
        self._more = QToolButton()
        self._more.setMenu(menu)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setToolTip(tr("More"))
        self._more.setAccessibleName(tr("More"))
        self._more.setIconSize(QSize(16, 16))
        self._lay_out()
        theme.changed.connect(self._dress)
        self._dress()
        self.show_view(self._view)

    @property
    def switch(self) -> ConnectSwitch:
        return self._switch

    def show_chosen(self, name: str) -> None:
        """`name` of the context that the switch would connect to."""
        self._chosen = name
        self.show_view(self._view)

    def show_view(self, view: ConnectionView) -> None:
        self._view = view
        self._glyph.show_phase(view.phase)
        self._word.setText(state_word(view.phase))
        self._place.setText(place(view) if view.phase is not Phase.DISCONNECTED else "")
        self._step.setText(f"{view.step} …" if view.step else "")
        self._step.setVisible(bool(view.step))
        is_up = view.phase in (Phase.CONNECTED, Phase.DEGRADED, Phase.RECONNECTING)
        self._subnets.setText(subnets_line(view.subnets))
        self._subnets.setToolTip(tr("Routed into the cluster:") + "\n" + "\n".join(view.subnets))
        leads_elsewhere = view.phase.holds_connection and self._chosen not in ("", view.context or self._chosen)
        # They make room for the offer to switch, whose names can be long.
        self._subnets.setVisible(is_up and bool(view.subnets) and not leads_elsewhere)
        self._rtt.setVisible(is_up and view.rtt_s is not None)
        self._rtt.setText(tr("RTT {time}", time=round_trip(view.rtt_s)) if view.rtt_s is not None else "")
        self._sparkline.setVisible(is_up)
        self._intercepts.setVisible(is_up and bool(view.intercepts))
        count = len(view.intercepts)
        are_proxies = all(one.mode == Mode.PROXY for one in view.intercepts)
        shape = "■" if are_proxies else "◆"
        self._intercepts.setText(f"{shape} " + tr_count(count, "{count} intercept", "{count} intercepts"))
        restyle(self._intercepts, "proxiesWord" if are_proxies else "interceptsWord")
        self._intercepts.setToolTip(
            "\n".join(f"{one.key[2]} · {one.rule or mode_word(one.mode)}" for one in view.intercepts)
        )
        self._cancel.setVisible(view.phase is Phase.CONNECTING)
        is_off = not (view.phase.holds_connection or view.phase.is_between or view.phase is Phase.STARTING)
        there_is = tr("Connect to {context}", context=self._chosen) if self._chosen else tr("No cluster chosen yet")
        self._hint.setText(there_is if is_off else "")
        self._hint.setVisible(bool(self._hint.text()))
        self._change.setText(tr("Switch to {context}", context=self._chosen))
        self._change.setVisible(leads_elsewhere)
        self._switch.show_view(view)
        self.setAccessibleName(state_line(view))
        self._dress()

    def show_production(self, is_production: bool) -> None:
        """What is chosen is marked as production: the bar has an edge, and changes ask."""
        self.setProperty("production", is_production)
        self.setToolTip(tr("This context is marked as production: every change asks.") if is_production else "")
        dress_anew(self)

    def refresh_traffic(self) -> None:
        self._sparkline.update()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(12)
        row.addWidget(self._glyph)
        row.addWidget(self._word)
        row.addSpacing(6)
        row.addWidget(self._place)
        row.addWidget(self._step)
        row.addStretch(1)
        for widget in (
            self._intercepts,
            self._subnets,
            self._rtt,
            self._sparkline,
            self._hint,
            self._change,
            self._cancel,
            self._switch,
            self._more,
        ):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        QWidget.setTabOrder(self._cancel, self._switch)
        QWidget.setTabOrder(self._switch, self._more)

    def _dress(self) -> None:
        colour = self._theme.colour(STATE_COLOURS[self._view.phase])
        self._word.setStyleSheet(f"color: {colour.name()}")
        self._more.setIcon(icon("more", self._theme.colour("text_dim")))

    def _switch_clicked(self) -> None:
        if self._view.phase.holds_connection:
            self.disconnect_asked.emit()
        else:
            self.connect_asked.emit()
