"""The picture in the panel: the shores in the panel's colour, the ferry between them in the state's.

The parts are groups of one SVG, by id: "place", "state" and, where there is something to point out, "mark".
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.ui.shell.tray_state import LOOKS, TrayState
from app.ui.theme import token_table

SIZES = (16, 20, 22, 24, 32, 44, 48, 64)
"""Pixels. 22 and 44: a panel on a plain and on a doubled screen."""
_VIEW_BOX = 22.0


def tray_icon(state: TrayState, *, on_dark: bool) -> QIcon:
    result = QIcon()
    for size in SIZES:
        result.addPixmap(tray_pixmap(state, size, on_dark=on_dark))
    # macOS draws a mask in whatever colour suits its menu bar; an icon with a colour of its own is none.
    result.setIsMask(not LOOKS[state].state)
    return result


def tray_pixmap(state: TrayState, size: int, *, on_dark: bool) -> QPixmap:
    look = LOOKS[state]
    tokens = token_table()
    panel = tokens.tray["on_dark_panel" if on_dark else "on_light_panel"]
    colours = tokens.dark if on_dark else tokens.light
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    scale = size / _VIEW_BOX
    for part, token in (("place", ""), ("state", look.state), ("mark", look.mark)):
        renderer = _renderer(look.icon, colours[token] if token else panel)
        if renderer.elementExists(part):
            bounds = renderer.boundsOnElement(part)
            place = QRectF(bounds.x() * scale, bounds.y() * scale, bounds.width() * scale, bounds.height() * scale)
            renderer.render(painter, part, place)
    painter.end()
    return pixmap


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    source = (resources.files("resources") / f"icons/{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(source.replace("currentColor", QColor(colour).name()).encode()))
