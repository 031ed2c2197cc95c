"""The middle of the window: search, chips, count, and the table or what there is to say instead of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from app.controllers.intercept_views import InterceptRow, Key, OperationView
from app.controllers.views import WorkloadRow, WorkloadsView
from app.domain.catalogue import Explanation
from app.ui.browser.calm_order import CalmOrder
from app.ui.browser.empty_pages import Emptiness, EmptyAction, page_of
from app.ui.browser.search_bar import SearchBar
from app.ui.browser.workload_filter import WorkloadFilter
from app.ui.browser.workload_menu import Choice, WorkloadMenu, entries_of
from app.ui.browser.workload_model import WorkloadModel
from app.ui.browser.workload_view import WorkloadView
from app.ui.theme import Theme
from app.ui.translation import tr, tr_count
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.focus_home import can_have_it

_AGES_REFRESH_MS = 15_000


class WorkloadTable(QWidget):
    """Signals:
    all_namespaces_asked: the user wants to see beyond an empty namespace.
    namespace_asked: str, the user wants to see this one alone.
    reload_asked: the user wants the cluster (or the kubeconfig) to be asked again.
    selection_changed: tuple[Key, ...], the current one first; only what is shown.
    activated: Key, the user wants to see more of this one.
    proxy_asked, mesh_asked: Key.
    leave_asked: tuple[Key, ...], own intercepts of these are to end.
    """

    all_namespaces_asked = Signal()
    namespace_asked = Signal(str)
    reload_asked = Signal()
    selection_changed = Signal(object)
    activated = Signal(object)
    proxy_asked = Signal(object)
    mesh_asked = Signal(object)
    leave_asked = Signal(object)

    def __init__(self, theme: Theme, clock: Callable[[], float]) -> None:
        super().__init__()
        self.setObjectName("middle")
        self._forbidden = ""
        self._state = Emptiness()
        self._action = EmptyAction.NONE
        self._unreadable: tuple[str, ...] = ()
        self._menu: WorkloadMenu | None = None
        self.model = WorkloadModel(clock)
        self.bar = SearchBar(theme)
        self.view = WorkloadView(theme, self.model)
        self.calm_order = CalmOrder(self.view, self.model)
        self._empty = EmptyState(theme)
        self._pages = QStackedLayout()
        self._lay_out()
        self._connect()
        self._ages = QTimer(self, interval=_AGES_REFRESH_MS)
        self._ages.timeout.connect(self.model.refresh_ages)
        self._ages.start()
        self.show_scope(None)

    @property
    def empty_head(self) -> str:
        """What the page in place of the table says; empty while the table is shown."""
        return self._empty.head if self._pages.currentWidget() is self._empty else ""

    @property
    def note(self) -> str:
        """What is said beside the search: how many there are, or that they are not live."""
        return self.bar.note

    @property
    def selected(self) -> tuple[Key, ...]:
        return self.view.selected

    def search(self, text: str) -> None:
        self.bar.search(text)

    def press_empty_button(self) -> None:
        self._empty.press()

    def focus_table(self) -> None:
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_search(self) -> None:
        self.bar.focus_search()

    def focus_home(self) -> QWidget | None:
        """The table, or while there is none: the search."""
        return self.view if can_have_it(self.view) else self.bar.focus_home()

    def row_of(self, key: Key) -> WorkloadRow | None:
        """None: there is no such workload where the user looks."""
        return self.model.row_of(key)

    def select(self, key: Key | None) -> bool:
        """Shows it, also if a search or a chip hid it. Returns whether it is there."""
        if key is not None and self.row_of(key) is not None and not self.model.places_of([key]):
            self._choose(WorkloadFilter())
        self.view.select((key,) if key is not None else ())
        return key is None or self.row_of(key) is not None

    def show_scope(self, namespace: str | None) -> None:
        """Begins to show another namespace, or all of them (None); there is nothing of it yet."""
        self._state = replace(self._state, namespace=namespace, is_loaded=False, problem=None)
        self.view.show_one_namespace(namespace is not None)
        self.model.set_rows(())
        self._refresh()

    def show_workloads(self, view: WorkloadsView) -> None:
        self._unreadable = view.unreadable
        was_loaded = self._state.is_loaded
        self._state = replace(self._state, is_loaded=True, problem=view.problem)
        if was_loaded:
            self.model.update_rows(view.rows)
        else:
            self.model.set_rows(view.rows)
        self._refresh()

    def show_problem(self, problem: Explanation | None) -> None:
        """Rows that are known stay, with a note that they are not live."""
        self._state = replace(self._state, problem=problem)
        self._refresh()

    def show_contexts_known(self, has_any: bool) -> None:
        self._state = replace(self._state, has_contexts=has_any)
        self._refresh()

    def show_intercepts(self, rows: Iterable[InterceptRow]) -> None:
        """Everybody's, as far as they are known."""
        self.model.show_intercepts(rows)
        self._refresh()

    def show_operations(self, operations: Iterable[OperationView]) -> None:
        self.model.show_operations(operations)
        self._refresh()

    def show_own_id(self, owner_id: str) -> None:
        """Who "you" is in what is written at workloads: helper.cluster.api.owner_id of this laptop's client id."""
        self.model.show_own_id(owner_id)
        self._refresh()

    def show_rates(self, rates: Mapping[Key, float], tell: Callable[[float], str] | None = None) -> None:
        """Once a second: each workload's traffic in it. `tell` words a figure; without it they are bytes a second."""
        if tell is not None:
            self.model.texts.tell_rate = tell
        self.model.show_rates(rates)
        self.calm_order.rates_changed()

    def set_permissions(self, reason: str) -> None:
        """`reason`: why nothing can be intercepted here; empty when it can."""
        self._forbidden = reason
        self._refresh()

    def menu(self) -> WorkloadMenu | None:
        """For what is selected; None when nothing is."""
        entries = self.view.selected_entries()
        if not entries:
            return None
        groups = entries_of(entries, self._forbidden, one_namespace=self._state.namespace is not None)
        menu = WorkloadMenu(groups, self)
        menu.chosen.connect(self._do)
        return menu

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addLayout(self._pages, 1)
        self._pages.addWidget(self.view)
        self._pages.addWidget(self._empty)

    def _connect(self) -> None:
        self.bar.searched.connect(lambda text: self._filter(self.model.filter.searching(text)))
        self.bar.searched.connect(lambda _: self.calm_order.touch())
        self.bar.chosen.connect(lambda wanted: self._filter(replace(wanted, words=self.model.filter.words)))
        self.bar.clear_asked.connect(lambda: self._choose(WorkloadFilter()))
        self.bar.down_asked.connect(self._go_down)
        self._empty.action_asked.connect(self._empty_action)
        self.view.selection_changed.connect(self.selection_changed)
        self.view.selection_changed.connect(self._refresh)
        self.view.open_asked.connect(lambda: self._do(Choice.OPEN))
        self.view.leave_asked.connect(lambda: self._do(Choice.LEAVE))
        self.view.copy_asked.connect(lambda: self._do(Choice.COPY_NAME))
        self.view.menu_asked.connect(self._open_menu)

    def _open_menu(self, place: QPoint) -> None:
        self._menu = self.menu()
        if self._menu is not None:
            self._menu.popup(place)

    def _do(self, choice: Choice) -> None:
        entries = self.view.selected_entries()
        if not entries:
            return
        key, kind, namespace = entries[0].key, entries[0].row.kind, entries[0].row.namespace
        match choice:
            case Choice.OPEN:
                self.activated.emit(key)
            case Choice.MESH:
                self.mesh_asked.emit(key)
            case Choice.PROXY:
                self.proxy_asked.emit(key)
            case Choice.LEAVE:
                self._leave(tuple(entry.key for entry in entries if entry.cell.is_mine))
            case Choice.COPY_NAME:
                _copy(entry.row.name for entry in entries)
            case Choice.COPY_ADDRESS:
                _copy(f"{entry.row.name}.{entry.row.namespace}" for entry in entries)
            case Choice.ONLY_KIND:
                self._choose(replace(self.model.filter, kinds=frozenset((kind,))))
            case Choice.ONLY_NAMESPACE:
                self.namespace_asked.emit(namespace)

    def _leave(self, keys: tuple[Key, ...]) -> None:
        if keys and not self._forbidden:
            self.leave_asked.emit(keys)

    def _go_down(self) -> None:
        """From the search into what it found."""
        if self.model.rowCount():
            if not self.view.selected:
                self.view.select((self.model.entry(0).key,))
            self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _choose(self, wanted: WorkloadFilter) -> None:
        self.bar.show_filter(wanted)
        self._filter(wanted)

    def _filter(self, wanted: WorkloadFilter) -> None:
        if wanted != self.model.filter:
            self.model.choose(wanted)
            self.view.show_current()
        self._refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bar.fit(self.width())

    def _refresh(self) -> None:
        shown, known = self.model.rowCount(), self.model.known
        self.bar.show_note(self._note(shown, known), self._forbidden)
        if shown:
            self._pages.setCurrentWidget(self.view)
            return
        page = page_of(replace(self._state, known=known, search=self.bar.text, has_chips=self.model.filter.has_chips))
        self._action = page.action
        self._empty.tell(page.head, page.text, button=page.button, icon=page.icon)
        self._pages.setCurrentWidget(self._empty)

    def _note(self, shown: int, known: int) -> str:
        if not known:
            return ""
        if self._state.problem is not None:
            title = self._state.problem.title
            return tr("Not live: {problem}", problem=f"{title[0].lower()}{title[1:]}")
        parts = [
            tr_count(known, "{count} workload", "{count} workloads")
            if shown == known
            else tr("{shown} of {known} workloads", shown=shown, known=known)
        ]
        selected = len(self.view.selected)
        if selected > 1:
            parts.append(tr("{count} selected", count=selected))
        if self._unreadable:
            parts.append(tr("you may not see {kinds}", kinds=", ".join(f"{kind}s" for kind in self._unreadable)))
        return " · ".join(parts)

    def _empty_action(self) -> None:
        match self._action:
            case EmptyAction.SHOW_ALL:
                self._choose(WorkloadFilter())
            case EmptyAction.ALL_NAMESPACES:
                self.all_namespaces_asked.emit()
            case EmptyAction.RELOAD:
                self.reload_asked.emit()
            case EmptyAction.NONE:
                pass


def _copy(texts: Iterable[str]) -> None:
    QGuiApplication.clipboard().setText("\n".join(texts))
