"""The page's three steps: what each shows, and what can be pressed in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.controllers.first_run_views import FirstRunView, HelperState, HelperView, KubeconfigsView, TrialView
from app.domain.checks import Check, Verdict
from app.domain.kubeconfig_cautions import CautionKind
from app.platform.helper_install import Installed, InstallPlan, Obstacle, Outcome
from app.ui.first_run import helper_step, kubeconfig_words
from app.ui.first_run.first_run_page import FirstRunPage
from app.ui.first_run.step_card import StepState
from tests.gui.first_run.views import FOUND, MISSING, PLAN, READY


def test_nothing_is_claimed_before_it_is_known(page: FirstRunPage) -> None:
    assert page.sources.state is StepState.WAITING
    assert page.helper.state is StepState.WAITING
    assert not page.helper.install.isVisible()
    assert not page.start.isEnabled()


def test_nothing_there(page: FirstRunPage, qtbot: QtBot) -> None:
    page.show_state(FirstRunView(KubeconfigsView(True), MISSING))
    assert (page.sources.state, page.sources.word) == (StepState.OPEN, "None found")
    assert page.helper.state is StepState.OPEN
    assert page.helper.shown_command == "pkexec /x/install-helper --code /x"
    assert not page.trial.test.isEnabled()
    assert "first step" in page.trial.test.toolTip()
    assert page.start.toolTip() == "A kubeconfig is still missing."
    with qtbot.waitSignal(page.finished):
        page.skip.click()


def test_all_there(page: FirstRunPage, qtbot: QtBot) -> None:
    page.show_state(FirstRunView(FOUND, READY))
    assert page.sources.word == "3 contexts found"
    assert page.helper.state is StepState.DONE
    assert not page.helper.install.isVisible()
    assert not page.skip.isVisible()
    with qtbot.waitSignal(page.finished):
        page.start.click()


def test_the_administrators_part_is_explained_before_the_button(page: FirstRunPage, qtbot: QtBot) -> None:
    page.show_state(FirstRunView(FOUND, MISSING))
    assert page.start.toolTip() == "The helper is still missing."
    page.helper.copy.click()
    assert QGuiApplication.clipboard().text() == page.helper.shown_command
    with qtbot.waitSignal(page.install_asked):
        page.helper.install.click()
    page.show_state(FirstRunView(FOUND, replace(MISSING, is_installing=True)))
    assert (page.helper.state, page.helper.word) == (StepState.WORKING, "Waiting for the password")
    assert not page.helper.install.isEnabled()


@pytest.mark.parametrize("obstacle", Obstacle)
def test_where_it_cannot_be_asked_for(page: FirstRunPage, obstacle: Obstacle) -> None:
    has_command = obstacle in (Obstacle.NO_PKEXEC, Obstacle.NO_SYSTEMD)
    plan = replace(PLAN, obstacle=obstacle) if has_command else InstallPlan(obstacle=obstacle)
    page.show_state(FirstRunView(FOUND, HelperView(HelperState.MISSING, plan=plan)))
    assert not page.helper.install.isVisible()
    assert page.helper.shown_command == (PLAN.shown if has_command else "")
    assert page.helper.copy.isVisible() is has_command


def test_outcomes_are_told(page: FirstRunPage) -> None:
    for outcome in Outcome:
        page.show_state(FirstRunView(FOUND, replace(MISSING, installed=Installed(outcome, "what it said"))))
        assert page.helper.said
    page.show_state(FirstRunView(FOUND, replace(MISSING, installed=Installed(Outcome.NOT_AUTHORISED))))
    assert page.helper.shown_command.startswith("sudo "), "where pkexec could not ask, a terminal can"


def test_every_word_is_there() -> None:
    assert set(helper_step._OBSTACLES) == set(Obstacle)
    assert set(helper_step._OUTCOMES) == set(Outcome) - {Outcome.DONE}
    assert set(helper_step._WORDS) == set(HelperState)
    assert set(kubeconfig_words.CAUTIONS) == set(CautionKind)


def test_test(page: FirstRunPage, qtbot: QtBot) -> None:
    page.show_state(FirstRunView(FOUND, READY))
    page.trial.contexts.setCurrentText("two")
    with qtbot.waitSignal(page.test_asked) as asked:
        page.trial.test.click()
    assert asked.args == ["two"]
    page.show_state(FirstRunView(FOUND, READY, TrialView("two", is_running=True, step="Logging in")))
    assert page.trial.contexts.currentText() == "two"
    with qtbot.waitSignal(page.stop_test_asked):
        page.trial.test.click()
    checks = (Check("login", Verdict.OK, "credentials are there."), Check("rights", Verdict.FAIL, "no.", "Ask."))
    page.show_state(FirstRunView(FOUND, READY, TrialView("two", checks=checks)))
    assert page.trial.sentences == ("Credentials are there.", "No. Ask.")
    assert page.trial.state is StepState.FAILED
    page.show_state(FirstRunView(FOUND, READY, TrialView("two", checks=checks[:1])))
    assert (page.trial.state, page.trial.word) == (StepState.DONE, "two can be reached")


@pytest.mark.parametrize(
    ("view", "was_done", "is_dismissed", "needed"),
    [
        (FirstRunView(), False, False, True),
        (FirstRunView(), True, False, False),
        (FirstRunView(FOUND, READY), False, False, True),
        (FirstRunView(FOUND, READY), True, False, False),
        (FirstRunView(FOUND, MISSING), True, False, True),
        (FirstRunView(KubeconfigsView(True), READY), True, False, True),
        (FirstRunView(FOUND, MISSING), False, True, False),
    ],
)
def test_when_the_page_is_needed(view: FirstRunView, was_done: bool, is_dismissed: bool, needed: bool) -> None:
    assert view.needs_page(was_done=was_done, is_dismissed=is_dismissed) is needed
