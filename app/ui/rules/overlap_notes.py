"""Who else wants the same requests: told while the rule is written, not when it is refused."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.intercepts import Claim, HttpRule, PortMap, conflicts
from app.ui.rules.wording import moment_text, rule_text
from app.ui.theme import Theme
from app.ui.translation import tr, tr_count
from app.ui.widgets.note_line import NoteLine, Tone

MAX_TOLD = 3


class OverlapNotes(QWidget):
    def __init__(self, theme: Theme, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._claims: tuple[Claim, ...] = ()
        self._own_id = ""
        self._ports: tuple[PortMap, ...] = ()
        self._notes = tuple(NoteLine(theme) for _ in range(MAX_TOLD + 1))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for note in self._notes:
            column.addWidget(note)
        self.hide()

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(note.text for note in self._notes if not note.isHidden())

    def show_claims(self, claims: tuple[Claim, ...], own_id: str, ports: tuple[PortMap, ...]) -> None:
        """`ports` empty: all that anybody has."""
        self._claims, self._own_id = claims, own_id
        self._ports = ports or tuple(dict.fromkeys(port for claim in claims for port in claim.ports))

    def show_rule(self, rule: HttpRule | None) -> None:
        rivals: tuple[Claim, ...] = ()
        if rule is not None:
            wanted = Claim("", self._own_id, "", 0.0, rule, self._ports)
            rivals = conflicts(wanted, self._claims)
        told = [(Tone.WARNING, self._rival_text(claim, rule)) for claim in rivals[:MAX_TOLD]]
        if len(rivals) > MAX_TOLD:
            count = len(rivals) - MAX_TOLD
            told.append((Tone.WARNING, tr_count(count, "And {count} other.", "And {count} others.")))
        elif not rivals and (proxy := self._others_proxy()) is not None and rule is not None:
            text = tr("{owner} takes what no rule takes. Your rule is tried before that.", owner=proxy.owner)
            told.append((Tone.INFO, text))
        for at, note in enumerate(self._notes):
            tone, text = told[at] if at < len(told) else (Tone.INFO, "")
            note.tell(tone, text)
        self.setVisible(bool(told))

    def _rival_text(self, claim: Claim, rule: HttpRule | None) -> str:
        values = {
            "owner": claim.owner,
            "rule": rule_text(claim.rule),
            "moment": moment_text(claim.since, self._clock()),
        }
        if claim.rule == rule:
            return tr(
                "{owner} has {rule} since {moment}: the same requests. Starting would be refused, or take over.",
                **values,
            )
        return tr(
            "{owner} has {rule} since {moment}: some of the same requests. Starting would be refused, or take over.",
            **values,
        )

    def _others_proxy(self) -> Claim | None:
        return next((claim for claim in self._claims if claim.rule is None and claim.owner_id != self._own_id), None)
