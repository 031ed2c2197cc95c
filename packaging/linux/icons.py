"""The application's icon in every size that desktops ask for, drawn from the one vector picture."""

from __future__ import annotations

import os
from pathlib import Path

SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 192, 256, 512)


def draw_icons(source: Path, theme: Path) -> None:
    """Below `theme` (…/icons/hicolor), as the Icon Theme Specification has it. Raises SystemExit on a bad picture."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QByteArray, QRectF, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    drawing = source.read_bytes()
    renderer = QSvgRenderer(QByteArray(drawing))
    if not renderer.isValid():
        raise SystemExit(f"{source} is no picture that Qt can draw.")
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        target = theme / f"{size}x{size}/apps/kubeferry.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        if not image.save(str(target)):
            raise SystemExit(f"{target} cannot be written.")
    scalable = theme / "scalable/apps/kubeferry.svg"
    scalable.parent.mkdir(parents=True, exist_ok=True)
    scalable.write_bytes(drawing)
