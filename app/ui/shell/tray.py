"""The tray icon: the state by shape, in one colour that suits the panel, and the menu for every day."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRect, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor, QGuiApplication, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from app.controllers.views import ConnectionView, ContextRow, Phase
from app.ui.icons import icon
from app.ui.theme import Scheme, Theme, token_table
from app.ui.wording import STATE_COLOURS, STATE_GLYPHS, TRAY_ICONS, state_line

_PANEL_LOOK_MS = 300
"""After showing, or when the theme changed: by then the panel has drawn itself."""
_LIGHT_FROM = 128


class Tray(QObject):
    """Signals:
    open_asked: the user wants to see the window.
    connect_asked: str, the context to connect to.
    disconnect_asked: the user wants no connection.
    quit_asked: the user wants no more Kubeferry.
    """

    open_asked = Signal()
    connect_asked = Signal(str)
    disconnect_asked = Signal()
    quit_asked = Signal()

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._view = ConnectionView()
        self._chosen: str | None = None
        self._panel_is_dark = _guess_dark_panel(theme)
        self._menu = QMenu()
        self._state = QAction(self._menu)
        self._state.triggered.connect(self.open_asked)
        self._toggle = QAction(self._menu)
        self._toggle.triggered.connect(self._toggled)
        self._contexts = QMenu("Connect to")
        self._context_actions = QActionGroup(self)
        self._context_actions.triggered.connect(lambda action: self.connect_asked.emit(action.data()))
        open_window = QAction("Open Kubeferry", self._menu)
        open_window.triggered.connect(self.open_asked)
        self._quit = QAction(self._menu)
        self._quit.triggered.connect(self.quit_asked)
        self._menu.addAction(self._state)
        self._menu.addSeparator()
        self._menu.addAction(self._toggle)
        self._others = self._menu.addMenu(self._contexts)
        self._menu.addSeparator()
        self._menu.addAction(open_window)
        self._menu.addAction(self._quit)
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)
        theme.changed.connect(self._theme_changed)
        self.show_contexts((), None)
        self.show_view(self._view)

    @staticmethod
    def is_available() -> bool:
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def menu(self) -> QMenu:
        return self._menu

    @property
    def context_menu(self) -> QMenu:
        return self._contexts

    @property
    def tool_tip(self) -> str:
        return self._icon.toolTip()

    def show(self) -> None:
        self._icon.show()
        QTimer.singleShot(_PANEL_LOOK_MS, self, self._look_at_panel)

    def hide(self) -> None:
        self._icon.hide()

    def show_contexts(self, contexts: tuple[ContextRow, ...], chosen: str | None) -> None:
        """`chosen` is what plain "Connect" connects to."""
        self._chosen = chosen
        for action in self._context_actions.actions():
            self._context_actions.removeAction(action)
        self._contexts.clear()
        for context in contexts:
            action = QAction(context.name, self._contexts, checkable=True)
            action.setData(context.name)
            self._context_actions.addAction(action)
            self._contexts.addAction(action)
        self._others.setVisible(len(contexts) > 1)
        self.show_view(self._view)

    def show_chosen(self, chosen: str | None) -> None:
        self._chosen = chosen
        self.show_view(self._view)

    def show_view(self, view: ConnectionView) -> None:
        self._view = view
        line = state_line(view)
        self._state.setText(line)
        self._state.setIcon(icon(STATE_GLYPHS[view.phase], self._theme.colour(STATE_COLOURS[view.phase])))
        self._icon.setToolTip(f"Kubeferry: {line}")
        holds = view.phase.holds_connection
        if view.phase is Phase.CONNECTING:
            self._toggle.setText("Cancel connecting")
        elif holds:
            self._toggle.setText("Disconnect")
        else:
            self._toggle.setText(f"Connect to {self._chosen}" if self._chosen else "Connect")
        can_connect = self._chosen is not None and view.phase not in (Phase.STARTING, Phase.DISCONNECTING)
        self._toggle.setEnabled(holds or can_connect)
        for action in self._context_actions.actions():
            action.setChecked(holds and action.data() == view.context)
        self._quit.setText("Disconnect and quit" if holds else "Quit")
        self._draw()

    def _toggled(self) -> None:
        if self._view.phase.holds_connection:
            self.disconnect_asked.emit()
        elif self._chosen is not None:
            self.connect_asked.emit(self._chosen)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.open_asked.emit()

    def _theme_changed(self) -> None:
        self.show_view(self._view)
        QTimer.singleShot(_PANEL_LOOK_MS, self, self._look_at_panel)

    def _look_at_panel(self) -> None:
        self._panel_is_dark = _is_panel_dark(self._icon.geometry(), _guess_dark_panel(self._theme))
        self._draw()

    def _draw(self) -> None:
        colours = token_table().tray
        colour = QColor(colours["on_dark_panel" if self._panel_is_dark else "on_light_panel"])
        drawn: QIcon = icon(TRAY_ICONS[self._view.phase], colour)
        drawn.setIsMask(True)
        self._icon.setIcon(drawn)


def _guess_dark_panel(theme: Theme) -> bool:
    """Panels are dark far more often than not, and a light one goes with a light desktop that says so."""
    system_is_light = QGuiApplication.styleHints().colorScheme().name == "Light"
    return theme.scheme is Scheme.DARK or not system_is_light


def _is_panel_dark(icon_place: QRect, otherwise: bool) -> bool:
    """What the panel looks like at the icon's corner. Only X11 lets a program see that."""
    screen = QGuiApplication.screenAt(icon_place.center())
    if QGuiApplication.platformName() != "xcb" or screen is None or icon_place.isEmpty():
        return otherwise
    corner = icon_place.topLeft() - screen.geometry().topLeft()
    image = screen.grabWindow(0, corner.x(), corner.y(), 1, 1).toImage()
    return otherwise if image.isNull() else image.pixelColor(0, 0).lightness() < _LIGHT_FROM
