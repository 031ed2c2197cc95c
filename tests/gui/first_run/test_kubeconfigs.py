"""Kubeconfigs in the page: pasted, opened, dropped, and taken away again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.controllers.first_run_views import Added, FirstRunView, KubeconfigsView
from app.domain.kubeconfig_cautions import Caution, CautionKind
from app.ui.first_run import kubeconfig_words
from app.ui.first_run.first_run_page import FirstRunPage
from app.ui.first_run.kubeconfig_drop import KubeconfigDrop
from tests.gui.first_run.views import FOUND, NO_SIZE_HINTS, OWN, PASTED, READY
from tests.unit.kube.test_kubeconfig_sources import kubeconfig


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
