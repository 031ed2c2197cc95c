from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.ui.shell import knock as knocking
from app.ui.shell.knock import MESSAGE_MAX, knock, parse_request, take_lock
from app.ui.shell.single_instance import SingleInstance

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "window.sock"


def _beside(qtbot: QtBot, work: Callable[[], bool]) -> bool:
    """What `work` returns; it runs beside the event loop, as another process would."""
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    qtbot.waitUntil(lambda: not thread.is_alive())
    return found[0]


def test_a_second_start_raises_the_first(path: Path, qtbot: QtBot) -> None:
    first = SingleInstance(path)
    assert first.claim()
    with qtbot.waitSignal(first.raise_asked), qtbot.assertNotEmitted(first.connect_asked):
        assert _beside(qtbot, lambda: knock(path))
    first.release()


def test_a_second_start_can_ask_for_a_connection(path: Path, qtbot: QtBot) -> None:
    first = SingleInstance(path)
    assert first.claim()
    with qtbot.waitSignal(first.connect_asked) as asked:
        assert not _beside(qtbot, lambda: SingleInstance(path).claim("kind-dev"))
    assert asked.args == ["kind-dev"]
    first.release()


def test_the_next_one_is_first_when_the_first_has_gone(path: Path) -> None:
    first = SingleInstance(path)
    assert first.claim()
    first.release()
    second = SingleInstance(path)
    assert second.claim()
    second.release()


def test_a_crash_leaves_nothing_in_the_way(path: Path, qtbot: QtBot) -> None:
    crashing = (
        "import os, pathlib, socket, sys\n"
        "from app.ui.shell.knock import take_lock\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "assert take_lock(path) is not None\n"
        "socket.socket(socket.AF_UNIX).bind(str(path))\n"
        "os._exit(9)\n"
    )
    ended = subprocess.run([sys.executable, "-c", crashing, str(path)], cwd=ROOT, check=False)
    assert ended.returncode == 9
    assert path.exists()
    next_one = SingleInstance(path)
    assert next_one.claim()
    with qtbot.waitSignal(next_one.raise_asked):
        assert _beside(qtbot, lambda: knock(path))
    next_one.release()


def test_the_lock_is_taken_before_qt_is_there(path: Path, qtbot: QtBot) -> None:
    lock = take_lock(path)
    assert lock is not None
    first = SingleInstance(path)
    first.adopt(lock)
    with qtbot.waitSignal(first.raise_asked):
        assert _beside(qtbot, lambda: knock(path))
    first.release()


def test_a_first_one_that_is_just_starting_is_waited_for(path: Path, qtbot: QtBot) -> None:
    first = SingleInstance(path)
    lock = take_lock(path)
    assert lock is not None
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(knock(path)))
    thread.start()
    qtbot.wait(60)
    first.adopt(lock)
    qtbot.waitUntil(lambda: answers == [True])
    thread.join()
    first.release()


def test_one_that_does_not_answer_is_not_waited_for_long(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(path))
        deaf.listen()
        begun = time.monotonic()
        assert not knock(path, wait_s=0.1)
        assert time.monotonic() - begun < 1.0


def test_nobody_there(path: Path) -> None:
    assert not knock(path, wait_s=0.0)


@pytest.mark.parametrize(
    "said",
    [b"{}x\n", b"[]\n", b'{"connect": 3}\n', b'{"token": []}\n', b"\xff\n", b"x" * 9000, b"[" * 4000 + b"\n"],
    ids=lambda said: repr(said[:20]),
)
def test_nonsense_is_turned_away(path: Path, qtbot: QtBot, said: bytes) -> None:
    first = SingleInstance(path)
    assert first.claim()

    def speak() -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            client.sendall(said)
            try:
                return client.recv(16) == b""
            except ConnectionResetError:
                return True

    with qtbot.assertNotEmitted(first.raise_asked):
        assert _beside(qtbot, speak)
    first.release()


def test_somebody_elses_socket_is_not_spoken_to(path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    first = SingleInstance(path)
    assert first.claim()
    monkeypatch.setattr(knocking, "peer_uid", lambda _: os.getuid() + 1)
    with qtbot.assertNotEmitted(first.raise_asked):
        assert not _beside(qtbot, lambda: knock(path))
    first.release()


def test_somebody_else_is_not_listened_to(path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    first = SingleInstance(path)
    assert first.claim()
    monkeypatch.setattr("app.ui.shell.single_instance._uid_of", lambda _: os.getuid() + 1)
    with qtbot.assertNotEmitted(first.raise_asked):
        assert not _beside(qtbot, lambda: knock(path, wait_s=0.1))
    first.release()


def test_a_request_is_small_and_carries_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "t" * 3000)
    request = knocking.request_bytes("kind-dev")
    assert len(request) < MESSAGE_MAX
    assert parse_request(request) == ("kind-dev", "t" * 512)
    assert json.loads(request)["connect"] == "kind-dev"


def test_a_second_start_is_over_at_once(path: Path, qtbot: QtBot) -> None:
    """In processor time: the wall clock of a busy machine says little. It loads neither Qt nor the cluster's client."""
    first = SingleInstance(path)
    assert first.claim()
    second = (
        "import pathlib, sys, time\n"
        "from app.ui.shell.knock import knock\n"
        "assert knock(pathlib.Path(sys.argv[1]))\n"
        "assert not {'PySide6', 'kubernetes', 'aiohttp', 'click'} & set(sys.modules)\n"
        "assert time.process_time() < 0.3, time.process_time()\n"
    )
    with qtbot.waitSignal(first.raise_asked):
        command = [sys.executable, "-c", second, str(path)]
        assert _beside(qtbot, lambda: subprocess.run(command, cwd=ROOT, check=False).returncode == 0)
    first.release()
