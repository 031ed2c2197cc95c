"""The table itself: columns that give way, a selection that outlives a search, keys, and a place for a menu."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from app.controllers.intercept_views import Key
from app.ui.browser.workload_columns import LEAST_NAME_WIDTH, WIDTHS, Column, fit
from app.ui.browser.workload_delegate import ROW_HEIGHT, WorkloadDelegate
from app.ui.browser.workload_entry import Entry
from app.ui.browser.workload_model import WorkloadModel
from app.ui.theme import Theme
from app.ui.translation import tr

HEADER_HEIGHT = 32


class WorkloadView(QTableView):
    """Signals:
    selection_changed: tuple[Key, ...], the current one first.
    open_asked, leave_asked, copy_asked: a key was pressed for it.
    menu_asked: QPoint of the screen.
    key_typed: any key was pressed in the list.
    """

    selection_changed = Signal(object)
    open_asked = Signal()
    leave_asked = Signal()
    copy_asked = Signal()
    menu_asked = Signal(QPoint)
    key_typed = Signal()

    def __init__(self, theme: Theme, model: WorkloadModel) -> None:
        super().__init__()
        self._model = model
        self._is_one_namespace = False
        self._told: tuple[Key, ...] = ()
        self._wanted: tuple[Key, ...] = ()
        self._is_restoring = False
        self._scrolled = 0
        self.setModel(model)
        self._delegate = WorkloadDelegate(theme, model, self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(tr("Workloads"))
        self._set_up()
        self.sortByColumn(Column.NAME, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        model.rows_to_change.connect(self._keep)
        model.rows_changed.connect(self._restore)
        self.selectionModel().selectionChanged.connect(self._selected)
        self.selectionModel().currentChanged.connect(self._selected)
        # Qt repaints two cells; the edge of the current row runs through all of them.
        self.selectionModel().currentChanged.connect(lambda *_: self.viewport().update())
        self.doubleClicked.connect(lambda _index: self.open_asked.emit())

    @property
    def selected(self) -> tuple[Key, ...]:
        """Those that are shown, the current one first."""
        return tuple(entry.key for entry in self.selected_entries())

    def selected_entries(self) -> tuple[Entry, ...]:
        places = sorted(index.row() for index in self.selectionModel().selectedRows(Column.NAME))
        current = self.currentIndex().row()
        if current in places:
            places.remove(current)
            places.insert(0, current)
        return tuple(self._model.entry(place) for place in places)

    def select(self, keys: tuple[Key, ...]) -> None:
        """The first one becomes the current one, and is scrolled to; of none, nothing is selected any more."""
        self._wanted = keys
        self._choose(keys)
        self.show_current()
        self._tell()

    def show_current(self) -> None:
        """After a search: where the selection is, or where the list begins."""
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())
        else:
            self.scrollToTop()

    def show_one_namespace(self, is_one: bool) -> None:
        self._is_one_namespace = is_one
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.key_typed.emit()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.open_asked.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.leave_asked.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """From the keyboard: beside the current row."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            place = self.visualRect(self.currentIndex()).bottomLeft() + QPoint(24, 0)
            self.menu_asked.emit(self.viewport().mapToGlobal(place))
        elif self.indexAt(event.pos()).isValid():
            self.menu_asked.emit(event.globalPos())

    def _set_up(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        vertical = self.verticalHeader()
        vertical.setVisible(False)
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setFixedHeight(HEADER_HEIGHT)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(1)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumWidth(LEAST_NAME_WIDTH + 140)

    def _fit(self) -> None:
        widths = fit(self.viewport().width(), one_namespace=self._is_one_namespace)
        header = self.horizontalHeader()
        for column in Column:
            self.setColumnHidden(column, column not in widths)
            if column in widths:
                header.resizeSection(column, widths[column])
        self._delegate.shortens_kind = widths.get(Column.KIND, 0) < WIDTHS[Column.KIND]
        self._delegate.tells_namespace = not self._is_one_namespace and Column.NAMESPACE not in widths

    def _keep(self) -> None:
        self._scrolled = self.verticalScrollBar().value()
        self._is_restoring = True

    def _restore(self) -> None:
        """A row that the search took away is selected again when it comes back, unless another one was chosen."""
        if self._wanted or self.currentIndex().isValid():
            self._choose(self._wanted)
        self._is_restoring = False
        self.verticalScrollBar().setValue(self._scrolled)
        self._tell()

    def _choose(self, keys: tuple[Key, ...]) -> None:
        was_restoring, self._is_restoring = self._is_restoring, True
        selection, current = QItemSelection(), QModelIndex()
        for place in self._model.places_of(keys):
            index = self._model.index(place, 0)
            selection.select(index, self._model.index(place, self._model.columnCount() - 1))
            if self._model.entry(place).key == keys[0] or not current.isValid():
                current = index
        chosen = self.selectionModel()
        chosen.setCurrentIndex(current, QItemSelectionModel.SelectionFlag.NoUpdate)
        chosen.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._is_restoring = was_restoring

    def _selected(self) -> None:
        if not self._is_restoring:
            self._wanted = self.selected
            self._tell()

    def _tell(self) -> None:
        now = self.selected
        if now != self._told and not self._is_restoring:
            self._told = now
            self.selection_changed.emit(now)
