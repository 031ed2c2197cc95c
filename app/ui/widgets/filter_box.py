"""A line to type a filter into, with a button in it that clears it."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

from app.ui.widgets.clear_button import name_clear_button


class FilterBox(QLineEdit):
    def __init__(self, name: str, placeholder: str) -> None:
        super().__init__(placeholderText=placeholder, clearButtonEnabled=True)
        self.setAccessibleName(name)
        name_clear_button(self)
