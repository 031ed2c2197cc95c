"""The sheet of all keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.ui.shell.shortcuts import ShortcutLine
from app.ui.styled import styled
from app.ui.translation import tr

_WIDTH = 460


class ShortcutSheet(QDialog):
    """Shown with `open()`; closed by Escape."""

    def __init__(self, lines: tuple[ShortcutLine, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcutSheet")
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.setMinimumWidth(_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addLayout(_grid(lines))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setText(tr("Close"))
        buttons.rejected.connect(self.reject)
        column.addStretch(1)
        column.addWidget(buttons)
        close.setFocus()


def _grid(lines: tuple[ShortcutLine, ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(0, 1)
    group = ""
    groups = list(dict.fromkeys(line.group for line in lines))
    for line in sorted(lines, key=lambda line: groups.index(line.group)):
        if line.group != group:
            if group:
                grid.setRowMinimumHeight(grid.rowCount(), 8)
            group = line.group
            grid.addWidget(styled(QLabel(group.upper()), "sectionHead"), grid.rowCount(), 0, 1, 2)
        row = grid.rowCount()
        title = QLabel(line.title)
        keys = ", ".join(line.keys)
        title.setAccessibleName(f"{line.title}: {keys}")
        grid.addWidget(title, row, 0)
        grid.addLayout(_caps(line.keys), row, 1)
    return grid


def _caps(keys: tuple[str, ...]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(4)
    row.addStretch(1)
    for key in keys:
        cap = styled(QLabel(key), "keyCap")
        cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(cap)
    return row
