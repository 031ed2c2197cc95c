"""The controllers of one window, and what they are made of."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.controllers.browser import BrowserController
from app.controllers.connect_planner import ConnectPlanner
from app.controllers.connect_request import connect_request
from app.controllers.connection import ConnectionController
from app.controllers.diagnosis import DiagnosisController
from app.controllers.diagnostics_work import SessionDiagnostician
from app.controllers.first_run import FirstRunController
from app.controllers.intercepts import InterceptController
from app.controllers.kube_names import KubeNames
from app.controllers.kube_reader import KubeReader
from app.controllers.kubeconfigs import KubeconfigLibrary
from app.controllers.listeners import ListenersController
from app.controllers.replay import ReplayController
from app.controllers.scope import Scope
from app.controllers.traffic import TrafficController
from app.controllers.traffic_export import ExportController
from app.controllers.updates import UpdateController
from app.domain.connect_plan import ConnectPlan
from app.domain.connection import Target
from app.session import messages as m
from app.session.client import SessionClient, watch_forever
from app.session.convert import target_from_request
from app.settings.rule_book import RuleBook
from app.settings.store import PreferenceStore


@dataclass(frozen=True)
class Controllers:
    """`sessions`: sockets that are to be closed at the end."""

    store: PreferenceStore
    rules: RuleBook
    library: KubeconfigLibrary
    connection: ConnectionController
    browser: BrowserController
    intercepts: InterceptController
    planner: ConnectPlanner
    listeners: ListenersController
    traffic: TrafficController
    replay: ReplayController
    export: ExportController
    diagnosis: DiagnosisController
    first_run: FirstRunController
    updates: UpdateController
    sessions: tuple[SessionClient, ...]

    def target(self, context: str) -> Target:
        """What connecting to `context` would ask for. Raises KubeferryError for subnets that are none."""
        return target_from_request(self.request(context, self.browser.connect_namespace(context)))

    def request(self, context: str | None, namespace: str | None) -> m.Connect:
        return connect_request(context, namespace, self.library.value(), self.store.value.cluster)


def make_controllers(scope: Scope, environ: Mapping[str, str], store: PreferenceStore, state: Path) -> Controllers:
    """`state`: the folder of this user's files."""
    library = KubeconfigLibrary(state / "kubeconfigs.json", environ)
    # A plan or a list of everybody's intercepts may take its time: what connects and disconnects does not wait for it.
    session, questions = SessionClient(), SessionClient()
    reader = KubeReader(library.environ)
    doctor = SessionDiagnostician(lambda: store.value.cluster)

    def requests(context: str, namespace: str | None) -> tuple[m.Request, ...]:
        choices = store.value.cluster
        return (*library.texts_for_session(), connect_request(context, namespace, library.value(), choices))

    return Controllers(
        store=store,
        rules=RuleBook(state / "rules.json"),
        library=library,
        connection=ConnectionController(scope, session, partial(watch_forever, session), requests),
        browser=BrowserController(scope, reader, reader),
        intercepts=InterceptController(scope, questions),
        planner=ConnectPlanner(scope, _plan_connect),
        listeners=ListenersController(scope),
        traffic=TrafficController(scope, questions, KubeNames(library.environ)),
        replay=ReplayController(scope),
        export=ExportController(scope),
        diagnosis=DiagnosisController(scope, questions, doctor, library.value),
        first_run=FirstRunController(scope, library),
        updates=UpdateController(scope, store),
        sessions=(session, questions),
    )


async def _plan_connect(target: Target) -> ConnectPlan:
    """What talks to Kubernetes is imported when it is first needed, beside the event loop."""
    await asyncio.to_thread(importlib.import_module, "app.session.connect_plan")
    from app.session.connect_plan import plan_connect

    return await plan_connect(target)
