"""A signal ends the tour's process and everything that it has started, however far that has run away."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.processes import ROOT, wait_until

_SUPERVISE = """
import sys
from tests.demo.supervisor import Supervisor, kill_descendants
code = Supervisor().run(sys.argv[1:])
print("clearing", flush=True)
kill_descendants()
sys.stdin.readline()
print("cleared", flush=True)
sys.exit(code)
"""
_RUNS_AWAY = "setsid sh -c 'setsid sleep 97.25 & echo $! > {0}/a; exec sleep 97.25' & echo $$ > {0}/b; {1}"


def supervised(*argv: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", _SUPERVISE, *argv], cwd=ROOT, stdin=pipe, stdout=pipe)


def noted(folder: Path) -> list[int]:
    def read() -> list[int]:
        texts = [path.read_text() for path in (folder / "a", folder / "b") if path.exists()]
        return [int(text) for text in texts] if len(texts) == 2 and all(texts) else []

    found: list[int] = wait_until("the processes", read, 10)
    return found


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    out, _ = process.communicate(b"\n", timeout=20)
    return process.returncode, out.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything(tmp_path: Path, number: signal.Signals) -> None:
    process = supervised("sh", "-c", _RUNS_AWAY.format(tmp_path, "sleep 97.25"))
    pids = noted(tmp_path)
    process.send_signal(number)
    assert process.stdout is not None
    assert process.stdout.readline() == b"clearing\n"
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    assert ended(process) == (128 + number, "cleared\n")
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_what_a_tour_leaves_when_it_ends_by_itself(tmp_path: Path) -> None:
    process = supervised(
        "sh", "-c", _RUNS_AWAY.format(tmp_path, f"while [ ! -s {tmp_path}/a ]; do sleep 0.05; done; exit 7")
    )
    pids = noted(tmp_path)
    assert ended(process) == (7, "clearing\ncleared\n")
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_a_tour_that_is_killed(tmp_path: Path) -> None:
    assert ended(supervised("sh", "-c", "kill -9 $$"))[0] == 128 + signal.SIGKILL


def test_the_tour_ends_with_its_supervisor(tmp_path: Path) -> None:
    process = supervised("sh", "-c", f"echo $$ > {tmp_path}/b; echo $$ > {tmp_path}/a; exec sleep 97.25")
    pid = noted(tmp_path)[0]
    process.kill()
    process.communicate()
    wait_until("the tour to end", lambda: _is_gone(pid), 5)


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_its_commands_hear_signals(tmp_path: Path) -> None:
    """What the supervisor blocks is not blocked in what the tour starts."""
    status = ended(supervised("sh", "-c", f"grep SigBlk /proc/self/status > {tmp_path}/mask"))[0]
    assert status == 0
    assert int((tmp_path / "mask").read_text().split()[1], 16) == 0
