"""Finds what holds up Qt's event loop.

Machines that run tests are busy, so time on the wall says little. What counts between two beats of the loop is the
time that its thread has run, and the time that it slept elsewhere than in the loop: both are ours. Waiting for a
processor is not.
"""

from __future__ import annotations

import contextlib
import faulthandler
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TextIO

from PySide6.QtCore import QCoreApplication, QTimer

LIMIT_S = 0.05
_BEAT_MS = 2
_SAMPLE_S = 0.01
_PASSES = 3
_DEPTH = 8
_WAITING = frozenset({"exec", "wait", "waitUntil", "processEvents", "_run_loop"})
"""Functions that sleep in the event loop itself, which is what a loop is for."""
_ASLEEP = frozenset("SD")
"""States of a thread in proc_pid_stat(5): sleeping, and waiting for a disk."""


class LoopWatchdog:
    """Belongs to the thread of the event loop, which makes it."""

    def __init__(self) -> None:
        self._clock = time.pthread_getcpuclockid(threading.get_ident())
        self._thread = threading.get_ident()
        self._stat = Path(f"/proc/self/task/{threading.get_native_id()}/stat")
        self._timer = QTimer()
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._beaten = self._cpu()
        self._slept = 0.0
        self._stack = ""
        self._worst = (0.0, "")
        self._ending = threading.Event()
        self._is_watching = False
        self._sampler = threading.Thread(target=self._sample, name="loop watchdog", daemon=True)
        self._sampler.start()

    @property
    def worst_s(self) -> float:
        """The longest that the loop was held up in the last `watching`."""
        return self._worst[0]

    @contextlib.contextmanager
    def watching(self, what: str, limit_s: float = LIMIT_S) -> Iterator[None]:
        """What is done in the block counts, and what it leaves for the loop to do right after."""
        with self._watch():
            yield
        self._judge(what, limit_s, self._worst)

    def best_of(self, what: str, actions: Iterable[Callable[[], object]], limit_s: float = LIMIT_S) -> None:
        """Each of `actions` does the same; the quickest counts, because a collector of garbage comes by at times."""
        seen = []
        for action in actions:
            with self._watch():
                action()
            seen.append(self._worst)
        self._judge(what, limit_s, min(seen))

    @staticmethod
    def _judge(what: str, limit_s: float, worst: tuple[float, str]) -> None:
        held, stack = worst
        assert held <= limit_s, f"{what} held up the event loop for {held * 1000:.0f} ms, at:\n{stack}"

    @contextlib.contextmanager
    def _watch(self) -> Iterator[None]:
        QCoreApplication.processEvents()
        self._worst = (0.0, "")
        self._mark()
        self._timer.start()
        self._is_watching = True
        try:
            yield
            self._run_loop()
        finally:
            self._is_watching = False
            self._timer.stop()

    def stop(self) -> None:
        self._timer.stop()
        self._ending.set()
        self._sampler.join()

    def _run_loop(self) -> None:
        """Until what was asked of it is done, and paid for: layouts ask for more when they are done."""
        self._beat()
        for _ in range(_PASSES):
            QCoreApplication.processEvents()
            self._beat()

    def _cpu(self) -> float:
        return time.clock_gettime(self._clock)

    def _mark(self) -> None:
        self._beaten, self._slept, self._stack = self._cpu(), 0.0, ""

    def _beat(self) -> None:
        held = self._cpu() - self._beaten + self._slept
        if held > self._worst[0]:
            self._worst = held, self._stack or "(too short to have been seen)"
        self._mark()

    def _sample(self) -> None:
        with tempfile.TemporaryFile("w+") as dump:
            while not self._ending.wait(_SAMPLE_S):
                if self._is_watching:
                    self._look(self._gui_stack(dump))

    def _look(self, stack: str) -> None:
        inmost = stack.partition("\n")[0].rpartition(" in ")[2]
        if inmost not in _WAITING and self._state() in _ASLEEP:
            self._slept += _SAMPLE_S
        if self._cpu() - self._beaten + self._slept > LIMIT_S / 2:
            self._stack = stack

    def _gui_stack(self, dump: TextIO) -> str:
        """Innermost first. sys._current_frames would do, but widgets must not die in this thread, with its frames."""
        dump.seek(0)
        dump.truncate()
        faulthandler.dump_traceback(dump, all_threads=True)
        dump.seek(0)
        _, _, rest = dump.read().partition(f"0x{self._thread:016x}")
        lines = rest.split("\n\n")[0].splitlines()[1:]
        return "\n".join(lines[:_DEPTH])

    def _state(self) -> str:
        return self._stat.read_text().rpartition(") ")[2][:1]
