"""The last step: is there a way into the cluster? Asked without changing anything."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton

from app.controllers.first_run_views import FirstRunView, TrialView
from app.domain.checks import Check, Verdict
from app.ui.check_words import check_name, found_text, next_step_text, step_text
from app.ui.first_run.step_card import StepCard, StepState
from app.ui.icons import icon_pixmap
from app.ui.styled import styled
from app.ui.theme import Theme
from app.ui.translation import mark, tr
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.layouts import empty_layout

_GLYPH = 16
_VERDICTS = {
    Verdict.OK: ("step-done", "connected", mark("fine")),
    Verdict.WARN: ("verdict-warn", "degraded", mark("look at it")),
    Verdict.FAIL: ("step-failed", "error", mark("in the way")),
}


class TrialStep(StepCard):
    """Signals:
    test_asked: str, the context to test.
    stop_asked: the test takes too long for the user.
    """

    test_asked = Signal(str)
    stop_asked = Signal()

    def __init__(self, theme: Theme, number: int) -> None:
        super().__init__(theme, number, tr("Test the connection"))
        self._theme = theme
        self._view = FirstRunView()
        about = styled(
            QLabel(tr("Logs in to the cluster, asks whether you may do what is needed, and changes nothing.")),
            "stepText",
        )
        about.setWordWrap(True)
        self.contexts = styled(ChoiceBox(theme, ()), "testContext")
        self.contexts.setAccessibleName(tr("Context to test"))
        self.contexts.setMinimumWidth(240)
        self.contexts.setPlaceholderText(tr("No context yet"))
        self.test = QPushButton(tr("Test"))
        self.test.clicked.connect(self._clicked)
        self._step = styled(QLabel(), "dim")
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.contexts)
        line.addWidget(self.test)
        line.addWidget(self._step, 1)
        self._checks = QFrame()
        self._grid = QGridLayout(self._checks)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(2, 1)
        self._checks.hide()
        self.add(about)
        self.add(line)
        self.add(self._checks)
        theme.changed.connect(lambda: self._show_checks(self._view.trial.checks))

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the checks found, as it is shown."""
        labels = self._checks.findChildren(QLabel, "checkFound")
        return tuple(label.text() for label in labels if label.isVisibleTo(self))

    def show_view(self, view: FirstRunView) -> None:
        before, self._view = self._view, view
        names = view.kubeconfigs.contexts
        if names != tuple(self.contexts.itemText(row) for row in range(self.contexts.count())):
            chosen = self.contexts.currentText()
            self.contexts.clear()
            self.contexts.addItems(list(names))
            self.contexts.setCurrentIndex(max(0, self.contexts.findText(chosen)))
        trial = view.trial
        self.contexts.setEnabled(bool(names) and not trial.is_running)
        self.test.setEnabled(bool(names))
        why = "" if names else tr("There is no context yet: the first step comes first.")
        self.test.setToolTip(why)
        self.test.setAccessibleDescription(why)
        self.contexts.setToolTip(why)
        self.contexts.setAccessibleDescription(why)
        self.test.setText(tr("Stop") if trial.is_running else tr("Test"))
        self._step.setText(f"{step_text(trial.step)} …" if trial.is_running and trial.step else "")
        self.show_state(*_state(trial))
        if trial.checks != before.trial.checks:
            self._show_checks(trial.checks)

    def _clicked(self) -> None:
        if self._view.trial.is_running:
            self.stop_asked.emit()
        else:
            self.test_asked.emit(self.contexts.currentText())

    def _show_checks(self, checks: tuple[Check, ...]) -> None:
        empty_layout(self._grid)
        for row, check in enumerate(checks):
            picture, colour, word = _VERDICTS[check.verdict]
            glyph = QLabel()
            glyph.setPixmap(icon_pixmap(picture, self._theme.colour(colour), _GLYPH, self.devicePixelRatioF()))
            glyph.setFixedSize(QSize(_GLYPH, _GLYPH))
            glyph.setAccessibleName(tr(word))
            name = styled(QLabel(check_name(check)), "settingName")
            found = styled(
                QLabel(" ".join(text for text in (found_text(check), next_step_text(check)) if text)), "checkFound"
            )
            found.setWordWrap(True)
            found.setTextFormat(Qt.TextFormat.PlainText)
            self._grid.addWidget(glyph, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(name, row, 1, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(found, row, 2)
        self._checks.setVisible(bool(checks))


def _state(trial: TrialView) -> tuple[StepState, str]:
    if trial.is_running:
        return StepState.WORKING, tr("Testing")
    if not trial.checks:
        return StepState.WAITING, tr("Not tested yet")
    if trial.is_passed:
        return StepState.DONE, tr("{context} can be reached", context=trial.context)
    return StepState.FAILED, tr("Something is in the way")
