"""The cross that a search field has while there is something in it."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QToolButton

from app.ui.translation import tr


def name_clear_button(field: QLineEdit) -> None:
    """Qt gives it no name that a screen reader could say."""
    for button in field.findChildren(QToolButton):
        button.setAccessibleName(tr("Clear"))
