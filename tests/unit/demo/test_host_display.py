"""Which display is taken, and where its cookies are looked for."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.lab import host_display
from tests.lab.host_display import HostDisplay, authority_files


@pytest.fixture
def sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(host_display, "SOCKETS", str(tmp_path))
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "X7"))
    return tmp_path


@pytest.mark.parametrize("name", [":7", ":7.0", "unix:7"])
def test_a_local_display(sockets: Path, name: str) -> None:
    cookies = sockets / "cookies"
    cookies.touch()
    found = HostDisplay.found({"DISPLAY": name, "XAUTHORITY": str(cookies)})
    assert found == HostDisplay(name, cookies)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("", "There is no display"), ("localhost:10.0", "comes over the network"), (":8", "comes over the network")],
)
def test_one_that_cannot_be_used_says_why(sockets: Path, name: str, reason: str) -> None:
    found = HostDisplay.found({"DISPLAY": name})
    assert isinstance(found, str)
    assert reason in found


def test_cookies_of_whom_sudo_was_called_by() -> None:
    files = list(authority_files({"SUDO_USER": "root", "SUDO_UID": "424242"}))
    assert files[0] == Path("~root").expanduser() / ".Xauthority"
    assert next(authority_files({"XAUTHORITY": "/run/x", "SUDO_USER": "root"})) == Path("/run/x")
