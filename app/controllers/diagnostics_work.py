"""The real checks and the real bundle behind the diagnostics pages."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.checks import Check
from app.session import messages as m
from app.settings.preferences import ClusterChoices

if TYPE_CHECKING:
    from app.session.checkup import Found, PlanRepair, Tell


class SessionDiagnostician:
    """Implements `app.controllers.diagnosis.Diagnostician`. `choices`: how the user wants connections made.

    What talks to Kubernetes is imported when it is first needed, beside the event loop: it is rarely wanted, and the
    window is to be there soon.
    """

    def __init__(self, choices: Callable[[], ClusterChoices] = ClusterChoices) -> None:
        self._choices = choices

    async def check(
        self,
        context: str | None,
        kubeconfig: str | None,
        status: m.Status | None,
        tell: Tell,
        found: Found,
        plan_repair: PlanRepair | None,
    ) -> list[Check]:
        await asyncio.to_thread(importlib.import_module, "app.session.checkup")
        from app.session.checkup import check_all

        choices = self._choices()
        place = choices.manager_namespace or None
        return await check_all(
            context, kubeconfig, None, place, status, tell, found, plan_repair, exclude=choices.exclude
        )

    async def save(
        self,
        path: Path,
        context: str | None,
        kubeconfig: str | None,
        checks: tuple[Check, ...],
        snapshot: m.Snapshot | None,
    ) -> None:
        await asyncio.to_thread(importlib.import_module, "app.session.bundle_sources")
        from app.session.bundle import write_bundle
        from app.session.bundle_sources import collect

        data = await collect(context, kubeconfig, None, checks, snapshot)
        await asyncio.to_thread(write_bundle, path, data)
