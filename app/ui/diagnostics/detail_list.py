"""Groups of facts, each value to be selected and copied."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QSizePolicy, QVBoxLayout, QWidget

from app.ui.diagnostics.detail_groups import Detail, DetailGroup
from app.ui.styled import styled
from app.ui.translation import tr
from app.ui.widgets.layouts import empty_layout

_LABEL_WIDTH = 168


class DetailValue(QLabel):
    """Signals:
    copied: the value was put on the clipboard.
    """

    copied = Signal()

    def __init__(self, detail: Detail) -> None:
        super().__init__(detail.value)
        self.setObjectName("detailCode" if detail.is_code else "detailValue")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setIndent(0)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(detail.label)
        self.setAccessibleDescription(detail.value)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)

    def copy(self) -> None:
        """What is selected, or else the whole value."""
        QGuiApplication.clipboard().setText(self.selectedText() or self.text())
        self.copied.emit()

    def menu(self) -> QMenu:
        menu = QMenu(self)
        action = menu.addAction(tr("Copy"))
        action.triggered.connect(self.copy)
        return menu

    def _show_menu(self, at: QPoint) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(at))


class DetailList(QWidget):
    """Shows the groups one below the other. Widgets are made anew only when the labels are others."""

    def __init__(self) -> None:
        super().__init__()
        self._groups: tuple[DetailGroup, ...] = ()
        self._values: list[DetailValue] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_groups(self, groups: tuple[DetailGroup, ...]) -> None:
        if groups == self._groups:
            return
        if _shape(groups) == _shape(self._groups):
            self._refill(groups)
        else:
            self._build(groups)
        self._groups = groups

    def values(self) -> list[DetailValue]:
        return list(self._values)

    def _refill(self, groups: tuple[DetailGroup, ...]) -> None:
        details = [detail for group in groups for detail in group.details]
        for widget, detail in zip(self._values, details, strict=True):
            if widget.text() != detail.value:
                widget.setText(detail.value)
                widget.setAccessibleDescription(detail.value)

    def _build(self, groups: tuple[DetailGroup, ...]) -> None:
        empty_layout(self._column)
        self._values = []
        for group in groups:
            self._column.addWidget(self._section(group))

    def _section(self, group: DetailGroup) -> QWidget:
        section = QWidget()
        grid = QGridLayout(section)
        grid.setContentsMargins(0, 0, 0, 16)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, _LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        head = styled(QLabel(group.title.upper()), "sectionHead")
        head.setAccessibleName(group.title)
        grid.addWidget(head, 0, 0, 1, 2)
        for row, detail in enumerate(group.details, start=1):
            label = styled(QLabel(detail.label), "detailLabel")
            value = DetailValue(detail)
            label.setBuddy(value)
            label.setIndent(0)
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignTop)
            self._values.append(value)
        return section


def _shape(groups: tuple[DetailGroup, ...]) -> tuple[tuple[str, tuple[tuple[str, bool], ...]], ...]:
    return tuple((group.title, tuple((detail.label, detail.is_code) for detail in group.details)) for group in groups)
