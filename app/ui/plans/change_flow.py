"""From a click to a change: the plan is shown first, unless its kind is muted and nothing has to be agreed to.

Who tries again what failed has agreed to its plan already: it is shown again only where it has changed meanwhile, and
where a context is marked as production.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.controllers.agreed_plans import AgreedPlans
from app.controllers.connect_planner import ConnectPlanner
from app.controllers.intercept_views import Doing, InterceptRow, Key, OperationView, OutcomeView, PlanView, key_of
from app.controllers.intercepts import InterceptController
from app.controllers.views import ConnectionView
from app.controllers.words import translated
from app.domain.catalogue import Explanation
from app.domain.errors import ErrorCode, Problem
from app.domain.intercepts import Wish
from app.settings.preferences import PlanKind
from app.settings.store import PreferenceStore
from app.ui.plans.connect_flow import ConnectFlow, MakeTarget
from app.ui.plans.intercept_sections import TAKE_OVER, intercept_consents, intercept_sections
from app.ui.plans.plan_dialog import PlanDialog, Section
from app.ui.plans.plan_opener import PlanOpener
from app.ui.theme import Theme
from app.ui.translation import tr


@dataclass
class _Asked:
    """A plan that was asked for, and is not agreed to yet. `dialog` None: it is shown only if there is something to
    agree to (`is_muted`), or something else than was agreed to before. `is_waiting`: it is not there yet."""

    wish: Wish
    context: str
    is_muted: bool
    plan: PlanView | None = None
    dialog: PlanDialog | None = None
    is_waiting: bool = True


class ChangeFlow(QObject):
    """Everything that changes a machine or a workload goes through here.

    Signals:
        connect_agreed: str, the context to connect to now.
        started: Wish, a proxy or mesh that is begun now.
        planning_changed: tuple[OperationView, ...], the plans that are being made.
        refused: Key and Explanation, there can be no plan.
    """

    connect_agreed = Signal(str)
    started = Signal(object)
    planning_changed = Signal(object)
    refused = Signal(object, object)

    def __init__(
        self,
        parent: QWidget,
        theme: Theme,
        store: PreferenceStore,
        intercepts: InterceptController,
        planner: ConnectPlanner,
        make_target: MakeTarget,
    ) -> None:
        super().__init__(parent)
        self._opener = PlanOpener(parent, theme, store)
        self._intercepts = intercepts
        self._connect = ConnectFlow(self, self._opener, planner, make_target)
        self._asked: dict[Key, _Asked] = {}
        self._agreed = AgreedPlans()
        self._begun: dict[Key, str] = {}  # The contexts in which something was begun.
        intercepts.ended.connect(self._ended)
        intercepts.planned.connect(self._planned)
        intercepts.plan_failed.connect(self._plan_failed)
        self._connect.agreed.connect(self.connect_agreed)

    @property
    def dialog(self) -> PlanDialog | None:
        """The one that is open."""
        asked = (one.dialog for one in self._asked.values() if one.dialog is not None)
        return self._connect.dialog or next(asked, None)

    def show_connection(self, view: ConnectionView) -> None:
        """What was planned for one cluster is not done in another."""
        self._connect.show_connection(view)
        for key, asked in tuple(self._asked.items()):
            if view.phase.holds_connection and view.context == asked.context:
                continue
            self._drop(key)
            self.refused.emit(key, translated(Problem(ErrorCode.NOT_CONNECTED)))

    def connect_to(self, context: str) -> None:
        self._connect.connect_to(context)

    def start(self, wish: Wish, context: str) -> None:
        """A proxy, or a mesh when the wish has a rule."""
        kind = PlanKind.PROXY if wish.rule is None else PlanKind.MESH
        self._drop(key_of(wish.workload))
        is_muted = not self._opener.is_shown(kind, context)
        asked = self._asked[key_of(wish.workload)] = _Asked(wish, context, is_muted)
        is_again = _place(asked) in self._agreed and not self._opener.is_production(context)
        if not is_muted and not is_again:
            self._show_dialog(asked)
        self._tell_planning()
        self._intercepts.plan(wish)

    def leave(self, rows: tuple[InterceptRow, ...], context: str) -> None:
        """Ends these own intercepts: at once, but asks where the context is a production one."""
        if not rows:
            return
        if not self._opener.is_production(context):
            self._leave(rows)
            return
        names = ", ".join(dict.fromkeys(row.key[2] for row in rows))
        dialog = self._opener.open(tr("Stop intercepting {names}", names=names), tr("Stop"), PlanKind.LEAVE, context)
        dialog.agreed.connect(lambda _codes: self._leave(rows))
        way = tr("Their traffic goes its normal way again.")
        pods = tr("Where nobody else is, pods are replaced by ones without the sidecar.")
        dialog.show_plan((Section(tr("The workloads"), (way, pods)),))

    def _leave(self, rows: tuple[InterceptRow, ...]) -> None:
        for key in dict.fromkeys(row.key for row in rows):
            self._drop(key)  # What was going to be started there is not wanted any more either.
            chosen = tuple(row.intercept_id for row in rows if row.key == key)
            self._intercepts.leave(key, chosen)

    def _planned(self, plan: PlanView) -> None:
        asked = self._asked.get(key_of(plan.wish.workload))
        if asked is None or plan.wish != asked.wish:
            return
        asked.is_waiting, asked.plan = False, plan
        consents = intercept_consents(plan)
        if asked.dialog is None:
            before = self._agreed.codes(_place(asked), plan)
            if before is not None or (asked.is_muted and not consents):
                self._drop(key_of(asked.wish.workload))
                self._start_agreed(asked, before or ())
                return
        self._tell_planning()
        dialog = asked.dialog or self._show_dialog(asked)
        dialog.show_plan(intercept_sections(plan), consents)

    def _plan_failed(self, key: Key, problem: Explanation) -> None:
        asked = self._asked.get(key)
        if asked is None:
            return
        if asked.dialog is not None:
            asked.is_waiting = False
            self._tell_planning()
            asked.dialog.show_problem(problem)
            return
        self._drop(key)
        self.refused.emit(key, problem)

    def _show_dialog(self, asked: _Asked) -> PlanDialog:
        wish, name = asked.wish, asked.wish.workload.name
        if wish.rule is None:
            dialog = self._opener.open(tr("Proxy {name}", name=name), tr("Start proxy"), PlanKind.PROXY, asked.context)
        else:
            dialog = self._opener.open(tr("Mesh {name}", name=name), tr("Start mesh"), PlanKind.MESH, asked.context)
        dialog.agreed.connect(lambda codes: self._start_agreed(asked, codes))
        dialog.finished.connect(lambda _result: self._closed(asked))
        asked.dialog = dialog
        return dialog

    def _start_agreed(self, asked: _Asked, codes: tuple[str, ...]) -> None:
        if asked.plan is not None:
            self._agreed.agree(_place(asked), asked.plan, codes)
        self._begun[key_of(asked.wish.workload)] = asked.context
        confirmed = tuple(code for code in codes if code != TAKE_OVER)
        self.started.emit(asked.wish)
        self._intercepts.start(asked.wish, take_over=TAKE_OVER in codes, confirmed=confirmed)

    def _ended(self, outcome: OutcomeView) -> None:
        """Only what failed is tried again."""
        if outcome.problem is None or outcome.doing is Doing.LEAVE:
            self._agreed.settle((self._begun.pop(outcome.key, ""), outcome.key))

    def _closed(self, asked: _Asked) -> None:
        key = key_of(asked.wish.workload)
        if self._asked.get(key) is asked:
            self._drop(key)

    def _drop(self, key: Key) -> None:
        asked = self._asked.pop(key, None)
        if asked is None:
            return
        self._intercepts.stop_planning(key)
        self._tell_planning()
        if asked.dialog is not None:
            asked.dialog.reject()

    def _tell_planning(self) -> None:
        waited = (one.wish for one in self._asked.values() if one.is_waiting)
        self.planning_changed.emit(tuple(_planning(wish) for wish in waited))


def _place(asked: _Asked) -> tuple[str, Key]:
    return asked.context, key_of(asked.wish.workload)


def _planning(wish: Wish) -> OperationView:
    doing = Doing.PROXY if wish.rule is None else Doing.MESH
    return OperationView(key_of(wish.workload), doing, tr("Finding out what would change"), can_cancel=False)
