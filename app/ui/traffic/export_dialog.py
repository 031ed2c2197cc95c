"""Asks where an export goes to, without holding anything up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app.controllers.traffic_views import ExportFormat
from app.ui.translation import tr


def ask_where(parent: QWidget, kind: ExportFormat, name: str, chosen: Callable[[str], None]) -> None:
    """`chosen` is called with a path when the user has one."""
    is_har = kind is ExportFormat.HAR
    dialog = QFileDialog(parent.window(), tr("Export requests"), str(Path.home()))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter(tr("HTTP archive (*.har)") if is_har else tr("JSON lines (*.jsonl)"))
    dialog.setDefaultSuffix(kind.value)
    dialog.selectFile(name)
    dialog.fileSelected.connect(chosen)
    dialog.open()
