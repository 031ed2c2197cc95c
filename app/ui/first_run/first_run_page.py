"""The first run: three steps from nothing to a connection, each with how it stands, and none that cannot be skipped."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.controllers.first_run_views import FirstRunView
from app.ui.first_run.helper_step import HelperStep
from app.ui.first_run.kubeconfig_list import KubeconfigList
from app.ui.first_run.step_card import StepCard, StepState
from app.ui.first_run.trial_step import TrialStep
from app.ui.styled import restyle, styled
from app.ui.theme import Theme
from app.ui.translation import tr, tr_count

_WIDTH = 760


class FirstRunPage(QScrollArea):
    """In place of the window's body.

    Signals:
        file_chosen: str, the path of a kubeconfig to add.
        text_pasted: str, a kubeconfig to add.
        forget_asked: str, the reference of a source to take away.
        install_asked: install the helper; the administrator's password is asked for next.
        test_asked: str, the context to test.
        stop_test_asked: the test is not wanted any more.
        look_asked: look again at everything.
        finished: the user is done with the page, with everything in place or not.
    """

    file_chosen = Signal(str)
    text_pasted = Signal(str)
    forget_asked = Signal(str)
    install_asked = Signal()
    test_asked = Signal(str)
    stop_test_asked = Signal()
    look_asked = Signal()
    finished = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("firstRun")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.kubeconfigs = KubeconfigList(theme)
        self.sources = StepCard(theme, 1, tr("Your kubeconfig"))
        self.sources.add(self.kubeconfigs)
        self.helper = HelperStep(theme, 2)
        self.trial = TrialStep(theme, 3)
        self.skip = styled(QPushButton(tr("Skip for now")), "link")
        self.again = styled(QPushButton(tr("Look again")), "link")
        self.start = QPushButton(tr("Start"))
        self._missing = styled(QLabel(), "dim")
        self._lay_out()
        self._connect()
        self.show_state(FirstRunView())

    def show_state(self, view: FirstRunView) -> None:
        self.kubeconfigs.show_view(view.kubeconfigs)
        self.sources.show_state(*_sources_state(view))
        self.helper.show_view(view.helper)
        self.trial.show_view(view)
        self.start.setEnabled(view.is_ready)
        restyle(self.start, "primary" if view.is_ready else "")
        missing = _missing(view)
        self._missing.setText(missing)
        self.start.setToolTip(missing)
        self.start.setAccessibleDescription(missing)
        self.skip.setVisible(not view.is_ready)

    def focus_home(self) -> QWidget | None:
        return self.again

    def _lay_out(self) -> None:
        title = styled(QLabel(tr("Welcome to Kubeferry")), "firstRunTitle")
        about = styled(
            QLabel(
                tr(
                    "It brings this machine into a cluster's network, and a workload's traffic to this machine. "
                    "It needs three things."
                )
            ),
            "stepText",
        )
        about.setWordWrap(True)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.again)
        foot.addWidget(self._missing, 1)
        foot.addWidget(self.skip)
        foot.addWidget(self.start)
        column = QWidget()
        column.setMaximumWidth(_WIDTH)
        texts = QVBoxLayout(column)
        texts.setContentsMargins(24, 28, 24, 28)
        texts.setSpacing(12)
        texts.addWidget(title)
        texts.addWidget(about)
        texts.addSpacing(4)
        for card in (self.sources, self.helper, self.trial):
            texts.addWidget(card)
        texts.addLayout(foot)
        texts.addStretch(1)
        inner = styled(QWidget(), "firstRunInner")
        across = QHBoxLayout(inner)
        across.setContentsMargins(0, 0, 0, 0)
        across.addStretch(1)
        across.addWidget(column, 100)
        across.addStretch(1)
        self.setWidget(inner)

    def _connect(self) -> None:
        self.kubeconfigs.file_chosen.connect(self.file_chosen)
        self.kubeconfigs.text_pasted.connect(self.text_pasted)
        self.kubeconfigs.forget_asked.connect(self.forget_asked)
        self.helper.install_asked.connect(self.install_asked)
        self.trial.test_asked.connect(self.test_asked)
        self.trial.stop_asked.connect(self.stop_test_asked)
        self.again.clicked.connect(self.look_asked)
        self.skip.clicked.connect(self.finished)
        self.start.clicked.connect(self.finished)


def _sources_state(view: FirstRunView) -> tuple[StepState, str]:
    found = len(view.kubeconfigs.contexts)
    if not view.kubeconfigs.is_known:
        return StepState.WAITING, tr("Looking…")
    if found:
        return StepState.DONE, tr_count(found, "{count} context found", "{count} contexts found")
    if view.kubeconfigs.sources:
        return StepState.FAILED, tr("None of them can be used")
    return StepState.OPEN, tr("None found")


def _missing(view: FirstRunView) -> str:
    if view.is_ready or not view.is_known:
        return ""
    if not view.kubeconfigs.contexts:
        return tr("A kubeconfig is still missing.")
    return tr("The helper is still missing.")
