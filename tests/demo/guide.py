"""What the tour's window stands on: where the tour is, and the commands, run beside the event loop one at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from tests.demo.place import Hands
from tests.demo.story import Step
from tests.demo.teller import carry_out
from tests.demo.truth import Truth


class Guide(QObject):
    """Signals:
    moved: the tour is at another step.
    began: str, a command that is run now.
    said: Told, what a command came to.
    settled: str, "" when the step is done, else what is missing; nothing runs any more.
    readied: the programs of a step have started, or could not be.
    """

    moved = Signal()
    began = Signal(str)
    said = Signal(object)
    settled = Signal(str)
    readied = Signal()

    def __init__(self, steps: Sequence[Step], hands: Hands) -> None:
        super().__init__()
        self.steps, self._hands = tuple(steps), hands
        self.number = 0
        self.done: set[int] = set()
        self.is_busy = False
        self.settled.connect(self._settle)
        self.readied.connect(self._settle_nothing)

    @property
    def step(self) -> Step:
        return self.steps[self.number]

    @property
    def is_last(self) -> bool:
        return self.number == len(self.steps) - 1

    @property
    def is_done(self) -> bool:
        """Is the step at hand?"""
        return self.number in self.done

    def begin(self) -> None:
        """The step's programs start, for those who do the rest by hand."""
        self.moved.emit()
        kept = [action for action in self.step.actions if action.keep]
        if kept:
            self._start(self._keep)

    def do(self) -> None:
        """All of the step's commands, and the look at what is so."""
        step = self.step
        self._start(lambda: self.settled.emit(carry_out(step, self._hands, self.said.emit, self.began.emit)))

    def look(self) -> None:
        """Is it so already? Whoever did it."""
        self._start(self._look)

    def next(self) -> None:
        if not self.is_last and not self.is_busy:
            self.number += 1
            self.begin()

    def _look(self) -> None:
        step = self.step
        missing = step.missing(Truth(self._hands))
        if not missing:
            for action in step.actions:
                if action.end:
                    self._hands.end(action.end)
        self.settled.emit(missing)

    def _keep(self) -> None:
        for action in self.step.actions:
            if action.keep and not self._hands.runs(action.keep):
                self._hands.keep(action.keep, action.argv)
        self.readied.emit()

    def _settle_nothing(self) -> None:
        self.is_busy = False

    def _start(self, work: Callable[[], None]) -> None:
        if self.is_busy:
            return
        self.is_busy = True
        # A daemon: closing the window ends the tour, whatever runs; the laptop then goes with all that is on it.
        threading.Thread(target=work, daemon=True).start()

    def _settle(self, missing: str) -> None:
        self.is_busy = False
        if not missing:
            self.done.add(self.number)
