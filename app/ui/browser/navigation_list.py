"""A list of places: one is chosen, favourites have a star, and the program's choices are not taken for the user's."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from app.ui.browser.navigation_delegate import GLYPH_ROOM, ROW_HEIGHT, NavigationDelegate
from app.ui.browser.navigation_model import NavigationModel, Words
from app.ui.browser.navigation_rows import NavigationRow, RowKind
from app.ui.theme import Theme


class NavigationList(QListView):
    """Signals:
    chosen: str, or None for the row that means all.
    star_asked: str, it becomes a favourite, or is none any more.
    menu_asked: str and QPoint of the screen.
    left: the user turned to something else, so that rows may move.
    """

    chosen = Signal(object)
    star_asked = Signal(str)
    menu_asked = Signal(str, QPoint)
    left = Signal()

    def __init__(self, theme: Theme, name: str, *, has_stars: bool, spoken: Words, tooltip: Words) -> None:
        super().__init__()
        self._is_telling = False
        self._has_stars = has_stars
        self._chosen_name: str | None = None
        self._has_choice = False
        self._is_to_be_seen = False
        self.places = NavigationModel(self, spoken, tooltip)
        self.setModel(self.places)
        self.delegate = NavigationDelegate(theme, self, has_stars=has_stars)
        self.setItemDelegate(self.delegate)
        self.setAccessibleName(name)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        theme.changed.connect(self.viewport().update)
        self.selectionModel().currentChanged.connect(self._picked)

    def show_rows(self, rows: list[NavigationRow]) -> None:
        """The list stays where it was scrolled to."""
        scrolled = self.verticalScrollBar().value()
        self._is_telling = True
        is_other = self.places.show_rows(rows)
        self._is_telling = False
        if is_other:
            self._select()
            self.doItemsLayout()
            self.verticalScrollBar().setValue(scrolled)
        if self._is_to_be_seen and self.currentIndex().isValid() and len(rows) > 1:
            self._is_to_be_seen = False
            self.scrollTo(self.currentIndex())

    def choose(self, name: str | None) -> None:
        """By the program: no signal. It is scrolled to once, when it is there."""
        self._chosen_name, self._has_choice, self._is_to_be_seen = name, True, True
        self._select()
        if self.currentIndex().isValid() and self.places.rowCount() > 1:
            self.scrollTo(self.currentIndex())
        self.viewport().update()

    def choose_none(self) -> None:
        self._has_choice = False
        self._select()

    def fit_height(self, most_rows: int) -> None:
        self.setFixedHeight(max(1, min(self.places.rowCount(), most_rows)) * ROW_HEIGHT)

    def current_name(self) -> str | None:
        index = self.currentIndex()
        return self.places.rows[index.row()].name if index.isValid() else None

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), 3 * ROW_HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint())
        if self._is_on_star(row, event):
            self.star_asked.emit(row.name if row else "")
            return
        if event.button() is Qt.MouseButton.RightButton:
            return  # The menu is about the row under it; to choose it would be another thing.
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_star = event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        name = self.current_name()
        if is_star and self._has_stars and name is not None:
            self.star_asked.emit(name)
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = event.pos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            place = self.visualRect(self.currentIndex()).center()
        row = self._row_at(place)
        if row is not None and row.name is not None:
            self.menu_asked.emit(row.name, self.viewport().mapToGlobal(place))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self.left.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason and not self.underMouse():
            self.left.emit()

    def _row_at(self, place: QPoint) -> NavigationRow | None:
        index = self.indexAt(place)
        return self.places.rows[index.row()] if index.isValid() else None

    def _is_on_star(self, row: NavigationRow | None, event: QMouseEvent) -> bool:
        is_left = event.button() is Qt.MouseButton.LeftButton
        is_place = row is not None and row.kind is RowKind.PLACE
        return self._has_stars and is_left and is_place and event.position().x() < GLYPH_ROOM

    def _select(self) -> None:
        place = self.places.place_of(self._chosen_name) if self._has_choice else -1
        self._is_telling = True
        if place >= 0:
            self.setCurrentIndex(self.places.index(place))
        else:
            self.selectionModel().clear()
        self._is_telling = False

    def _picked(self, current: QModelIndex) -> None:
        if current.isValid() and not self._is_telling:
            self._chosen_name, self._has_choice = self.places.rows[current.row()].name, True
            self.chosen.emit(self._chosen_name)
