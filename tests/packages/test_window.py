"""The installed window: it starts, it is one of its kind, and it ends."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.packages.machine import Machine
from tests.packages.test_deb_life import install

pytestmark = pytest.mark.built

STARTED_S = 20.0
_HOME = "/home/ann"
_SOCKET = f"{_HOME}/.cache/kubeferry/run/window.sock"
_AS_ANN = ("setpriv", "--pdeathsig", "KILL", "--reuid=ann", "--regid=ann", "--init-groups", "kubeferry")


@contextmanager
def window(machine: Machine) -> Iterator[subprocess.Popen[str]]:
    process = machine.start(*_AS_ANN, HOME=_HOME, QT_QPA_PLATFORM="offscreen")
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_it_starts_once_and_ends_when_it_is_asked_to(fresh: Machine) -> None:
    install(fresh)
    fresh.run("useradd", "-m", "ann")
    with window(fresh) as first:
        deadline = time.monotonic() + STARTED_S
        while fresh.code("test", "-S", _SOCKET):
            assert first.poll() is None, f"it has ended with {first.returncode}"
            assert time.monotonic() < deadline, "there is no window"
            time.sleep(0.1)
        assert fresh.run(*_AS_ANN, HOME=_HOME, QT_QPA_PLATFORM="offscreen") == "", (
            "the second one raises the first and ends"
        )
        assert first.poll() is None
        fresh.run("pkill", "-TERM", "-u", "ann", "-x", "kubeferry")
        assert first.wait(STARTED_S) == 0
