#!/usr/bin/env python3
"""The application's icon as macOS wants it, from resources/icons/app.svg. Runs anywhere.

usage: make_icon.py TARGET.icns

An .icns is a header, then entries of a type, a length and a PNG; the types are those that iconutil(1) writes for an
iconset.
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "resources/icons/app.svg"
KINDS = {
    b"icp4": 16,
    b"icp5": 32,
    b"ic07": 128,
    b"ic08": 256,
    b"ic09": 512,
    b"ic10": 1024,
    b"ic11": 32,
    b"ic12": 64,
    b"ic13": 256,
    b"ic14": 512,
}
"""Type and edge in pixels; the last four are the doubled ones of 16, 32, 128 and 256 points, `ic10` that of 512."""

_MARGIN = 0.1
"""Of the edge, on each side: Apple's grid leaves so much round an icon's shape."""


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("usage: make_icon.py TARGET.icns")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(icon_file(SOURCE))


def icon_file(source: Path) -> bytes:
    drawn = {edge: _png(source, edge) for edge in set(KINDS.values())}
    body = b"".join(kind + struct.pack(">I", len(drawn[edge]) + 8) + drawn[edge] for kind, edge in KINDS.items())
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def _png(source: Path, edge: int) -> bytes:
    from PySide6.QtCore import QBuffer, QByteArray, QRectF, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(edge, edge, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    inset = edge * _MARGIN
    QSvgRenderer(str(source)).render(painter, QRectF(inset, inset, edge - 2 * inset, edge - 2 * inset))
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
        raise SystemExit(f"{source} cannot be drawn at {edge} pixels.")
    return bytes(content.data())


if __name__ == "__main__":
    main()
