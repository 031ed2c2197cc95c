"""Looks for a newer release when the user wants that, and only tells of it: nothing is fetched or changed."""

from __future__ import annotations

import asyncio
import enum
import logging
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.controllers.scope import Scope
from app.controllers.update_words import error_text
from app.controllers.words import tr
from app.platform.install_origin import Installation, installation
from app.platform.release_feed import FeedError
from app.platform.updates import Answer, check, is_forbidden
from app.settings.preferences import Preferences
from app.settings.store import PreferenceStore

log = logging.getLogger(__name__)

EVERY_S = 24 * 3600.0
AGAIN_S = 3600.0
"""After a check that failed."""

_TASK = "updates"


class UpdateState(enum.Enum):
    OFF = "off"
    CHECKING = "checking"
    NEWEST = "newest"
    NEWER = "newer"
    FAILED = "failed"


@dataclass(frozen=True)
class UpdateView:
    """`note`: why it is off or what failed. `command`: what brings it, empty where no package manager knows of us."""

    state: UpdateState = UpdateState.OFF
    note: str = ""
    version: str = ""
    page: str = ""
    notes: str = ""
    is_security: bool = False
    command: str = ""


class UpdateController(QObject):
    """Follows the store's `check_for_updates` and `update_feed` from `start` on.

    Signals:
        changed: UpdateView.
    """

    changed = Signal(object)

    def __init__(
        self,
        scope: Scope,
        store: PreferenceStore,
        *,
        check: Callable[[str], Answer] = check,
        installed: Callable[[], Installation] = installation,
        forbidden: Callable[[], bool] = is_forbidden,
        every_s: float = EVERY_S,
        again_s: float = AGAIN_S,
    ) -> None:
        super().__init__()
        self._scope = scope
        self._store = store
        self._check = check
        self._installed = installed
        self._forbidden = forbidden
        self._every_s, self._again_s = every_s, again_s
        self._view = UpdateView()
        self._wish: tuple[bool, str] | None = None

    @property
    def view(self) -> UpdateView:
        return self._view

    def start(self) -> None:
        """Once."""
        self._store.subscribe(self._follow)
        self._follow(self._store.value)

    def _follow(self, preferences: Preferences) -> None:
        wish = (preferences.check_for_updates, preferences.update_feed)
        if wish == self._wish:
            return
        self._wish = wish
        why_off = self._why_off(*wish)
        if why_off is None:
            self._scope.replace(_TASK, self._look(preferences.update_feed))
        else:
            self._scope.stop(_TASK)
            self._show(UpdateView(note=why_off))

    def _why_off(self, wanted: bool, address: str) -> str | None:
        """None: it is on."""
        if self._forbidden():
            return tr("Whoever installed Kubeferry here has switched this off (KUBEFERRY_NO_UPDATE_CHECK).")
        if wanted and not address:
            return tr("Nothing is checked: there is no address to ask. Kubeferry has none of its own yet.")
        return None if wanted else ""

    async def _look(self, address: str) -> None:
        while True:
            self._show(UpdateView(UpdateState.CHECKING))
            try:
                answer = await asyncio.to_thread(self._check, address)
            except FeedError as error:
                log.info("the check for updates gave nothing: %s", error)
                self._show(UpdateView(UpdateState.FAILED, note=error_text(error)))
                await asyncio.sleep(self._again_s)
                continue
            self._show(await self._answered(answer))
            await asyncio.sleep(self._every_s)

    async def _answered(self, answer: Answer) -> UpdateView:
        release = answer.release
        if release is None:
            return UpdateView(UpdateState.NEWEST, note=tr("This is the newest version."))
        found = await asyncio.to_thread(self._installed)
        return UpdateView(
            UpdateState.NEWER,
            version=release.version,
            page=release.page,
            notes=release.notes,
            is_security=release.security,
            command=found.command,
        )

    def _show(self, view: UpdateView) -> None:
        self._view = view
        self.changed.emit(view)
