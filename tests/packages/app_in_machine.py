"""The keeper, seen from outside: what it has told, and how long that took."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Thread
from typing import Any

from tests.packages.machine import PYTHONPATH, Machine

EVENT_S = 15.0


class Keeper:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._told: Queue[str] = Queue()
        self._process = process
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def expect(self, event: str) -> dict[str, Any]:
        """The next thing that it tells, which must be this. `after_s`: how long that took."""
        began = time.monotonic()
        try:
            told: dict[str, Any] = json.loads(self._told.get(timeout=EVENT_S))
        except Empty:
            raise AssertionError(f"the app has not told {event!r} within {EVENT_S} s") from None
        assert told["event"] == event, told
        return {**told, "after_s": time.monotonic() - began}

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._told.put(line)


@contextmanager
def keeper(machine: Machine, user: str = "root") -> Iterator[Keeper]:
    command = ("/usr/bin/python3", "-m", "tests.packages.keeper")
    as_user = (f"--reuid={user}", f"--regid={user}", "--init-groups") if user != "root" else ()
    # nsenter(1) forks into the machine: what it has started must go with it.
    made = Keeper(machine.start("setpriv", "--pdeathsig", "KILL", *as_user, *command, PYTHONPATH=PYTHONPATH))
    try:
        yield made
    finally:
        made.end()
