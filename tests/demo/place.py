"""Where the steps' commands run: on the laptop, as its user. From outside (terminal), or from within (window)."""

from __future__ import annotations

import dataclasses
import os
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from tests.lab.laptop import DEV, Laptop
from tests.lab.processes import Identity

TIMEOUT_S = 90.0
_READY = b"ready\n"


@dataclasses.dataclass(frozen=True)
class Ran:
    """What a command has said, on both streams in their order, and how it ended."""

    line: str
    code: int
    output: str


class Place(Protocol):
    def popen(self, argv: Sequence[str], **streams: Any) -> subprocess.Popen[bytes]:
        """A process of the laptop's user, in a session of its own."""
        ...


class LaptopPlace:
    """A laptop as its maker has it."""

    def __init__(self, laptop: Laptop, identity: Identity = DEV, env: Mapping[str, str] | None = None) -> None:
        self._laptop, self._identity, self._env = laptop, identity, dict(env or {})

    def popen(self, argv: Sequence[str], **streams: Any) -> subprocess.Popen[bytes]:
        return self._laptop.popen(argv, identity=self._identity, env=self._env, **streams)


class HerePlace:
    """For a program that runs on the laptop already."""

    def popen(self, argv: Sequence[str], **streams: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(list(argv), start_new_session=True, cwd=os.path.expanduser("~"), **streams)


class Hands:
    """Runs commands at a place and keeps programs running there. `stop` ends all that still runs."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, argv: Sequence[str], timeout_s: float = TIMEOUT_S) -> Ran:
        """To its end. Whatever interrupts this ends the command too."""
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        process = self._place.popen(argv, **streams)
        try:
            output, _ = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            _end(process)
            return Ran(shlex.join(argv), -1, f"no end after {timeout_s:g} s")
        except BaseException:
            _end(process)
            raise
        return Ran(shlex.join(argv), process.returncode, output.decode(errors="replace"))

    def keep(self, name: str, argv: Sequence[str]) -> Ran:
        """Starts a program that says "ready" when it is, and goes on. One of the same name is ended first."""
        self.end(name)
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        process = self._place.popen(argv, **streams)
        self._running[name] = process
        assert process.stdout is not None
        said = process.stdout.readline()
        if said == _READY:
            return Ran(shlex.join(argv), 0, said.decode())
        _signal(process)
        said += process.stdout.read()
        self.end(name)
        return Ran(shlex.join(argv), 1, said.decode(errors="replace"))

    def runs(self, name: str) -> bool:
        process = self._running.get(name)
        return process is not None and process.poll() is None

    def end(self, name: str) -> None:
        process = self._running.pop(name, None)
        if process is not None:
            _end(process)

    def stop(self) -> None:
        for name in list(self._running):
            self.end(name)

    def __enter__(self) -> Hands:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _end(process: subprocess.Popen[bytes]) -> None:
    _signal(process)
    if process.stdout is not None:
        process.stdout.close()


def _signal(process: subprocess.Popen[bytes]) -> None:
    """SIGINT first, so that a command undoes what it began; then without mercy."""
    for number, wait_s in ((signal.SIGINT, 3.0), (signal.SIGKILL, 3.0)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(wait_s)
            break
