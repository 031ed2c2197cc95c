"""The first run's controller without a machine behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from app.controllers.first_run import FirstRunController
from app.controllers.first_run_views import FirstRunView
from app.controllers.kubeconfigs import KubeconfigLibrary
from app.controllers.scope import Scope
from app.domain.checks import Check, Verdict
from app.domain.errors import ErrorCode, KubeferryError
from app.kube.kubeconfig_sources import HeldTexts
from app.platform.helper_install import Installed, InstallPlan, Outcome
from tests.gui.first_run.views import PLAN
from tests.unit.platform.memory_keyring import MemoryKeyring


class Bench:
    """A controller on a library of its own, with a helper and an installation that do what the test says."""

    def __init__(self, scope: Scope, folder: Path) -> None:
        self.helper: KubeferryError | None = KubeferryError(ErrorCode.HELPER_NOT_RUNNING, socket="/run/x")
        self.outcome = Outcome.DONE
        self.checked: list[tuple[str, str | None]] = []
        self.test_gate = asyncio.Event()
        environ = {"HOME": str(folder)}
        self.keyring = MemoryKeyring()
        library = KubeconfigLibrary(folder / "state.json", environ, HeldTexts(self.keyring))
        self.controller = FirstRunController(
            scope, library, knock=self._knock, checks=self._check, plan=lambda: PLAN, install=self._install
        )
        self.changes = 0
        self.controller.kubeconfigs_changed.connect(self._count)

    async def until(self, holds: Callable[[FirstRunView], bool]) -> FirstRunView:
        changed = asyncio.Event()
        self.controller.changed.connect(changed.set)
        async with asyncio.timeout(5):
            while not holds(self.controller.view):
                changed.clear()
                await changed.wait()
        self.controller.changed.disconnect(changed.set)
        return self.controller.view

    def _count(self) -> None:
        self.changes += 1

    async def _knock(self) -> None:
        if self.helper is not None:
            raise self.helper

    async def _install(self, plan: InstallPlan) -> Installed:
        assert plan is PLAN
        if self.outcome is Outcome.DONE:
            self.helper = None
        return Installed(self.outcome, "said")

    async def _check(self, context: str, kubeconfig: str | None, tell: Callable[[str], None]) -> list[Check]:
        self.checked.append((context, kubeconfig))
        tell("Logging in")
        await self.test_gate.wait()
        if context == "bad":
            raise KubeferryError(ErrorCode.NO_CONTEXT)
        return [Check("login", Verdict.OK, "fine.")]
