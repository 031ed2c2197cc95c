"""What is said before anything is done."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

ANNOUNCE = Path(__file__).parents[2] / "demo" / "announce"
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="the demo is for root")


def said_on_a_terminal(answer: bytes) -> tuple[int, str]:
    near, far = pty.openpty()
    with subprocess.Popen([ANNOUNCE], stdin=far, stdout=far, stderr=far) as process:
        os.close(far)
        os.write(near, answer)
        said = b""
        while True:
            try:
                block = os.read(near, 4096)
            except OSError:  # EIO: the terminal's other end is closed
                break
            said += block
    os.close(near)
    return process.returncode, said.decode()


@needs_root
@pytest.mark.parametrize(("answer", "code"), [(b"\n", 0), (b"y\n", 0), (b"n\n", 1), (b"q\n", 1)])
def test_it_asks_on_a_terminal(answer: bytes, code: int) -> None:
    found, said = said_on_a_terminal(answer)
    assert found == code
    assert "Go on? [Y/n]" in said
    assert ("Nothing was done." in said) == bool(code)


@needs_root
def test_it_asks_nothing_elsewhere() -> None:
    done = subprocess.run([ANNOUNCE], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    for promise in ("with apt", ".venv", "network namespace", "take everything down", "Ctrl-C"):
        assert promise in done.stdout
    assert "Go on?" not in done.stdout


def test_others_are_told_to_be_root() -> None:
    as_nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    # Somewhere that nobody may enter: a checkout may be in root's home.
    done = subprocess.run(
        ["bash", "-s"], input=ANNOUNCE.read_text(), capture_output=True, text=True, cwd="/", **as_nobody
    )  # type: ignore[call-overload]
    assert done.returncode == 1
    assert "sudo make demo" in done.stderr
