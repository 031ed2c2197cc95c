from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.controllers import first_run
from app.controllers.first_run import FirstRunController
from app.controllers.first_run_views import (
    Added,
    FirstRunView,
    HelperState,
    HelperView,
    KubeconfigsView,
    Source,
    SourceKind,
    TrialView,
)
from app.controllers.kubeconfigs import KubeconfigLibrary
from app.controllers.scope import Scope
from app.domain.checks import Check, Verdict
from app.domain.errors import ErrorCode, KubeferryError
from app.domain.kubeconfig_cautions import Caution, CautionKind
from app.kube.kubeconfig_sources import HeldTexts
from app.platform.helper_install import Installed, InstallPlan, Obstacle, Outcome
from app.ui.first_run import helper_step, kubeconfig_words
from app.ui.first_run.binding import bind_list, bind_page
from app.ui.first_run.first_run_page import FirstRunPage
from app.ui.first_run.kubeconfig_drop import KubeconfigDrop
from app.ui.first_run.step_card import StepState
from app.ui.settings.kubeconfig_page import KubeconfigPage
from app.ui.theme import Theme
from tests.unit.kube.test_kubeconfig_sources import kubeconfig
from tests.unit.platform.memory_keyring import MemoryKeyring

NO_SIZE_HINTS = pytest.mark.qt_log_ignore("propagateSizeHints")
"""The offscreen platform says so of every window that has a parent."""

PLAN = InstallPlan(("/x/install-helper", "--code", "/x"), "sudo /x/install-helper --code /x")
OWN = Source(SourceKind.KUBECTL, "/home/dev/.kube/config", "/home/dev/.kube/config", ("one", "two"))
PASTED = Source(SourceKind.PASTED, "@keyring/prod", "prod", ("prod",))
FOUND = KubeconfigsView(True, (OWN, PASTED))
MISSING = HelperView(HelperState.MISSING, plan=PLAN)
READY = HelperView(HelperState.READY, plan=PLAN)


@pytest.fixture
def page(theme: Theme, qtbot: QtBot) -> FirstRunPage:
    page = FirstRunPage(theme)
    qtbot.addWidget(page)
    page.resize(1024, 700)
    page.show()
    return page


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


def test_sources_can_be_taken_away(page: FirstRunPage, qtbot: QtBot) -> None:
    page.show_state(FirstRunView(FOUND, READY))
    remove = [button for button in page.kubeconfigs.findChildren(QPushButton) if button.text() == "Remove"]
    assert [button.accessibleName() for button in remove] == ["Remove Pasted: prod"]
    with qtbot.waitSignal(page.forget_asked) as asked:
        remove[0].click()
    assert asked.args == ["@keyring/prod"]
    remove[0].setFocus()
    page.show_state(FirstRunView(KubeconfigsView(True, (OWN,)), READY))
    assert page.kubeconfigs.open.hasFocus(), "the keyboard does not lose its place"


@NO_SIZE_HINTS
def test_pasting(page: FirstRunPage, qtbot: QtBot) -> None:
    page.kubeconfigs.paste.click()
    dialog = page.kubeconfigs.paste_dialog
    add = next(button for button in dialog.findChildren(QPushButton) if button.text() == "Add")
    assert not add.isEnabled()
    dialog.text.setPlainText("nonsense")
    with qtbot.waitSignal(page.text_pasted) as pasted:
        add.click()
    assert pasted.args == ["nonsense"]
    page.show_state(FirstRunView(replace(FOUND, refused="this is no kubeconfig")))
    assert dialog.isVisible()
    assert dialog.text.accessibleDescription() == "It was not taken: this is no kubeconfig."
    page.show_state(FirstRunView(replace(FOUND, added=Added(PASTED, (Caution(CautionKind.RUNS_COMMAND, "u", "aws"),)))))
    assert not dialog.isVisible()
    assert dialog.text.toPlainText() == "", "a secret does not stay in a hidden widget"


@NO_SIZE_HINTS
def test_opening_asks_without_blocking(page: FirstRunPage, qtbot: QtBot) -> None:
    page.kubeconfigs.open.click()
    dialog = page.kubeconfigs.open_dialog
    assert dialog is not None
    assert dialog.isVisible()
    dialog.reject()
    assert page.kubeconfigs.open_dialog is None


def test_what_is_to_be_known_of_a_kubeconfig() -> None:
    unkept = Added(PASTED, (Caution(CautionKind.RENAMED, "a", "a (b)"),), unkept="no keyring")
    told = kubeconfig_words.news(KubeconfigsView(True, added=unkept))
    assert told[0] == "There is a context a already; this one is called a (b) here."
    assert "gone when Kubeferry ends" in told[1]
    assert kubeconfig_words.source_line(replace(PASTED, kept=False)).endswith("in memory, until Kubeferry ends")
    assert kubeconfig_words.source_line(replace(OWN, problem="it is broken.")) == "Cannot be used: it is broken."


@pytest.mark.parametrize("what", ["files", "text", "words"])
def test_dropping(qtbot: QtBot, what: str) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    drop = KubeconfigDrop(window)
    heard: list[str] = []
    drop.file_dropped.connect(heard.append)
    drop.text_dropped.connect(heard.append)
    data = QMimeData()
    text = kubeconfig("x.example")
    if what == "files":
        data.setUrls([QUrl.fromLocalFile("/a/b.yaml"), QUrl.fromLocalFile("/c")])
    else:
        data.setText(text if what == "text" else "hello")
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(1, 1), copy, data, left, none)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted() is (what != "words")
    QApplication.sendEvent(window, QDropEvent(QPoint(1, 1), copy, data, left, none))
    assert heard == {"files": ["/a/b.yaml", "/c"], "text": [text], "words": []}[what]


class Bench:
    """A controller on a library of its own, with a helper and an installation that do what the test says."""

    def __init__(self, scope: Scope, folder: Path) -> None:
        self.helper: KubeferryError | None = KubeferryError(ErrorCode.HELPER_NOT_RUNNING, socket="/run/x")
        self.outcome = Outcome.DONE
        self.checked: list[tuple[str, str | None]] = []
        self.test_gate = asyncio.Event()
        environ = {"HOME": str(folder)}
        self.keyring = MemoryKeyring()
        library = KubeconfigLibrary(folder / "state.json", environ, HeldTexts(self.keyring))
        self.controller = FirstRunController(
            scope, library, knock=self._knock, checks=self._check, plan=lambda: PLAN, install=self._install
        )
        self.changes = 0
        self.controller.kubeconfigs_changed.connect(self._count)

    async def until(self, holds: Callable[[FirstRunView], bool]) -> FirstRunView:
        changed = asyncio.Event()
        self.controller.changed.connect(changed.set)
        async with asyncio.timeout(5):
            while not holds(self.controller.view):
                changed.clear()
                await changed.wait()
        self.controller.changed.disconnect(changed.set)
        return self.controller.view

    def _count(self) -> None:
        self.changes += 1

    async def _knock(self) -> None:
        if self.helper is not None:
            raise self.helper

    async def _install(self, plan: InstallPlan) -> Installed:
        assert plan is PLAN
        if self.outcome is Outcome.DONE:
            self.helper = None
        return Installed(self.outcome, "said")

    async def _check(self, context: str, kubeconfig: str | None, tell: Callable[[str], None]) -> list[Check]:
        self.checked.append((context, kubeconfig))
        tell("Logging in")
        await self.test_gate.wait()
        if context == "bad":
            raise KubeferryError(ErrorCode.NO_CONTEXT)
        return [Check("login", Verdict.OK, "fine.")]


@pytest.fixture
async def bench(qapp: QApplication, tmp_path: Path) -> AsyncIterator[Bench]:
    bugs: list[Exception] = []
    async with Scope(bugs.append) as scope:
        yield Bench(scope, tmp_path)
    assert bugs == []


async def test_from_nothing_to_ready(bench: Bench, tmp_path: Path) -> None:
    bench.controller.look()
    view = await bench.until(lambda view: view.is_known)
    assert (view.is_ready, view.helper.state) == (False, HelperState.MISSING)
    assert view.helper.plan is PLAN
    file = tmp_path / "lab.yaml"
    file.write_text(kubeconfig("lab.example", name="lab"))
    bench.controller.open_file(str(file))
    view = await bench.until(lambda view: bool(view.kubeconfigs.contexts))
    assert view.kubeconfigs.added is not None
    bench.controller.install_helper()
    assert bench.controller.view.helper.is_installing
    bench.controller.install_helper()
    view = await bench.until(lambda view: view.is_ready)
    assert not view.helper.is_installing
    assert bench.changes == 1


async def test_pasted_refused_and_forgotten(bench: Bench) -> None:
    bench.controller.paste("hello")
    view = await bench.until(lambda view: bool(view.kubeconfigs.refused))
    assert (view.kubeconfigs.added, bench.changes) == (None, 0)
    bench.controller.paste(kubeconfig("prod.example", name="prod"))
    view = await bench.until(lambda view: view.kubeconfigs.added is not None)
    assert "prod" in bench.keyring.kept
    (source,) = view.kubeconfigs.sources
    bench.controller.forget(source.reference)
    await bench.until(lambda view: not view.kubeconfigs.sources)
    assert (bench.keyring.kept, bench.changes) == ({}, 2)


async def test_an_installation_that_was_not_wanted(bench: Bench) -> None:
    bench.outcome = Outcome.DISMISSED
    bench.controller.look()
    await bench.until(lambda view: view.is_known)
    bench.controller.install_helper()
    view = await bench.until(lambda view: view.helper.installed is not None)
    assert (view.helper.state, view.helper.is_installing) == (HelperState.MISSING, False)


async def test_an_installed_helper_that_does_not_answer(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_run, "HELPER_START_S", 0.05)
    monkeypatch.setattr(first_run, "_LOOK_AGAIN_S", 0.01)

    async def install(plan: InstallPlan) -> Installed:
        return Installed(Outcome.DONE)

    monkeypatch.setattr(bench.controller, "_install", install)
    bench.controller.look()
    await bench.until(lambda view: view.is_known)
    bench.controller.install_helper()
    view = await bench.until(lambda view: view.helper.installed is not None)
    assert view.helper.state is HelperState.MISSING
    assert view.helper.problem is not None


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (ErrorCode.HELPER_NOT_ALLOWED, HelperState.NOT_ALLOWED),
        (ErrorCode.HELPER_VERSION, HelperState.OUTDATED),
        (ErrorCode.HELPER_FAILED, HelperState.FAILED),
    ],
)
async def test_helpers_that_do_not_serve_us(bench: Bench, code: ErrorCode, state: HelperState) -> None:
    bench.helper = KubeferryError(code)
    bench.controller.look()
    assert (await bench.until(lambda view: view.is_known)).helper.state is state


async def test_the_test_can_be_stopped_and_done_again(bench: Bench) -> None:
    bench.controller.test("one")
    view = await bench.until(lambda view: view.trial.step != "")
    assert (view.trial.is_running, view.trial.step) == (True, "Logging in")
    bench.controller.stop_test()
    assert bench.controller.view.trial == TrialView("one")
    bench.test_gate.set()
    bench.controller.test("one")
    assert (await bench.until(lambda view: bool(view.trial.checks))).trial.is_passed
    bench.controller.test("bad")
    view = await bench.until(lambda view: view.trial.context == "bad" and bool(view.trial.checks))
    assert not view.trial.is_passed


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


@NO_SIZE_HINTS
async def test_by_mouse_from_nothing_to_start(bench: Bench, theme: Theme, qtbot: QtBot) -> None:
    """Page, settings, window and controller together: paste, install, test, start."""
    page, settings, window = FirstRunPage(theme), KubeconfigPage(theme), QWidget()
    for widget in (page, settings, window):
        qtbot.addWidget(widget)
    drop = KubeconfigDrop(window)
    bind_page(bench.controller, page)
    bind_list(bench.controller, settings.list)
    drop.file_dropped.connect(bench.controller.open_file)
    drop.text_dropped.connect(bench.controller.paste)
    finished: list[bool] = []
    page.finished.connect(lambda: finished.append(True))
    page.show()
    page.again.click()
    await bench.until(lambda view: view.is_known)
    page.kubeconfigs.paste.click()
    dialog = page.kubeconfigs.paste_dialog
    dialog.text.setPlainText(kubeconfig("lab.example", name="lab"))
    next(button for button in dialog.findChildren(QPushButton) if button.text() == "Add").click()
    await bench.until(lambda view: view.kubeconfigs.contexts == ("lab",))
    assert not dialog.isVisible()
    assert page.trial.contexts.currentText() == "lab"
    assert any(button.text() == "Remove" for button in settings.findChildren(QPushButton))
    page.helper.install.click()
    await bench.until(lambda view: view.is_ready)
    bench.test_gate.set()
    page.trial.test.click()
    await bench.until(lambda view: view.trial.is_passed)
    assert page.trial.word == "lab can be reached"
    drop.text_dropped.emit("nonsense")
    await bench.until(lambda view: bool(view.kubeconfigs.refused))
    page.start.click()
    assert finished == [True]
