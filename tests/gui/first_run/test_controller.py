"""The first run from nothing to a helper that answers, and by mouse through page, settings and controller together."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.controllers import first_run
from app.controllers.first_run_views import HelperState, TrialView
from app.domain.errors import ErrorCode, KubeferryError
from app.platform.helper_install import Installed, InstallPlan, Outcome
from app.ui.first_run.binding import bind_list, bind_page
from app.ui.first_run.first_run_page import FirstRunPage
from app.ui.first_run.kubeconfig_drop import KubeconfigDrop
from app.ui.settings.kubeconfig_page import KubeconfigPage
from app.ui.theme import Theme
from tests.gui.first_run.bench import Bench
from tests.gui.first_run.views import NO_SIZE_HINTS, PLAN
from tests.unit.kube.test_kubeconfig_sources import kubeconfig


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
