"""One way of taking a workload's traffic: its name, its switch, and honestly how it stands."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.controllers.inspector_view import Mode, ModeView, Setting
from app.ui.icons import icon_pixmap
from app.ui.inspector.words import MODE_TITLES, mode_line
from app.ui.styled import restyle, styled
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.widgets.breakable import breakable
from app.ui.widgets.switch import BETWEEN, OFF, ON, Switch

_TRACK = QSize(36, 20)
_GLYPH = 16
_POSITIONS = {Setting.OFF: OFF, Setting.WORKING: BETWEEN, Setting.ON: ON, Setting.UNHEALTHY: ON}
_LINE_NAMES = {Setting.WORKING: "modeWorking", Setting.UNHEALTHY: "modeUnhealthy"}


class ModeRow(QWidget):
    """Signals:
    toggled: the user wants it to be other than it is.
    cancel_asked: what is being done is to be undone.
    """

    toggled = Signal()
    cancel_asked = Signal()

    def __init__(self, theme: Theme, mode: Mode) -> None:
        super().__init__()
        self._theme = theme
        self._mode = mode
        self._view = ModeView(mode, Setting.OFF)
        self._extra_reason = ""
        self._told = ""
        title = tr(MODE_TITLES[mode])
        self._glyph = QLabel()
        self._title = styled(QLabel(title), "modeTitle")
        self._line = styled(QLabel(), "dim")
        self._line.setWordWrap(True)
        self._line.setTextFormat(Qt.TextFormat.PlainText)
        self.switch = Switch(theme, _TRACK)
        self.switch.setAccessibleName(title)
        self.switch.clicked.connect(self._pressed)
        self._cancel = styled(QPushButton(tr("Cancel")), "link")
        self._cancel.setAccessibleName(tr("Cancel: {mode}", mode=title))
        self._cancel.clicked.connect(self.cancel_asked)
        self._lay_out()
        theme.changed.connect(self._dress)
        self.show_view(self._view)

    @property
    def view(self) -> ModeView:
        return self._view

    @property
    def line(self) -> str:
        return self._told

    def show_view(self, view: ModeView, not_startable: str = "") -> None:
        """`not_startable`: why it cannot be switched on as things are set; one that is on can be switched off."""
        self._view, self._extra_reason = view, not_startable
        is_blocked = bool(not_startable) and view.setting is Setting.OFF
        line = mode_line(view)
        if is_blocked and view.can_toggle:
            line = not_startable
        self._told = line
        self._line.setText(breakable(line))
        # While something is being done it only does nothing when it is pressed: it keeps the keyboard meanwhile.
        is_working = view.setting is Setting.WORKING
        self.switch.setEnabled(is_working or (view.can_toggle and not is_blocked))
        self.switch.setToolTip("" if view.can_toggle and not is_blocked else line)
        self.switch.setAccessibleDescription(line)
        self._cancel.setVisible(is_working and view.can_cancel)
        colour = {Setting.WORKING: "working", Setting.UNHEALTHY: "degraded"}.get(view.setting, self._mode.value)
        self.switch.show_position(_POSITIONS[view.setting], colour)
        restyle(self._line, _LINE_NAMES.get(view.setting, "dim"))
        self._dress()

    def focus_home(self) -> QWidget | None:
        return self.switch

    def _pressed(self) -> None:
        if self._view.can_toggle:
            self.toggled.emit()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._glyph)
        head.addWidget(self._title, 1)
        head.addWidget(self.switch)
        below = QHBoxLayout()
        below.setContentsMargins(_GLYPH + 8, 0, 0, 0)
        below.setSpacing(8)
        below.addWidget(self._line, 1)
        below.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(below)

    def _dress(self) -> None:
        colour = self._theme.colour(self._mode.value)
        self._glyph.setPixmap(icon_pixmap(f"mode-{self._mode.value}", colour, _GLYPH, self.devicePixelRatioF()))
