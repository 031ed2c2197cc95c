"""Left: which cluster, which namespace. A dot before a context says whether the machine is connected to it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.controllers.views import ConnectionView, ContextRow, Phase
from app.ui.browser.workload_model import Index
from app.ui.icons import draw_icon
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.wording import STATE_COLOURS, STATE_GLYPHS, STATE_WORDS

WIDTH = 232
ALL_NAMESPACES = "All namespaces"
_ROW_HEIGHT = 30
_MOST_CONTEXT_ROWS = 7
_NAME_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_PHASE_ROLE = int(Qt.ItemDataRole.UserRole) + 2
_GLYPH = 14


class Sidebar(QWidget):
    """Signals:
    context_chosen: str, the context to look into (and to connect to with the switch).
    namespace_chosen: str, or None for all of them.
    """

    context_chosen = Signal(str)
    namespace_chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self._connection = ConnectionView()
        self._is_chosen_to_be_seen = False
        self._contexts = QStandardItemModel(self)
        self._namespaces = QStandardItemModel(self)
        self._context_list = _list(theme, self._contexts, "Contexts")
        self._namespace_list = _list(theme, self._namespaces, "Namespaces")
        self._context_list.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._namespace_note = styled(QLabel(), "dim")
        self._namespace_note.setWordWrap(True)
        self._namespace_note.setContentsMargins(16, 4, 16, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 8)
        column.setSpacing(4)
        column.addWidget(_head("CONTEXTS"))
        column.addWidget(self._context_list)
        column.addSpacing(12)
        column.addWidget(_head("NAMESPACES"))
        column.addWidget(self._namespace_note)
        column.addWidget(self._namespace_list, 1)
        self._context_list.selectionModel().currentChanged.connect(self._context_picked)
        self._namespace_list.selectionModel().currentChanged.connect(self._namespace_picked)
        self.show_contexts((), None)
        self.show_namespaces((), None)

    def focus_namespaces(self) -> None:
        self._namespace_list.setFocus()

    def show_contexts(self, contexts: tuple[ContextRow, ...], chosen: str | None) -> None:
        with _quiet(self._context_list):
            self._contexts.clear()
            for context in contexts:
                item = _item(context.name, context.name)
                item.setToolTip(f"{context.name}\nCluster {context.cluster}, namespace {context.namespace}")
                self._contexts.appendRow(item)
            _select(self._context_list, self._contexts, chosen)
        rows = max(1, min(len(contexts), _MOST_CONTEXT_ROWS))
        self._context_list.setFixedHeight(rows * _ROW_HEIGHT)
        self.show_connection(self._connection)

    def show_namespaces(self, names: tuple[str, ...], chosen: str | None, *, note: str = "") -> None:
        """`chosen` None is all of them. `note` stands where the names would, when there are none."""
        with _quiet(self._namespace_list):
            self._show_names((ALL_NAMESPACES, *names))
            _select(self._namespace_list, self._namespaces, chosen)
        if self._is_chosen_to_be_seen and len(names) > 1:
            self._is_chosen_to_be_seen = False
            self._namespace_list.scrollTo(self._namespace_list.currentIndex())
        self._namespace_note.setText(note)
        self._namespace_note.setVisible(bool(note))

    def choose_namespace(self, name: str | None) -> None:
        """The list is scrolled to it once, when it has come."""
        self._is_chosen_to_be_seen = True
        with _quiet(self._namespace_list):
            _select(self._namespace_list, self._namespaces, name)
        self._namespace_list.viewport().update()

    def show_connection(self, view: ConnectionView) -> None:
        self._connection = view
        for row in range(self._contexts.rowCount()):
            item = self._contexts.item(row)
            phase = view.phase if item.data(_NAME_ROLE) == view.context else Phase.DISCONNECTED
            item.setData(phase.value, _PHASE_ROLE)
            spoken = f"{item.text()}, {STATE_WORDS[phase].lower()}"
            item.setData(spoken, int(Qt.ItemDataRole.AccessibleTextRole))

    def _show_names(self, names: tuple[str, ...]) -> None:
        """Row by row, so that the list stays where it was scrolled to. All but the first are sorted."""
        for row, name in enumerate(names):
            while row < self._namespaces.rowCount() and self._namespaces.item(row).text() < name and row:
                self._namespaces.removeRow(row)
            if row >= self._namespaces.rowCount() or self._namespaces.item(row).text() != name:
                self._namespaces.insertRow(row, _item(name, name if row else None))
        self._namespaces.setRowCount(len(names))

    def _context_picked(self, current: QModelIndex) -> None:
        if current.isValid():
            self.context_chosen.emit(current.data(_NAME_ROLE))

    def _namespace_picked(self, current: QModelIndex) -> None:
        if current.isValid():
            self.namespace_chosen.emit(current.data(_NAME_ROLE))


class _quiet:
    """What the program selects is not what the user chose: no signals meanwhile."""

    def __init__(self, view: QListView) -> None:
        self._selection = view.selectionModel()

    def __enter__(self) -> None:
        self._selection.blockSignals(True)

    def __exit__(self, *_: object) -> None:
        self._selection.blockSignals(False)


class _NavigationDelegate(QStyledItemDelegate):
    """One row: a glyph where the item has a state, the name, the selection as a rounded block."""

    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self._theme = theme
        self._view = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(WIDTH - 16, _ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        state, rect = option.state, QRectF(option.rect)
        block = rect.adjusted(8, 1, -8, -1)
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if is_selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(self._theme.colour("selection" if is_selected else "hover"))
            painter.drawRoundedRect(block, 6, 6)
        if is_selected and self._view.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.drawRoundedRect(block.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        text_rect = block.adjusted(10, 0, -8, 0)
        phase_value = index.data(_PHASE_ROLE)
        if phase_value is not None:
            phase = Phase(phase_value)
            glyph = QRectF(text_rect.left(), rect.center().y() - _GLYPH / 2, _GLYPH, _GLYPH)
            draw_icon(painter, glyph, STATE_GLYPHS[phase], self._theme.colour(STATE_COLOURS[phase]))
            text_rect.setLeft(text_rect.left() + _GLYPH + 8)
        font = painter.font()
        font.setWeight(font.Weight.DemiBold if is_selected else font.Weight.Normal)
        painter.setFont(font)
        is_all = phase_value is None and index.data(_NAME_ROLE) is None
        painter.setPen(self._theme.colour("text_dim" if is_all and not is_selected else "text"))
        text = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, int(text_rect.width()))
        painter.drawText(text_rect, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
        painter.restore()


def _list(theme: Theme, model: QStandardItemModel, name: str) -> QListView:
    view = QListView()
    view.setModel(model)
    view.setAccessibleName(name)
    view.setItemDelegate(_NavigationDelegate(theme, view))
    view.setUniformItemSizes(True)
    view.setMouseTracking(True)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    theme.changed.connect(view.viewport().update)
    return view


def _head(text: str) -> QLabel:
    label = styled(QLabel(text), "sectionHead")
    label.setContentsMargins(18, 0, 16, 0)
    return label


def _item(text: str, value: str | None) -> QStandardItem:
    item = QStandardItem(text)
    item.setData(value, _NAME_ROLE)
    return item


def _select(view: QListView, model: QStandardItemModel, value: str | None) -> None:
    for row in range(model.rowCount()):
        if model.item(row).data(_NAME_ROLE) == value:
            view.setCurrentIndex(model.index(row, 0))
            return
    view.clearSelection()
