"""How the trial of a request reads: who gets it, and why not the others."""

from __future__ import annotations

from app.domain.intercepts import Claim, HeaderRule, MatchKind
from app.domain.rule_trial import Condition, Trial, Verdict
from app.ui.rules.wording import header_text, rule_text, shortened
from app.ui.translation import tr
from app.ui.widgets.note_line import Tone

WANTED_ID = ""
"""The intercept id of the rule that is being written."""


def outcome_text(trial: Trial, own_id: str) -> tuple[Tone, str]:
    winner = trial.winner
    if winner is None:
        tone, text = Tone.INFO, tr("Nobody's rule matches: the workload answers.")
    elif winner.claim.owner_id != own_id:
        tone, text = _others_text(winner, trial, own_id)
    elif winner.claim.rule is None:
        tone, text = Tone.FINE, tr("Your proxy takes it: no rule matches.")
    elif trial.rivals and winner.claim.intercept_id == WANTED_ID:
        owners = ", ".join(dict.fromkeys(claim.owner for claim in trial.rivals))
        tone, text = Tone.WARNING, tr("Your rule wins if you take over: {owners} has such requests now.", owners=owners)
    else:
        tone, text = Tone.FINE, tr("Your rule wins: {rule}", rule=rule_text(winner.claim.rule))
    if trial.unsure:
        tone = Tone.UNSURE
        text = tr("{outcome} Unless a rule before it matches, which cannot be told here.", outcome=_as_sentence(text))
    return tone, text


def _others_text(winner: Verdict, trial: Trial, own_id: str) -> tuple[Tone, str]:
    claim = winner.claim
    if claim.rule is None:
        return Tone.INFO, tr("{owner}'s proxy takes it: no rule matches.", owner=claim.owner)
    if any(one.claim.owner_id == own_id and one.claim.rule is not None and one.matches for one in trial.verdicts):
        return Tone.WARNING, tr("{owner}'s rule wins: it is older than yours.", owner=claim.owner)
    return Tone.INFO, tr("{owner}'s rule wins: {rule}", owner=claim.owner, rule=rule_text(claim.rule))


def verdict_text(verdict: Verdict, own_id: str) -> tuple[Tone, str]:
    whose = whose_text(verdict.claim, own_id)
    if verdict.superseded:
        return Tone.NO, tr("{whose}: somebody has the same, and is newer", whose=whose)
    if verdict.matches is None:
        return Tone.UNSURE, tr("{whose} may match", whose=whose)
    if not verdict.matches:
        return Tone.NO, tr("{whose} does not match", whose=whose)
    if verdict.claim.rule is None:
        return Tone.FINE, tr("{whose} takes what no rule takes", whose=whose)
    return Tone.FINE, tr("{whose} matches", whose=whose)


def whose_text(claim: Claim, own_id: str) -> str:
    if claim.intercept_id == WANTED_ID:
        return tr("This rule")
    if claim.owner_id == own_id:
        return tr("Your proxy") if claim.rule is None else tr("Your rule {rule}", rule=rule_text(claim.rule))
    if claim.rule is None:
        return tr("{owner}'s proxy", owner=claim.owner)
    return tr("{owner}'s rule {rule}", owner=claim.owner, rule=rule_text(claim.rule))


def condition_lines(verdict: Verdict) -> tuple[str, ...]:
    """Of what does not hold, or cannot be told."""
    return tuple(_condition_text(one) for one in verdict.conditions if not one.holds)


def _condition_text(condition: Condition) -> str:
    header = condition.header
    found = " | ".join(shortened(value) for value in condition.found)
    if header is None:
        return tr("path {found} is not {path} or below it", found=found, path=condition.path)
    if not condition.found:
        return tr("{name} is not sent", name=header.name)
    if condition.holds is None:
        return tr("whether {rule} holds cannot be told here", rule=header_text(header))
    return _difference(header, found)


def _difference(header: HeaderRule, found: str) -> str:
    values = {"name": header.name, "found": found or tr("empty"), "value": shortened(header.value) or tr("empty")}
    match header.kind:
        case MatchKind.PREFIX:
            return tr("{name} is {found}, which does not begin with {value}", **values)
        case MatchKind.REGEX:
            return tr("{name} is {found}, which does not match {value}", **values)
        case _:
            return tr("{name} is {found}, not {value}", **values)


def _as_sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
