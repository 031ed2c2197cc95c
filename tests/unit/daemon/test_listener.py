"""The socket that systemd hands over, sd_listen_fds(3), in a process of its own: its number is always 3."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from helper.daemon.listener import listen

_CHILD = """
import os, sys
from pathlib import Path
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=sys.argv[2] or str(os.getpid()), LISTEN_FDS=sys.argv[3])
from helper.daemon.listener import WrongSocket, listen
try:
    listener = listen(Path(sys.argv[4]))
except WrongSocket as error:
    sys.exit(str(error))
left = sorted(name for name in os.environ if name.startswith("LISTEN_"))
print(listener.socket.fileno(), listener.path is None, listener.socket.getblocking(), os.get_inheritable(3), left)
"""


def handed_over(
    sock: socket.socket, tmp_path: Path, pid: str = "", count: str = "1"
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _CHILD, str(sock.fileno()), pid, count, str(tmp_path / "own.sock")]
    return subprocess.run(command, pass_fds=(sock.fileno(),), capture_output=True, text=True)


@pytest.fixture
def listening(tmp_path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(str(tmp_path / "systemd.sock"))
    sock.listen()
    return sock


def test_it_is_taken_and_nobody_inherits_it(listening: socket.socket, tmp_path: Path) -> None:
    with listening:
        done = handed_over(listening, tmp_path)
    assert (done.stdout.strip(), done.stderr) == ("3 True False False []", "")


def test_what_is_meant_for_another_process_is_not_taken(listening: socket.socket, tmp_path: Path) -> None:
    with listening:
        assert "False" in handed_over(listening, tmp_path, pid="1").stdout
    assert (tmp_path / "own.sock").is_socket()


def test_the_wrong_kind_and_number_are_refused(listening: socket.socket, tmp_path: Path) -> None:
    with listening, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wrong:
        assert "needs ListenStream=" in handed_over(wrong, tmp_path).stderr
        assert "must name one" in handed_over(listening, tmp_path, count="2").stderr


def test_our_own_goes_when_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "own.sock"
    listener = listen(path)
    assert path.stat().st_mode & 0o777 == 0o666
    listener.close()
    assert not path.exists()
