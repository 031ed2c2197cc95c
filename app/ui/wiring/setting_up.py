"""First run and kubeconfigs: the page in place of the window's body, and files and texts that are dropped on it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.ui.composition import Controllers
from app.ui.first_run.first_run_page import FirstRunPage
from app.ui.first_run.kubeconfig_drop import KubeconfigDrop
from app.ui.first_run.kubeconfig_list import KubeconfigList
from app.ui.theme import Theme
from app.ui.window import Window


class Setup(QObject):
    """Shows the page at the first run, later when it is asked for."""

    def __init__(self, window: Window, theme: Theme, parts: Controllers) -> None:
        super().__init__(window)
        self._window, self._theme, self._parts = window, theme, parts
        self._page: FirstRunPage | None = None
        self._drop = KubeconfigDrop(window)
        self._drop.file_dropped.connect(self._dropped_file)
        self._drop.text_dropped.connect(self._dropped_text)
        parts.first_run.kubeconfigs_changed.connect(parts.browser.reload)

    @property
    def page(self) -> FirstRunPage | None:
        return self._page

    def begin(self) -> None:
        """At the start of the program."""
        if not self._parts.store.value.first_run_done:
            self.show()

    def show(self) -> None:
        if self._page is None:
            self._page = self._make()
        self._window.show_page(self._page)
        self._parts.first_run.look()

    def wire_list(self, kubeconfigs: KubeconfigList) -> None:
        """For the settings' own page of kubeconfigs."""
        first_run = self._parts.first_run
        kubeconfigs.file_chosen.connect(first_run.open_file)
        kubeconfigs.text_pasted.connect(first_run.paste)
        kubeconfigs.forget_asked.connect(first_run.forget)

    def _make(self) -> FirstRunPage:
        page, first_run = FirstRunPage(self._theme), self._parts.first_run
        page.show_state(first_run.view)
        first_run.changed.connect(page.show_state)
        page.file_chosen.connect(first_run.open_file)
        page.text_pasted.connect(first_run.paste)
        page.forget_asked.connect(first_run.forget)
        page.install_asked.connect(first_run.install_helper)
        page.test_asked.connect(first_run.test)
        page.stop_test_asked.connect(first_run.stop_test)
        page.look_asked.connect(first_run.look)
        page.finished.connect(self._finished)
        return page

    def _finished(self) -> None:
        self._parts.store.change(first_run_done=True)
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
