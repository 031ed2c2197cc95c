"""Icons: SVG files of one stroke width, drawn in one colour at the very size they are shown."""

from __future__ import annotations

from functools import cache
from importlib import resources

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_ICON_SIZES = (16, 20, 22, 24, 32, 44, 48, 64)
"""Pixels. 22 and 44: a tray icon on a plain and on a doubled screen."""


@cache
def _source(name: str) -> str:
    return (resources.files("resources") / f"icons/{name}.svg").read_text(encoding="utf-8")


def draw_icon(painter: QPainter, rect: QRectF, name: str, colour: QColor) -> None:
    _renderer(name, colour.name()).render(painter, rect)


def icon_pixmap(name: str, colour: QColor, size: int, ratio: float = 1.0) -> QPixmap:
    """`size` in device independent pixels, `ratio` device pixels for each."""
    edge = round(size * ratio)
    pixmap = QPixmap(edge, edge)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_icon(painter, QRectF(0, 0, edge, edge), name, colour)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def icon(name: str, colour: QColor) -> QIcon:
    result = QIcon()
    for size in _ICON_SIZES:
        result.addPixmap(icon_pixmap(name, colour, size))
    return result


def application_icon() -> QIcon:
    return icon("app", QColor(Qt.GlobalColor.black))


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
