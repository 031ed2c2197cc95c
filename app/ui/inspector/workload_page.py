"""One workload in the inspector, from top to bottom: what it is, who has its traffic, proxy, mesh with a rule."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from app.controllers.inspector_view import Mode, ModeView, Setting, WhyNot, mode_view
from app.controllers.intercept_views import Doing, InterceptRow, Key, ref_of
from app.controllers.views import Phase, WorkloadRow
from app.domain.catalogue import Explanation
from app.domain.intercepts import Claim, HttpRule, Wish
from app.platform.listeners import Listener
from app.settings.rule_book import UsedPorts
from app.ui.inspector.known import Known
from app.ui.inspector.mode_row import ModeRow
from app.ui.inspector.outcome_note import OutcomeNote
from app.ui.inspector.people import PeopleList
from app.ui.inspector.workload_head import WorkloadHead
from app.ui.ports.port_editor import PortEditor
from app.ui.rules.rule_editor import RuleEditor
from app.ui.rules.rule_trial import RuleTrial
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr
from app.ui.widgets.elided_button import ElidedButton
from app.ui.widgets.fold import Fold

_Place = tuple[str, Key]
"""A context and a workload in it: other clusters have workloads of the same names."""


class WorkloadPage(QWidget):
    """Signals: as Inspector's of the same names."""

    start_asked = Signal(object)
    leave_asked = Signal(object)
    cancel_asked = Signal(object)
    connect_asked = Signal()
    rule_forgotten = Signal(object, object)

    def __init__(self, theme: Theme, *, me: str, own_id: str) -> None:
        super().__init__()
        self.setObjectName("inspectorPage")
        self._own_id = own_id
        self._row: WorkloadRow | None = None
        self._known = Known()
        self._place: _Place = "", ("", "", "")
        self._problems: dict[_Place, Explanation] = {}
        self._drafts: dict[_Place, HttpRule] = {}
        self._claims: tuple[Claim, ...] = ()
        self.head = WorkloadHead()
        self.outcome = OutcomeNote(theme)
        self.proxy = ModeRow(theme, Mode.PROXY)
        self.mesh = ModeRow(theme, Mode.MESH)
        self._connect = styled(ElidedButton(), "primary")
        self.rule = RuleEditor(theme, me=me)
        self._add_rule = QPushButton(tr("Add this rule"))
        self.trial = RuleTrial(theme)
        self.ports = PortEditor(theme)
        self.proxy_ports = PortEditor(theme)
        self.proxy_fold = Fold(theme, tr("Ports of a proxy"), self.proxy_ports)
        self._people_head = styled(QLabel(tr("WHO HAS ITS TRAFFIC")), "sectionHead")
        self.people = PeopleList(theme)
        self._lay_out()
        self._wire()

    def show_row(self, row: WorkloadRow, known: Known) -> None:
        is_other = self._row is None or (known.place, row.key) != self._place
        if is_other:
            self._change_workload(row, known.place)
        elif self._row is not None and row.ports != self._row.ports:
            self._show_ports(row)
        self._row, self._known = row, known
        if is_other or row.claims != self._claims:
            self._claims = row.claims
            self.rule.show_claims(row.claims, self._own_id, self.ports.ports())
        self.head.show_row(row)
        self._refresh()

    def show_listeners(self, listeners: tuple[Listener, ...] | None) -> None:
        for editor in (self.ports, self.proxy_ports):
            editor.show_ports_in_use(listeners)

    def show_saved(self, rules: tuple[HttpRule, ...], mesh: UsedPorts | None, proxy: UsedPorts | None) -> None:
        """What was used for this workload before."""
        self.rule.show_saved(rules)
        for editor, used in ((self.ports, mesh), (self.proxy_ports, proxy)):
            if used is not None:
                editor.show_map(used.ports, used.only_ports)
        if rules and self._row is not None and self.rule.rule() is None and self._place not in self._drafts:
            self.rule.show_rule(rules[0])
        self._refresh()

    def keep_problem(self, key: Key, problem: Explanation | None) -> None:
        """What was done was done in the connected cluster."""
        place = self._known.connection.context or self._known.place, key
        if problem is None:
            self._problems.pop(place, None)
        else:
            self._problems[place] = problem

    def focus_rule(self) -> None:
        self.rule.focus_first()

    def focus_home(self) -> QWidget | None:
        """The switch of what is on, or being switched."""
        rows = sorted((self.mesh, self.proxy), key=lambda row: row.view.setting is Setting.OFF)
        return next((row.switch for row in rows if row.switch.isEnabled()), None)

    def _change_workload(self, row: WorkloadRow, context: str) -> None:
        draft = self.rule.rule()
        if draft is not None:
            self._drafts[self._place] = draft
        else:
            self._drafts.pop(self._place, None)
        self._place = context, row.key
        self.rule.show_saved(())
        self.rule.show_rule(self._drafts.get(self._place))
        self._show_ports(row)
        first = next((port.number for port in row.ports if port.protocol == "TCP"), None)
        self.rule.show_address(f"http://{row.name}.{row.namespace}" + (f":{first}" if first else ""))

    def _show_ports(self, row: WorkloadRow) -> None:
        self.ports.show_ports(row.ports, Mode.MESH.value)
        self.proxy_ports.show_ports(row.ports, Mode.PROXY.value)

    def _refresh(self) -> None:
        row, known = self._row, self._known
        if row is None:
            return
        intercepts, operation = known.of(row.key), known.operation_of(row.key)
        proxy = mode_view(Mode.PROXY, row, intercepts, operation, known.around)
        mesh = mode_view(Mode.MESH, row, intercepts, operation, known.around)
        self.proxy.show_view(proxy, _first(self.proxy_ports.problems()))
        self.mesh.show_view(mesh, self._rule_problem() or _first(self.ports.problems()))
        self._show_connect(proxy)
        self._add_rule.setVisible(mesh.setting in (Setting.ON, Setting.UNHEALTHY) and self._is_new_rule(mesh))
        is_leaving = operation is not None and operation.doing is Doing.LEAVE
        self.people.show_rows(intercepts, is_leaving=is_leaving)
        self._people_head.setVisible(bool(intercepts))
        self.people.setVisible(bool(intercepts))
        self.outcome.show_problem(self._problems.get(self._place) if operation is None else None)
        self.trial.show_trial(self.rule.rule(), row.claims, self._own_id, self.ports.ports())

    def _show_connect(self, view: ModeView) -> None:
        is_away = view.why_not in (WhyNot.NOT_CONNECTED, WhyNot.OTHER_CLUSTER)
        phase = self._known.connection.phase
        busy = phase.is_between or phase is Phase.RECONNECTING
        self._connect.setText(tr("Connect to {context}", context=self._known.context or ""))
        self._connect.setVisible(is_away and self._known.context is not None and not busy)

    def _rule_problem(self) -> str:
        if self.rule.rule() is not None:
            return ""
        return _first(self.rule.problems()) or tr("Give it a rule first: a header or a path.")

    def _is_new_rule(self, mesh: ModeView) -> bool:
        rule = self.rule.rule()
        return rule is not None and str(rule) not in {one.rule for one in mesh.mine}

    def _toggle(self, mode: Mode) -> None:
        if self._row is None:
            return
        mine = tuple(one for one in self._known.of(self._row.key) if one.mine and one.mode == mode.value)
        if mine:
            self.leave_asked.emit(mine)
        else:
            self._start(mode)

    def _start(self, mode: Mode) -> None:
        if self._row is None:
            return
        self._problems.pop(self._place, None)
        workload = ref_of(self._row.key)
        if mode is Mode.MESH:
            rule = self.rule.rule()
            if rule is not None:
                self.start_asked.emit(Wish(workload, rule, self.ports.ports()))
            return
        self.start_asked.emit(Wish(workload, None, self.proxy_ports.ports(), self.proxy_ports.only_ports()))

    def _cancel(self) -> None:
        if self._row is not None:
            self.cancel_asked.emit(self._row.key)

    def _forget(self, rule: HttpRule) -> None:
        if self._row is not None:
            self.rule_forgotten.emit(self._row.key, rule)

    def _ports_changed(self) -> None:
        self.rule.show_claims(self._claims, self._own_id, self.ports.ports())
        self._refresh()

    def _stop_one(self, one: InterceptRow) -> None:
        self.leave_asked.emit((one,))

    def _wire(self) -> None:
        for mode, row in ((Mode.PROXY, self.proxy), (Mode.MESH, self.mesh)):
            row.toggled.connect(lambda mode=mode: self._toggle(mode))
            row.cancel_asked.connect(self._cancel)
        self._connect.clicked.connect(self.connect_asked)
        self._add_rule.clicked.connect(lambda: self._start(Mode.MESH))
        self.rule.changed.connect(self._refresh)
        self.rule.saved_rule_removed.connect(self._forget)
        self.ports.changed.connect(self._ports_changed)
        self.proxy_ports.changed.connect(self._refresh)
        self.people.stop_asked.connect(self._stop_one)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.head)
        column.addWidget(self.outcome)
        column.addWidget(self._connect)
        column.addWidget(self._people_head)
        column.addWidget(self.people)
        column.addWidget(_line())
        column.addWidget(self.proxy)
        column.addWidget(self.proxy_fold)
        column.addWidget(_line())
        column.addWidget(self.mesh)
        column.addWidget(self.rule)
        column.addWidget(self.ports)
        column.addWidget(self._add_rule)
        column.addWidget(self.trial)
        column.addStretch(1)


def _first(texts: tuple[str, ...]) -> str:
    return texts[0] if texts else ""


def _line() -> QFrame:
    line = styled(QFrame(), "rule")
    line.setFixedHeight(1)
    return line
