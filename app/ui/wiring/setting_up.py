"""First run and kubeconfigs: the page in place of the window's body, and files and texts that are dropped on it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.controllers.first_run_views import FirstRunView
from app.ui.composition import Controllers
from app.ui.first_run.binding import bind_page
from app.ui.first_run.first_run_page import FirstRunPage
from app.ui.first_run.kubeconfig_drop import KubeconfigDrop
from app.ui.theme import Theme
from app.ui.window import Window


class Setup(QObject):
    """Shows the page at the first run, later when something that it can mend is missing, or when it is asked for."""

    def __init__(self, window: Window, theme: Theme, parts: Controllers) -> None:
        super().__init__(window)
        self._window, self._theme, self._parts = window, theme, parts
        self._page: FirstRunPage | None = None
        self._is_dismissed = False
        self._drop = KubeconfigDrop(window)
        self._drop.file_dropped.connect(self._dropped_file)
        self._drop.text_dropped.connect(self._dropped_text)
        parts.first_run.kubeconfigs_changed.connect(parts.browser.reload)
        parts.first_run.changed.connect(self._look)

    @property
    def page(self) -> FirstRunPage | None:
        return self._page

    def begin(self) -> None:
        """At the start of the program."""
        self._look(self._parts.first_run.view)
        self._parts.first_run.look()

    def _look(self, view: FirstRunView) -> None:
        was_done = self._parts.store.value.first_run_done
        if not self._window.shows_page and view.needs_page(was_done=was_done, is_dismissed=self._is_dismissed):
            self._show_page()

    def show(self) -> None:
        self._show_page()
        self._parts.first_run.look()

    def _show_page(self) -> None:
        if self._page is None:
            self._page = self._make()
        self._window.show_page(self._page)

    def _make(self) -> FirstRunPage:
        page = FirstRunPage(self._theme)
        bind_page(self._parts.first_run, page)
        page.look_asked.connect(self._parts.browser.reload)
        page.finished.connect(self._finished)
        return page

    def _finished(self) -> None:
        self._parts.store.change(first_run_done=True)
        self._is_dismissed = True
        self._parts.first_run.stop_test()
        self._window.show_page(None)
        self._parts.browser.reload()
        # The session may have been asked for before there was a helper to speak of.
        self._parts.connection.start()

    def _dropped_file(self, path: str) -> None:
        self.show()
        self._parts.first_run.open_file(path)

    def _dropped_text(self, text: str) -> None:
        self.show()
        self._parts.first_run.paste(text)
