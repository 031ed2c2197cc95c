"""What can be done with a context or a namespace, as menus."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.ui.translation import tr


class PlaceMenu(QMenu):
    """Signals: each is one entry.
    production_asked: bool, whether the context is production from now on.
    """

    connect_asked = Signal()
    production_asked = Signal(bool)
    open_asked = Signal()
    star_asked = Signal()
    copy_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setToolTipsVisible(True)

    def add(self, text: str, reason: str = "") -> QAction:
        """`reason`: why it cannot be chosen."""
        action = QAction(text, self)
        action.setEnabled(not reason)
        action.setToolTip(reason)
        action.setStatusTip(reason)
        self.addAction(action)
        return action


def context_menu(parent: QWidget, name: str, *, is_production: bool, is_connected: bool) -> PlaceMenu:
    menu = PlaceMenu(parent)
    reason = tr("This machine is connected to it already.") if is_connected else ""
    menu.add(tr("Connect to {context}", context=name), reason).triggered.connect(menu.connect_asked)
    menu.addSeparator()
    production = menu.add(tr("Mark as production"))
    production.setCheckable(True)
    production.setChecked(is_production)
    production.setToolTip(tr("Every change in it asks first."))
    production.toggled.connect(menu.production_asked)
    menu.addSeparator()
    menu.add(tr("Copy name")).triggered.connect(menu.copy_asked)
    return menu


def namespace_menu(parent: QWidget, name: str, *, is_favourite: bool) -> PlaceMenu:
    menu = PlaceMenu(parent)
    menu.add(tr("Show {namespace}", namespace=name)).triggered.connect(menu.open_asked)
    star = menu.add(tr("Remove from favourites") if is_favourite else tr("Add to favourites"))
    star.setShortcut(Qt.Modifier.CTRL | Qt.Key.Key_D)
    star.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    star.triggered.connect(menu.star_asked)
    menu.addSeparator()
    menu.add(tr("Copy name")).triggered.connect(menu.copy_asked)
    return menu
