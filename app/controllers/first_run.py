"""What has to be there before the first connection: a kubeconfig, the helper, and a test of both."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.controllers.first_run_views import Added, FirstRunView, HelperState, HelperView, KubeconfigsView, TrialView
from app.controllers.kubeconfigs import KubeconfigLibrary, NotTaken
from app.controllers.scope import Scope
from app.controllers.words import translated
from app.domain.catalogue import Explanation
from app.domain.checks import Check, failed
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.platform.helper_install import Installed, InstallPlan, Outcome, plan_install, run_install

HELPER_START_S = 6.0
"""How long a helper that was just installed may take to answer."""
_LOOK_AGAIN_S = 0.3

_OF_A_CONNECTION = ("connection", "leftovers")

_STATES = {
    ErrorCode.HELPER_NOT_RUNNING: HelperState.MISSING,
    ErrorCode.HELPER_NOT_ALLOWED: HelperState.NOT_ALLOWED,
    ErrorCode.HELPER_VERSION: HelperState.OUTDATED,
}

Knock = Callable[[], Awaitable[None]]
Checks = Callable[[str, str | None, Callable[[str], None]], Awaitable[list[Check]]]


class FirstRunController(QObject):
    """`library` is used in threads only: the keyring may ask its owner to unlock it.

    Signals:
        changed: FirstRunView.
        kubeconfigs_changed: one was added or taken away; contexts are others now.
    """

    changed = Signal(object)
    kubeconfigs_changed = Signal()

    def __init__(
        self,
        scope: Scope,
        library: KubeconfigLibrary,
        *,
        knock: Knock | None = None,
        checks: Checks | None = None,
        plan: Callable[[], InstallPlan] = plan_install,
        install: Callable[[InstallPlan], Awaitable[Installed]] = run_install,
    ) -> None:
        super().__init__()
        self._scope = scope
        self._library = library
        self._knock = knock or knock_helper
        self._checks = checks or check_connection
        self._plan = plan
        self._install = install
        self._view = FirstRunView()
        self._changing = asyncio.Lock()

    @property
    def view(self) -> FirstRunView:
        return self._view

    def look(self) -> None:
        """Reads the kubeconfigs and asks the helper, again if need be.

        Why an earlier kubeconfig was not taken is told no more, and that at once: what is dropped on the window right
        after may be refused before the files are read.
        """
        self._library.ask_keyring_again()
        self._show(replace(self._view, kubeconfigs=replace(self._view.kubeconfigs, refused="")))
        self._scope.replace("first-run-sources", self._read_sources())
        self._scope.replace("first-run-helper", self._look_for_helper())

    def open_file(self, path: str) -> None:
        self._scope.start(self._add(lambda: self._library.add_file(path)))

    def paste(self, text: str) -> None:
        self._scope.start(self._add(lambda: self._library.add_text(text)))

    def forget(self, reference: str) -> None:
        """Of a source that was opened or pasted."""
        self._scope.start(self._forget(reference))

    def install_helper(self) -> None:
        """Asks for the administrator's password, unless that is going on."""
        if self._view.helper.plan.can_ask and not self._view.helper.is_installing:
            self._show_helper(replace(self._view.helper, is_installing=True, installed=None))
            self._scope.start(self._install_helper())

    def test(self, context: str) -> None:
        """Tries what a connection to `context` needs, without connecting."""
        self._scope.replace("first-run-trial", self._test(context))

    def stop_test(self) -> None:
        self._scope.stop("first-run-trial")
        self._show(replace(self._view, trial=TrialView(self._view.trial.context)))

    async def _read_sources(self) -> None:
        sources = await asyncio.to_thread(self._library.sources)
        kubeconfigs = replace(self._view.kubeconfigs, is_known=True, sources=sources)
        self._show(replace(self._view, kubeconfigs=kubeconfigs))

    async def _add(self, adding: Callable[[], Added]) -> None:
        added, refused = None, ""
        async with self._changing:
            try:
                added = await asyncio.to_thread(adding)
            except NotTaken as error:
                refused = str(error)
            sources = await asyncio.to_thread(self._library.sources)
        self._show(replace(self._view, kubeconfigs=KubeconfigsView(True, sources, added, refused)))
        if added is not None:
            self.kubeconfigs_changed.emit()

    async def _forget(self, reference: str) -> None:
        async with self._changing:
            await asyncio.to_thread(self._library.forget, reference)
            sources = await asyncio.to_thread(self._library.sources)
        self._show(replace(self._view, kubeconfigs=KubeconfigsView(True, sources)))
        self.kubeconfigs_changed.emit()

    async def _look_for_helper(self) -> None:
        plan = await asyncio.to_thread(self._plan)
        state, problem = await self._asked()
        self._show_helper(replace(self._view.helper, state=state, problem=problem, plan=plan))

    async def _asked(self) -> tuple[HelperState, Explanation | None]:
        try:
            await self._knock()
        except KubeferryError as error:
            return _STATES.get(error.code, HelperState.FAILED), translated(Problem.of(error))
        return HelperState.READY, None

    async def _install_helper(self) -> None:
        installed = await self._install(self._view.helper.plan)
        state, problem = await self._asked()
        if installed.outcome is Outcome.DONE:
            deadline = asyncio.get_running_loop().time() + HELPER_START_S
            while state is not HelperState.READY and asyncio.get_running_loop().time() < deadline:
                await asyncio.sleep(_LOOK_AGAIN_S)
                state, problem = await self._asked()
        helper = replace(self._view.helper, state=state, problem=problem, is_installing=False, installed=installed)
        self._show_helper(helper)

    async def _test(self, context: str) -> None:
        self._show(replace(self._view, trial=TrialView(context, is_running=True)))

        def tell(step: str) -> None:
            self._show(replace(self._view, trial=replace(self._view.trial, step=step)))

        try:
            checks = await self._checks(context, self._library.value(), tell)
        except KubeferryError as error:
            checks = [failed("connection", Problem.of(error))]
        self._show(replace(self._view, trial=TrialView(context, checks=tuple(checks))))

    def _show_helper(self, helper: HelperView) -> None:
        self._show(replace(self._view, helper=helper))

    def _show(self, view: FirstRunView) -> None:
        if view != self._view:
            self._view = view
            self.changed.emit(view)


async def knock_helper() -> None:
    """Raises KubeferryError when the helper does not answer, or not us."""
    from app.session.helper_link import HelperLink

    (await HelperLink.connect()).close()


async def check_connection(context: str, kubeconfig: str | None, tell: Callable[[str], None]) -> list[Check]:
    """The checks of `kubeferry doctor`, without those of what is there already."""
    from app.session.checkup import check_all

    checks = await check_all(context, kubeconfig, None, None, None, tell)
    return [check for check in checks if check.name not in _OF_A_CONNECTION]
