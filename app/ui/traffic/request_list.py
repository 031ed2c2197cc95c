"""The list of requests: it follows the newest until the user looks back, and then stands still while they come."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Signal
from PySide6.QtWidgets import QHeaderView

from app.ui.theme import Theme
from app.ui.traffic.cells import ROW_HEIGHT, CellDelegate, DockTable
from app.ui.traffic.request_model import Column, RequestModel
from app.ui.translation import tr

_WIDTHS = {
    Column.TIME: 84,
    Column.METHOD: 76,
    Column.STATUS: 88,
    Column.DURATION: 88,
    Column.VERDICT: 104,
    Column.RULE: 112,
    Column.POD: 180,
}
_LEAST_WIDTH_WITH = {
    Column.POD: 860,
    Column.RULE: 700,
    Column.DURATION: 480,
    Column.VERDICT: 410,
    Column.STATUS: 310,
}
"""Narrower than this, a column gives way to the path. The last ones go beside the details, which say the same."""


class RequestList(DockTable):
    """Signals:
    chosen: RequestRow, the one the user looks at.
    following_changed: bool, whether the newest stays in sight.
    """

    chosen = Signal(object)
    following_changed = Signal(bool)

    def __init__(self, theme: Theme, model: RequestModel) -> None:
        super().__init__(theme)
        self._requests = model
        self._is_following = True
        self._is_moving = False
        self.setAccessibleName(tr("Requests"))
        self.setModel(model)
        self._delegate = CellDelegate(theme, model)
        self.setItemDelegate(self._delegate)
        head = self.horizontalHeader()
        head.setSectionResizeMode(Column.PATH, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        model.about_to_drop.connect(self._hold_still)
        model.modelReset.connect(self._after_reset)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._grown)
        self.selectionModel().currentRowChanged.connect(self._choose)

    @property
    def is_following(self) -> bool:
        return self._is_following

    def follow(self) -> None:
        """Shows the newest, and what comes after."""
        self.selectionModel().setCurrentIndex(QModelIndex(), QItemSelectionModel.SelectionFlag.Clear)
        self._set_following(True)
        self._to_end()

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        for column, least in _LEAST_WIDTH_WITH.items():
            self.setColumnHidden(column, self.viewport().width() < least)

    def _choose(self, current: QModelIndex) -> None:
        if current.isValid():
            self._set_following(False)
            self.chosen.emit(self._requests.request(current.row()))

    def _set_following(self, is_following: bool) -> None:
        if is_following != self._is_following:
            self._is_following = is_following
            self.following_changed.emit(is_following)

    def _scrolled(self, value: int) -> None:
        if not self._is_moving:
            at_end = value >= self.verticalScrollBar().maximum() - ROW_HEIGHT // 2
            self._set_following(at_end and not self.selectionModel().hasSelection())

    def _grown(self) -> None:
        if self._is_following:
            self._to_end()

    def _to_end(self) -> None:
        self._is_moving = True
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        self._is_moving = False

    def _hold_still(self, count: int) -> None:
        """Rows above are going: what is in sight stays there, and no other one is chosen for the one that goes."""
        current = self.currentIndex()
        if current.isValid() and current.row() < count:
            self.selectionModel().setCurrentIndex(QModelIndex(), QItemSelectionModel.SelectionFlag.Clear)
        if not self._is_following:
            self._is_moving = True
            self.verticalScrollBar().setValue(max(0, self.verticalScrollBar().value() - count * ROW_HEIGHT))
            self._is_moving = False

    def _after_reset(self) -> None:
        self._set_following(True)
        self._to_end()
