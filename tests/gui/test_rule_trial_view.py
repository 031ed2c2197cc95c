"""The trial says who gets a pasted request, and why not the others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.domain.intercepts import Claim, HeaderRule, HttpRule, MatchKind, PortMap
from app.ui.rules.rule_trial import MAX_VERDICTS, RuleTrial
from app.ui.theme import Theme
from tests.gui.inspector_column import shown_in_column

ME = "0" * 12
HTTP = (PortMap(9080, 8080),)
CURL = "curl -H 'x-user: alice' -H 'x-b: 1' http://reviews:9080/api/1"


def header(value: str, kind: MatchKind = MatchKind.EXACT, name: str = "x-user", path: str = "") -> HttpRule:
    return HttpRule((HeaderRule(name, kind, value),), path)


def claim(number: int, rule: HttpRule | None, owner: str) -> Claim:
    return Claim(f"{number:012x}", owner, owner if owner != ME else "me", float(number), rule, HTTP)


@pytest.fixture
def trial(theme: Theme, qtbot: QtBot) -> Iterator[RuleTrial]:
    trial = RuleTrial(theme)
    area = shown_in_column(qtbot, trial)
    trial.set_open(True)
    yield trial
    area.close()


ALICES = claim(1, header("alice"), "alice")
BESIDE = claim(2, header("1", name="x-b"), "bob")
PROXY = claim(3, None, "carol")


@pytest.mark.parametrize(
    ("rule", "claims", "outcome"),
    [
        (None, (), "Nobody's rule matches: the workload answers."),
        (header("alice"), (), "Your rule wins: x-user = alice"),
        (header("bob"), (), "Nobody's rule matches: the workload answers."),
        (header("bob"), (ALICES,), "alice's rule wins: x-user = alice"),
        (header("alice"), (BESIDE,), "bob's rule wins: it is older than yours."),
        (header("alice"), (ALICES,), "Your rule wins if you take over: alice has such requests now."),
        (header("alice"), (PROXY,), "Your rule wins: x-user = alice"),
        (None, (PROXY,), "carol's proxy takes it: no rule matches."),
        (None, (claim(1, None, ME),), "Your proxy takes it: no rule matches."),
        (header("alice"), (claim(1, header("alice"), ME), BESIDE), "Your rule wins: x-user = alice"),
        (
            header("alice"),
            (claim(1, header(r"\pL+", MatchKind.REGEX, "x-b"), "bob"),),
            "Your rule wins: x-user = alice. Unless a rule before it matches, which cannot be told here.",
        ),
    ],
)
def test_outcomes(trial: RuleTrial, rule: HttpRule | None, claims: tuple[Claim, ...], outcome: str) -> None:
    trial.paste.setPlainText(CURL)
    trial.show_trial(rule, claims, ME)
    assert trial.outcome == outcome


def test_reasons_are_told_for_every_rule(trial: RuleTrial) -> None:
    mine = HttpRule(
        (
            HeaderRule("x-user", MatchKind.PREFIX, "bo"),
            HeaderRule("x-c", MatchKind.PRESENT),
            HeaderRule("x-b", MatchKind.REGEX, "2+"),
            HeaderRule("x-user", MatchKind.EXACT, ""),
        ),
        "/apis",
    )
    own = claim(4, header("zoe"), ME)
    unknown = claim(5, header(r"\pL", MatchKind.REGEX, "x-d"), "dave")
    trial.show_trial(mine, (ALICES, claim(0, header("alice"), "eve"), PROXY, own, unknown), ME)
    trial.paste.setPlainText(f"{CURL} -H 'x-d: 1'")
    assert trial.reasons == (
        "eve's rule x-user = alice: somebody has the same, and is newer",
        "alice's rule x-user = alice matches",
        "Your rule x-user = zoe does not match\nx-user is alice, not zoe",
        "dave's rule x-d matches \\pL may match\nwhether x-d matches \\pL holds cannot be told here",
        "This rule does not match\n"
        "x-user is alice, which does not begin with bo\n"
        "x-c is not sent\n"
        "x-b is 1, which does not match 2+\n"
        "x-user is alice, not empty\n"
        "path /api/1 is not /apis or below it",
        "carol's proxy takes what no rule takes",
    )


def test_typing_decides_anew(trial: RuleTrial, qtbot: QtBot) -> None:
    trial.show_trial(header("alice"), (), ME)
    assert (trial.outcome, trial.reasons) == ("", ())
    trial.paste.setFocus()
    QTest.keyClicks(trial.paste, "curl 'x")
    assert "closing ' is missing" in trial.outcome
    assert trial.reasons == ()
    trial.paste.setPlainText("x-user: alice")
    assert trial.outcome.startswith("Your rule wins")
    trial.show_trial(header("bob"), (), ME)
    assert trial.outcome.startswith("Nobody's rule")


def test_many_rules_are_counted(trial: RuleTrial) -> None:
    claims = tuple(claim(number, header(str(number)), "bob") for number in range(MAX_VERDICTS + 2))
    trial.paste.setPlainText(CURL)
    trial.show_trial(None, claims, ME)
    assert len(trial.reasons) == MAX_VERDICTS
    assert trial.more == "2 more rules."


def test_it_is_folded_until_it_is_wanted(theme: Theme, qtbot: QtBot) -> None:
    trial = RuleTrial(theme)
    area = shown_in_column(qtbot, trial)
    assert not trial.paste.isVisible()
    trial.show_trial(header("alice"), (), ME)
    trial.paste.setPlainText(CURL)
    assert trial.outcome == "", "nothing is decided for nobody"
    QTest.mouseClick(trial.fold_button, Qt.MouseButton.LeftButton)
    assert trial.paste.isVisible()
    assert trial.outcome.startswith("Your rule wins")
    QTest.keyClick(trial.fold_button, Qt.Key.Key_Space)
    assert not trial.paste.isVisible()
    area.close()
