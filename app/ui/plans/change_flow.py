"""From a click to a change: the plan is shown first, unless its kind is muted and nothing has to be agreed to.

Who tries again what failed has agreed to its plan already: it is shown again only where it has changed meanwhile, and
where a context is marked as production.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.controllers.agreed_plans import AgreedPlans
from app.controllers.connect_planner import ConnectPlanner
from app.controllers.intercept_views import Doing, InterceptRow, Key, OperationView, OutcomeView, PlanView, key_of
from app.controllers.intercepts import InterceptController
from app.controllers.views import ConnectionView, Phase
from app.controllers.words import translated
from app.domain.catalogue import Explanation
from app.domain.connect_plan import ConnectPlan
from app.domain.connection import Target
from app.domain.errors import ErrorCode, KubeferryError, Problem
from app.domain.intercepts import Wish
from app.settings.preferences import PlanKind
from app.settings.store import PreferenceStore
from app.ui.plans.connect_sections import connect_sections
from app.ui.plans.intercept_sections import TAKE_OVER, intercept_consents, intercept_sections
from app.ui.plans.plan_dialog import PlanDialog, Section
from app.ui.shell.raising import raise_window
from app.ui.theme import Theme
from app.ui.translation import tr

MakeTarget = Callable[[str], Target]
"""What connecting to a context would ask for, with the user's choices."""

RETRY_PATIENCE_MS = 400
"""A cluster that takes longer to say whether a plan is still the same is waited for in sight."""


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
        self._parent = parent
        self._theme = theme
        self._store = store
        self._intercepts = intercepts
        self._planner = planner
        self._make_target = make_target
        self._asked: dict[Key, _Asked] = {}
        self._connecting: PlanDialog | None = None
        self._connect_plan: ConnectPlan | None = None
        self._agreed = AgreedPlans()
        self._begun: dict[Key, str] = {}  # The contexts in which something was begun.
        self._retrying: str | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(RETRY_PATIENCE_MS)
        self._patience.timeout.connect(self._wait_in_sight)
        intercepts.ended.connect(self._ended)
        intercepts.planned.connect(self._planned)
        intercepts.plan_failed.connect(self._plan_failed)
        planner.planned.connect(self._connect_planned)
        planner.failed.connect(self._connect_failed)

    @property
    def dialog(self) -> PlanDialog | None:
        """The one that is open."""
        asked = (one.dialog for one in self._asked.values() if one.dialog is not None)
        return self._connecting or next(asked, None)

    def show_connection(self, view: ConnectionView) -> None:
        """What was planned for one cluster is not done in another."""
        if view.context is not None and view.phase in (Phase.CONNECTED, Phase.DEGRADED, Phase.DISCONNECTED):
            self._agreed.settle(view.context)
        for key, asked in tuple(self._asked.items()):
            if view.phase.holds_connection and view.context == asked.context:
                continue
            self._drop(key)
            self.refused.emit(key, translated(Problem(ErrorCode.NOT_CONNECTED)))

    def connect_to(self, context: str) -> None:
        if not self._is_shown(PlanKind.CONNECT, context):
            self.connect_agreed.emit(context)
            return
        if self._connecting is not None:
            self._connecting.reject()
        self._stop_retrying()
        if context in self._agreed and context not in self._store.value.production:
            self._retrying = context
            self._patience.start()
        else:
            self._show_connect(context)
        try:
            self._planner.plan(self._make_target(context))
        except KubeferryError as error:
            self._connect_failed(translated(Problem.of(error)))

    def _show_connect(self, context: str) -> PlanDialog:
        title = tr("Connect to {context}", context=context)
        dialog = self._open(title, tr("Connect"), PlanKind.CONNECT, context)
        dialog.agreed.connect(lambda _codes: self._connect_agreed(context))
        dialog.finished.connect(lambda _result: self._connect_closed(dialog))
        self._connecting = dialog
        return dialog

    def start(self, wish: Wish, context: str) -> None:
        """A proxy, or a mesh when the wish has a rule."""
        kind = PlanKind.PROXY if wish.rule is None else PlanKind.MESH
        self._drop(key_of(wish.workload))
        is_muted = not self._is_shown(kind, context)
        asked = self._asked[key_of(wish.workload)] = _Asked(wish, context, is_muted)
        is_again = _place(asked) in self._agreed and context not in self._store.value.production
        if not is_muted and not is_again:
            self._show_dialog(asked)
        self._tell_planning()
        self._intercepts.plan(wish)

    def leave(self, rows: tuple[InterceptRow, ...], context: str) -> None:
        """Ends these own intercepts: at once, but asks where the context is a production one."""
        if not rows:
            return
        if context not in self._store.value.production:
            self._leave(rows)
            return
        names = ", ".join(dict.fromkeys(row.key[2] for row in rows))
        dialog = self._open(tr("Stop intercepting {names}", names=names), tr("Stop"), PlanKind.LEAVE, context)
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
            dialog = self._open(tr("Proxy {name}", name=name), tr("Start proxy"), PlanKind.PROXY, asked.context)
        else:
            dialog = self._open(tr("Mesh {name}", name=name), tr("Start mesh"), PlanKind.MESH, asked.context)
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

    def _connect_planned(self, plan: ConnectPlan) -> None:
        retrying = self._stop_retrying()
        if retrying is not None and self._agreed.codes(retrying, plan) is not None:
            if self._connecting is not None:
                self._connecting.reject()
            self.connect_agreed.emit(retrying)
            return
        dialog = self._connecting or (self._show_connect(retrying) if retrying is not None else None)
        if dialog is None:
            return
        self._connect_plan = plan
        if plan.problem is not None:
            dialog.show_problem(translated(plan.problem))
        else:
            dialog.show_plan(connect_sections(plan))

    def _connect_failed(self, problem: Explanation) -> None:
        retrying = self._stop_retrying()
        dialog = self._connecting or (self._show_connect(retrying) if retrying is not None else None)
        if dialog is not None:
            dialog.show_problem(problem)

    def _connect_agreed(self, context: str) -> None:
        if self._connect_plan is not None:
            self._agreed.agree(context, self._connect_plan)
        self.connect_agreed.emit(context)

    def _wait_in_sight(self) -> None:
        if self._retrying is not None:
            self._show_connect(self._retrying)

    def _stop_retrying(self) -> str | None:
        """Returns the context that was to be connected to again."""
        self._patience.stop()
        retrying, self._retrying = self._retrying, None
        return retrying

    def _connect_closed(self, dialog: PlanDialog) -> None:
        if self._connecting is dialog:
            self._connecting = self._connect_plan = None
            self._stop_retrying()
            self._planner.stop()

    def _is_shown(self, kind: PlanKind, context: str) -> bool:
        chosen = self._store.value
        return context in chosen.production or kind not in chosen.muted_plans

    def _open(self, title: str, verb: str, kind: PlanKind, context: str) -> PlanDialog:
        dialog = PlanDialog(self._theme, self._parent, title, verb, mute=_MUTE_WORDS[kind]())
        if context in self._store.value.production:
            dialog.show_guard(
                tr("{context} is marked as production.", context=context),
                tr("Yes, change {context}, which is production.", context=context),
            )
        if not self._parent.isVisible():
            raise_window(self._parent.window())  # It was asked for in the tray.
        dialog.muted.connect(lambda is_muted: self._mute(kind) if is_muted else None)
        dialog.open()
        return dialog

    def _mute(self, kind: PlanKind) -> None:
        self._store.change(muted_plans=self._store.value.muted_plans | {kind})


_MUTE_WORDS: dict[PlanKind, Callable[[], str]] = {
    PlanKind.CONNECT: lambda: tr("Connect without showing this"),
    PlanKind.PROXY: lambda: tr("Start proxies without showing this"),
    PlanKind.MESH: lambda: tr("Start meshes without showing this"),
    PlanKind.LEAVE: lambda: "",
}


def _place(asked: _Asked) -> tuple[str, Key]:
    return asked.context, key_of(asked.wish.workload)


def _planning(wish: Wish) -> OperationView:
    doing = Doing.PROXY if wish.rule is None else Doing.MESH
    return OperationView(key_of(wish.workload), doing, tr("Finding out what would change"), can_cancel=False)
