"""From the wish to be connected to the agreement: the plan for a cluster, shown unless it is muted.

Who tries again what failed has agreed to its plan already: it is shown again only where it has changed meanwhile, and
where a context is marked as production.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.agreed_plans import AgreedPlans
from app.controllers.connect_planner import ConnectPlanner
from app.controllers.views import ConnectionView, Phase
from app.controllers.words import translated
from app.domain.catalogue import Explanation
from app.domain.connect_plan import ConnectPlan
from app.domain.connection import Target
from app.domain.errors import KubeferryError, Problem
from app.settings.preferences import PlanKind
from app.ui.plans.connect_sections import connect_sections
from app.ui.plans.plan_dialog import PlanDialog
from app.ui.plans.plan_opener import PlanOpener
from app.ui.translation import tr

MakeTarget = Callable[[str], Target]
"""What connecting to a context would ask for, with the user's choices."""

RETRY_PATIENCE_MS = 400
"""A cluster that takes longer to say whether a plan is still the same is waited for in sight."""


class ConnectFlow(QObject):
    """Signals:
    agreed: str, the context to connect to now.
    """

    agreed = Signal(str)

    def __init__(self, parent: QObject, opener: PlanOpener, planner: ConnectPlanner, make_target: MakeTarget) -> None:
        super().__init__(parent)
        self._opener = opener
        self._planner = planner
        self._make_target = make_target
        self._dialog: PlanDialog | None = None
        self._dialog_for = ""
        self._plan: ConnectPlan | None = None
        self._connected_to: str | None = None
        self._agreed = AgreedPlans()
        self._retrying: str | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(RETRY_PATIENCE_MS)
        self._patience.timeout.connect(self._wait_in_sight)
        planner.planned.connect(self._planned)
        planner.failed.connect(self._failed)

    @property
    def dialog(self) -> PlanDialog | None:
        """The one that is open."""
        return self._dialog

    def show_connection(self, view: ConnectionView) -> None:
        if view.context is not None and view.phase in (Phase.CONNECTED, Phase.DEGRADED, Phase.DISCONNECTED):
            self._agreed.settle(view.context)
        self._see_connected_to(view.context if view.phase.holds_connection else None)

    def _see_connected_to(self, context: str | None) -> None:
        """What has been connected meanwhile, as from a terminal, would be replaced by agreeing to a plan for it."""
        before, self._connected_to = self._connected_to, context
        if context is None or context == before:
            return
        if context == self._retrying:
            self._stop_retrying()
            self._planner.stop()
        if self._dialog is not None and context == self._dialog_for:
            self._dialog.reject()

    def connect_to(self, context: str) -> None:
        if not self._opener.is_shown(PlanKind.CONNECT, context):
            self.agreed.emit(context)
            return
        if self._dialog is not None:
            self._dialog.reject()
        self._stop_retrying()
        if context in self._agreed and not self._opener.is_production(context):
            self._retrying = context
            self._patience.start()
        else:
            self._show_dialog(context)
        try:
            self._planner.plan(self._make_target(context))
        except KubeferryError as error:
            self._failed(translated(Problem.of(error)))

    def _show_dialog(self, context: str) -> PlanDialog:
        title = tr("Connect to {context}", context=context)
        dialog = self._opener.open(title, tr("Connect"), PlanKind.CONNECT, context)
        dialog.agreed.connect(lambda _codes: self._agree(context))
        dialog.finished.connect(lambda _result: self._closed(dialog))
        self._dialog, self._dialog_for = dialog, context
        return dialog

    def _planned(self, plan: ConnectPlan) -> None:
        retrying = self._stop_retrying()
        if retrying is not None and self._agreed.codes(retrying, plan) is not None:
            if self._dialog is not None:
                self._dialog.reject()
            self.agreed.emit(retrying)
            return
        dialog = self._dialog or (self._show_dialog(retrying) if retrying is not None else None)
        if dialog is None:
            return
        self._plan = plan
        if plan.problem is not None:
            dialog.show_problem(translated(plan.problem))
        else:
            dialog.show_plan(connect_sections(plan))

    def _failed(self, problem: Explanation) -> None:
        retrying = self._stop_retrying()
        dialog = self._dialog or (self._show_dialog(retrying) if retrying is not None else None)
        if dialog is not None:
            dialog.show_problem(problem)

    def _agree(self, context: str) -> None:
        if self._plan is not None:
            self._agreed.agree(context, self._plan)
        self.agreed.emit(context)

    def _wait_in_sight(self) -> None:
        if self._retrying is not None:
            self._show_dialog(self._retrying)

    def _stop_retrying(self) -> str | None:
        """Returns the context that was to be connected to again."""
        self._patience.stop()
        retrying, self._retrying = self._retrying, None
        return retrying

    def _closed(self, dialog: PlanDialog) -> None:
        if self._dialog is dialog:
            self._dialog = self._plan = None
            self._stop_retrying()
            self._planner.stop()
