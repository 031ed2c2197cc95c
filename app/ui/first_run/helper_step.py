"""The administrator's step: what the helper is, what it may do and never does, and what the password is for."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.controllers.first_run_views import HelperState, HelperView
from app.platform.helper_install import Obstacle, Outcome
from app.ui.first_run.step_card import StepCard, StepState
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import mark, tr

_OBSTACLES = {
    Obstacle.NO_PKEXEC: mark(
        "This desktop has no pkexec, which would ask for the password in a window. Run this in a terminal instead:"
    ),
    Obstacle.NO_SYSTEMD: mark(
        "There is no systemd here that could start the helper. This installs it and tells how to start it:"
    ),
    Obstacle.NO_PYTHON: mark(
        "The helper needs a Python of the system, version {version}, that only root can change. There is none, so it "
        "cannot be installed from here."
    ),
    Obstacle.NOT_LINUX: mark("The helper can be installed from here on Linux only."),
    Obstacle.PACKAGED: mark(
        "The helper came with Kubeferry's package. Start it: sudo systemctl start kubeferry-helper"
    ),
}
_OUTCOMES = {
    Outcome.DISMISSED: mark("The password was not given, so nothing was installed."),
    Outcome.NOT_AUTHORISED: mark(
        "The system did not allow it, or has nobody who could ask for the password; nothing was installed. "
        "The command below does the same in a terminal."
    ),
    Outcome.NOT_STARTED: mark("It was installed, but cannot be started from here."),
    Outcome.FAILED: mark("It was not installed."),
}
_WORDS = {
    HelperState.UNKNOWN: (StepState.WAITING, mark("Looking…")),
    HelperState.READY: (StepState.DONE, mark("Installed, and it answers")),
    HelperState.MISSING: (StepState.OPEN, mark("Not installed, or not running")),
    HelperState.NOT_ALLOWED: (StepState.OPEN, mark("Installed, but not for you")),
    HelperState.OUTDATED: (StepState.OPEN, mark("Of another version")),
    HelperState.FAILED: (StepState.FAILED, mark("It does not work")),
}


class HelperStep(StepCard):
    """Signals:
    install_asked: the user knows what it is and wants it.
    """

    install_asked = Signal()

    def __init__(self, theme: Theme, number: int) -> None:
        super().__init__(theme, number, tr("The administrator's part"))
        self._about = _paragraph(
            tr(
                "Network devices and routes can only be made with an administrator's rights. A small helper does that, "
                "and nothing else; this window and your credentials stay with you."
            )
        )
        self._rules = _rules()
        self._command_head = _paragraph("")
        self._command = styled(QLabel(), "command")
        self._command.setWordWrap(True)
        self._command.setTextFormat(Qt.TextFormat.PlainText)
        self._command.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._command.setAccessibleName(tr("Command"))
        self._said = _paragraph("")
        self._said.setObjectName("settingFault")
        self._detail = styled(QLabel(), "mono")
        self._detail.setWordWrap(True)
        self._detail.setTextFormat(Qt.TextFormat.PlainText)
        self.install = styled(QPushButton(), "primary")
        self.install.clicked.connect(self.install_asked)
        self.copy = QPushButton(tr("Copy the command"))
        self.copy.clicked.connect(self._copy)
        self._parts = (self._about, self._rules, self._command_head, self._command)
        for part in (self._about, self._rules, self._command_head, self._command, self._said, self._detail):
            self.add(part)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.install)
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        self.add(buttons)

    def show_view(self, view: HelperView) -> None:
        state, word = _WORDS[view.state]
        self.show_state(
            StepState.WORKING if view.is_installing else state, _working() if view.is_installing else tr(word)
        )
        is_ready = view.state is HelperState.READY
        is_known = view.state is not HelperState.UNKNOWN
        for part in self._parts:
            part.setVisible(is_known and not is_ready)
        self._command_head.setText(_head(view))
        shown = view.plan.shown if view.plan.obstacle else _by_pkexec(view)
        self._command.setText(shown)
        self._command.setVisible(bool(shown) and is_known and not is_ready)
        self.copy.setVisible(self._command.isVisibleTo(self))
        self.install.setVisible(view.plan.can_ask and is_known and not is_ready)
        self.install.setEnabled(not view.is_installing)
        self.install.setToolTip(_working() if view.is_installing else "")
        self.install.setText(_button(view.state))
        told, detail = _outcome(view)
        self._said.setText(told)
        self._said.setVisible(bool(told))
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))

    @property
    def shown_command(self) -> str:
        return self._command.text()

    @property
    def said(self) -> str:
        return self._said.text()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._command.text())


def _button(state: HelperState) -> str:
    if state is HelperState.OUTDATED:
        return tr("Update the helper…")
    return tr("Get access to the helper…") if state is HelperState.NOT_ALLOWED else tr("Install the helper…")


def _working() -> str:
    return tr("Waiting for the password")


def _by_pkexec(view: HelperView) -> str:
    if view.installed is not None and view.installed.outcome is Outcome.NOT_AUTHORISED:
        return view.plan.shown
    return view.plan.shown.replace("sudo ", "pkexec ", 1)


def _head(view: HelperView) -> str:
    if view.plan.obstacle is not None:
        return tr(_OBSTACLES[view.plan.obstacle], version=view.plan.python_version)
    return tr(
        "When you press the button, your desktop asks for an administrator's password, in a window of its own: "
        "Kubeferry never sees it. It is for this one command, a short script that you can read first:"
    )


def _outcome(view: HelperView) -> tuple[str, str]:
    if view.installed is None or view.state is HelperState.READY:
        return "", ""
    if view.installed.outcome is Outcome.DONE:
        problem = view.problem.what if view.problem is not None else ""
        return tr("It was installed, but does not answer yet. {problem}", problem=problem), view.installed.detail
    return tr(_OUTCOMES[view.installed.outcome]), view.installed.detail


def _rules() -> QWidget:
    may = (
        tr("make one network device for a connection, with its addresses"),
        tr("set routes to the cluster's networks, and have the cluster's names answered"),
        tr("take all of it back when the connection ends, also after a crash"),
    )
    never = (
        tr("see your kubeconfig, passwords or keys"),
        tr("run what a program tells it, or open files it is given"),
        tr("serve anybody whom no administrator allowed; you are added to the group kubeferry"),
    )
    place = QWidget()
    grid = QGridLayout(place)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(28)
    for column, (head, lines) in enumerate(((tr("It may"), may), (tr("It never may"), never))):
        texts = QVBoxLayout()
        texts.setSpacing(4)
        texts.addWidget(styled(QLabel(head), "settingName"))
        for line in lines:
            texts.addWidget(_paragraph("· " + line))
        texts.addStretch(1)
        grid.addLayout(texts, 0, column)
        grid.setColumnStretch(column, 1)
    return place


def _paragraph(text: str) -> QLabel:
    label = styled(QLabel(text), "stepText")
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
