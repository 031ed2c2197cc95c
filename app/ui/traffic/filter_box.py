"""A line to type a filter into, with a button in it that clears it."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QToolButton

from app.ui.translation import tr


class FilterBox(QLineEdit):
    def __init__(self, name: str, placeholder: str) -> None:
        super().__init__(placeholderText=placeholder, clearButtonEnabled=True)
        self.setAccessibleName(name)
        for button in self.findChildren(QToolButton):
            # Qt gives it no name.
            button.setAccessibleName(tr("Clear the filter"))
