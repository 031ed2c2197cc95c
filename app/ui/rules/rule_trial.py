"""Whose rule takes this request? Told for a pasted curl command or headers, with the reason for every rule."""

from __future__ import annotations

from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from app.domain.intercepts import Claim, HttpRule, PortMap
from app.domain.request_paste import parse_request
from app.domain.rule_trial import Trial, Verdict, decide, decide_with
from app.domain.sample_request import BadPaste, SampleRequest
from app.ui.rules.trial_wording import WANTED_ID, condition_lines, outcome_text, verdict_text
from app.ui.rules.wording import paste_text
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import tr, tr_count
from app.ui.widgets.fold import Fold
from app.ui.widgets.note_line import NoteLine, Tone
from app.ui.widgets.wrapped_label import WrappedLabel

MAX_VERDICTS = 8
_PASTE_HEIGHT = 84


class RuleTrial(QWidget):
    """Folded until it is wanted. Fits into 300 px."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._rule: HttpRule | None = None
        self._claims: tuple[Claim, ...] = ()
        self._own_id = ""
        self._ports: tuple[PortMap, ...] = ()
        self.paste = styled(QPlainTextEdit(), "pasteField")
        self._body = QWidget()
        self._fold = Fold(theme, tr("Try a request"), self._body)
        self.fold_button = self._fold.button
        self._outcome = NoteLine(theme, strong=True)
        self._lines = tuple(_VerdictLine(theme) for _ in range(MAX_VERDICTS))
        self._more = NoteLine(theme)
        self._lay_out()
        self.fold_button.toggled.connect(self._decide)
        self.paste.textChanged.connect(self._decide)

    @property
    def outcome(self) -> str:
        return self._outcome.text

    @property
    def reasons(self) -> tuple[str, ...]:
        """What is said about each rule, in the order in which they are tried."""
        return tuple(line.text for line in self._lines if not line.isHidden())

    @property
    def more(self) -> str:
        """How many rules are not shown."""
        return self._more.text

    def show_trial(
        self, rule: HttpRule | None, claims: tuple[Claim, ...], own_id: str, ports: tuple[PortMap, ...] = ()
    ) -> None:
        """`rule`: the one that is being written, None while it cannot be started. `claims`: everybody's on this
        workload. `ports`: the rule's; empty: all that anybody has."""
        ports = ports or tuple(dict.fromkeys(port for claim in claims for port in claim.ports))
        shown = self._rule, self._claims, self._own_id, self._ports
        if (rule, claims, own_id, ports) != shown:
            self._rule, self._claims, self._own_id, self._ports = rule, claims, own_id, ports
            self._decide()

    def set_open(self, is_open: bool) -> None:
        self._fold.set_open(is_open)

    def _lay_out(self) -> None:
        self.paste.setPlaceholderText(tr("Paste a curl command or headers"))
        self.paste.setAccessibleName(tr("A curl command or headers to try the rules with"))
        self.paste.setFixedHeight(_PASTE_HEIGHT)
        self.paste.setTabChangesFocus(True)
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(6)
        for widget in (self.paste, self._outcome, *self._lines, self._more):
            body.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._fold)

    def _decide(self) -> None:
        if not self.fold_button.isChecked():
            return
        text = self.paste.toPlainText()
        if not text.strip():
            self._show_nothing("", Tone.INFO)
            return
        try:
            request = parse_request(text)
        except BadPaste as error:
            self._show_nothing(paste_text(error), Tone.WARNING)
            return
        trial = self._trial(request)
        tone, told = outcome_text(trial, self._own_id)
        self._outcome.tell(tone, told)
        for at, line in enumerate(self._lines):
            line.show_verdict(trial.verdicts[at] if at < len(trial.verdicts) else None, self._own_id)
        left = len(trial.verdicts) - MAX_VERDICTS
        self._more.tell(Tone.INFO, tr_count(left, "{count} more rule.", "{count} more rules.") if left > 0 else "")

    def _trial(self, request: SampleRequest) -> Trial:
        """What is running already is tried as it is; what is being written, as if it had been started now."""
        if self._rule is None or self._runs_already(self._rule):
            return decide(request, self._claims)
        wanted = Claim(WANTED_ID, self._own_id, "", float("inf"), self._rule, self._ports)
        return decide_with(request, wanted, self._claims)

    def _runs_already(self, rule: HttpRule) -> bool:
        return any(claim.owner_id == self._own_id and claim.rule == rule for claim in self._claims)

    def _show_nothing(self, text: str, tone: Tone) -> None:
        self._outcome.tell(tone, text)
        for line in self._lines:
            line.show_verdict(None, self._own_id)
        self._more.tell(Tone.INFO, "")


class _VerdictLine(QWidget):
    """One rule: whose, whether it matches, and what of it does not."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._head = NoteLine(theme)
        self._conditions = styled(WrappedLabel(), "conditionText")
        self._conditions.setContentsMargins(20, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self._head)
        column.addWidget(self._conditions)
        self.hide()

    @property
    def text(self) -> str:
        return "\n".join(filter(None, (self._head.text, self._conditions.text())))

    def show_verdict(self, verdict: Verdict | None, own_id: str) -> None:
        self.setVisible(verdict is not None)
        if verdict is None:
            return
        tone, text = verdict_text(verdict, own_id)
        self._head.tell(tone, text)
        lines = "\n".join(condition_lines(verdict))
        self._conditions.tell(lines)
        self._conditions.setVisible(bool(lines))
