"""Left: which cluster, which namespace. A dot before a context says whether the machine is connected to it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QVBoxLayout, QWidget

from app.controllers.views import ConnectionView, ContextRow, Phase
from app.settings.preferences import Preferences
from app.settings.store import PreferenceStore
from app.ui.browser.navigation_list import NavigationList
from app.ui.browser.navigation_rows import MANY, Heads, NavigationRow, RowKind, newest_first, rows_of
from app.ui.browser.place_menus import context_menu, namespace_menu
from app.ui.browser.side_search import SideSearch
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.wording import STATE_COLOURS, STATE_GLYPHS, STATE_WORDS

WIDTH = 232
_MOST_CONTEXT_ROWS = 7


class Sidebar(QWidget):
    """Reads and writes the store's favourites, recent places and production contexts. `store` None: nothing is kept.

    Signals:
        context_chosen: str, the context to look into (and to connect to with the switch).
        namespace_chosen: str, or None for all of them.
        connect_asked: str, the context to connect to.
    """

    context_chosen = Signal(str)
    namespace_chosen = Signal(object)
    connect_asked = Signal(str)

    def __init__(self, theme: Theme, *, store: PreferenceStore | None = None) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self._store = store if store is not None else PreferenceStore()
        self._connection = ConnectionView()
        self._contexts: tuple[ContextRow, ...] = ()
        self._context: str | None = None
        self._namespaces: tuple[str, ...] = ()
        self._recent_contexts: tuple[str, ...] = ()
        self._recent_namespaces: tuple[str, ...] = ()
        self._context_list = NavigationList(
            theme, tr("Contexts"), has_stars=False, spoken=self._spoken_context, tooltip=self._context_tip
        )
        self._namespace_list = NavigationList(
            theme, tr("Namespaces"), has_stars=True, spoken=_spoken_namespace, tooltip=lambda row: row.name or ""
        )
        self._context_list.delegate.glyph_of = self._context_glyph
        self._context_list.delegate.mark_of = self._context_mark
        self._context_search = SideSearch(theme, tr("Search contexts"), self._context_list)
        self._namespace_search = SideSearch(theme, tr("Search namespaces"), self._namespace_list)
        self._namespace_note = styled(QLabel(), "dim")
        self._lay_out()
        self._connect()
        self.show_contexts((), None)
        self.show_namespaces((), None)

    def focus_contexts(self) -> None:
        self._context_list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_namespaces(self) -> None:
        self._namespace_list.setFocus()

    def focus_home(self) -> QWidget | None:
        return self._namespace_list

    def focus_namespace_search(self) -> None:
        """Where there are so few that they are not searched: the list."""
        if self._namespace_search.isVisibleTo(self):
            self._namespace_search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._namespace_search.selectAll()
        else:
            self._namespace_list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_contexts(self, contexts: tuple[ContextRow, ...], chosen: str | None) -> None:
        self._contexts = contexts
        if chosen != self._context:
            self._context = chosen
            self._settle()
            if chosen is not None:
                self._store.change(recent_contexts=newest_first(chosen, self._store.value.recent_contexts))
        self._show_contexts()
        if chosen is None:
            self._context_list.choose_none()
        else:
            self._context_list.choose(chosen)

    def show_namespaces(self, names: tuple[str, ...], chosen: str | None, *, note: str = "") -> None:
        """`chosen` None is all of them. `note` stands where the names would, when there are none."""
        self._namespaces = names
        self._show_namespaces()
        if self._namespace_list.current_name() != chosen or not self._namespace_list.currentIndex().isValid():
            self._namespace_list.choose(chosen)
        self._namespace_note.setText(note)
        self._namespace_note.setVisible(bool(note))

    def choose_namespace(self, name: str | None) -> None:
        """The list is scrolled to it once, when it has come."""
        self._namespace_list.choose(name)
        self._remember_namespace(name)

    def show_connection(self, view: ConnectionView) -> None:
        self._connection = view
        self._context_list.places.tell_all()

    def toggle_favourite(self, namespace: str) -> None:
        """Favourites are kept in the order in which they became it, the newest first."""
        if self._context is None or not namespace:
            return
        kept = self._favourites()
        changed = tuple(n for n in kept if n != namespace) if namespace in kept else (namespace, *kept)
        favourites = {name: value for name, value in self._store.value.favourites.items() if name != self._context}
        self._store.change(favourites={**favourites, self._context: changed} if changed else favourites)

    def set_production(self, context: str, is_production: bool) -> None:
        marked = self._store.value.production - {context}
        self._store.change(production=marked | {context} if is_production else marked)

    def context_menu(self, name: str) -> QMenu:
        is_there = name == self._connection.context and self._connection.phase.holds_connection
        menu = context_menu(self, name, is_production=name in self._store.value.production, is_connected=is_there)
        menu.connect_asked.connect(lambda: self.connect_asked.emit(name))
        menu.production_asked.connect(lambda is_on: self.set_production(name, is_on))
        menu.copy_asked.connect(lambda: QGuiApplication.clipboard().setText(name))
        return menu

    def namespace_menu(self, name: str) -> QMenu:
        menu = namespace_menu(self, name, is_favourite=name in self._favourites())
        menu.open_asked.connect(lambda: self._pick_namespace(name))
        menu.star_asked.connect(lambda: self.toggle_favourite(name))
        menu.copy_asked.connect(lambda: QGuiApplication.clipboard().setText(name))
        return menu

    def _lay_out(self) -> None:
        self._context_list.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._namespace_note.setWordWrap(True)
        self._namespace_note.setContentsMargins(16, 4, 16, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 8)
        column.setSpacing(4)
        column.addWidget(_head(tr("CONTEXTS")))
        column.addWidget(self._context_search.framed())
        column.addWidget(self._context_list)
        column.addSpacing(12)
        column.addWidget(_head(tr("NAMESPACES")))
        column.addWidget(self._namespace_search.framed())
        column.addWidget(self._namespace_note)
        column.addWidget(self._namespace_list, 1)

    def _connect(self) -> None:
        self._context_list.chosen.connect(self._context_picked)
        self._context_list.menu_asked.connect(lambda name, place: self._pop_up(self.context_menu(name), place))
        self._context_search.textChanged.connect(self._show_contexts)
        self._namespace_list.chosen.connect(self._namespace_picked)
        self._namespace_list.star_asked.connect(self.toggle_favourite)
        self._namespace_list.menu_asked.connect(lambda name, place: self._pop_up(self.namespace_menu(name), place))
        self._namespace_search.textChanged.connect(self._show_namespaces)
        for places in (self._context_list, self._namespace_list):
            places.left.connect(self._settle)
        self._store.subscribe(self._preferences_changed)
        QShortcut(QKeySequence("N"), self, self.focus_namespace_search)

    def _pop_up(self, menu: QMenu, place: QPoint) -> None:
        menu.popup(place)

    def _show_contexts(self) -> None:
        self._context_search.show_for(len(self._contexts))
        heads = Heads(tr("RECENT"), tr("OTHERS"))
        names = [context.name for context in self._contexts]
        search = self._context_search.text() if len(names) > MANY else ""
        self._context_list.show_rows(
            rows_of(names, favourites=(), recents=self._recent_contexts, search=search, heads=heads)
        )
        self._context_list.fit_height(_MOST_CONTEXT_ROWS)

    def _show_namespaces(self) -> None:
        self._namespace_search.show_for(len(self._namespaces))
        heads = Heads(tr("RECENT"), tr("OTHERS"), tr("All namespaces"))
        search = self._namespace_search.text() if len(self._namespaces) > MANY else ""
        favourites, recents = self._favourites(), self._recent_namespaces
        self._namespace_list.show_rows(
            rows_of(self._namespaces, favourites=favourites, recents=recents, search=search, heads=heads)
        )

    def _favourites(self) -> tuple[str, ...]:
        return self._store.value.favourites.get(self._context or "", ())

    def _settle(self) -> None:
        """Rows move to where recent ones are when nobody is looking for one: not under the pointer."""
        kept = self._store.value
        contexts, namespaces = kept.recent_contexts, kept.recent_namespaces.get(self._context or "", ())
        if contexts != self._recent_contexts:
            self._recent_contexts = contexts
            self._show_contexts()
        if namespaces != self._recent_namespaces:
            self._recent_namespaces = namespaces
            self._show_namespaces()

    def _preferences_changed(self, _value: Preferences) -> None:
        self._context_list.places.tell_all()
        self._show_namespaces()

    def _context_picked(self, name: str | None) -> None:
        if name is not None:
            self.context_chosen.emit(name)

    def _namespace_picked(self, name: str | None) -> None:
        self._remember_namespace(name)
        self.namespace_chosen.emit(name)

    def _pick_namespace(self, name: str) -> None:
        self._namespace_list.choose(name)
        self._namespace_picked(name)

    def _remember_namespace(self, name: str | None) -> None:
        if self._context is None or name is None:
            return
        kept = self._store.value.recent_namespaces
        self._store.change(recent_namespaces={**kept, self._context: newest_first(name, kept.get(self._context, ()))})

    def _phase(self, name: str | None) -> Phase:
        return self._connection.phase if name == self._connection.context else Phase.DISCONNECTED

    def _context_glyph(self, row: NavigationRow) -> tuple[str, str]:
        phase = self._phase(row.name)
        return STATE_GLYPHS[phase], STATE_COLOURS[phase]

    def _context_mark(self, row: NavigationRow) -> tuple[str, str]:
        return ("production", "degraded") if row.name in self._store.value.production else ("", "")

    def _spoken_context(self, row: NavigationRow) -> str:
        if row.kind is RowKind.HEAD:
            return row.text
        state = tr(STATE_WORDS[self._phase(row.name)]).lower()
        if row.name in self._store.value.production:
            return tr("{name}, {state}, production", name=row.text, state=state)
        return tr("{name}, {state}", name=row.text, state=state)

    def _context_tip(self, row: NavigationRow) -> str:
        context = next((context for context in self._contexts if context.name == row.name), None)
        if context is None:
            return ""
        tip = tr("Cluster {cluster}, namespace {namespace}", cluster=context.cluster, namespace=context.namespace)
        lines = [context.name, tip]
        if context.name in self._store.value.production:
            lines.append(tr("Production: every change asks first."))
        return "\n".join(lines)


def _spoken_namespace(row: NavigationRow) -> str:
    return tr("{name}, favourite", name=row.text) if row.is_favourite else row.text


def _head(text: str) -> QLabel:
    label = styled(QLabel(text), "sectionHead")
    label.setContentsMargins(18, 0, 16, 0)
    return label
