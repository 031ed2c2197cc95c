from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.platform import identity, launch, paths
from app.platform.peer import peer_uid


def test_directories_are_private(own_dirs: Path) -> None:
    for folder in (paths.runtime_dir(), paths.state_dir()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    paths.runtime_dir().chmod(0o755)
    assert stat.S_IMODE(paths.runtime_dir().stat().st_mode) == 0o700


def test_defaults(monkeypatch: pytest.MonkeyPatch, own_dirs: Path) -> None:
    monkeypatch.delenv("KUBEFERRY_RUNTIME_DIR")
    monkeypatch.delenv("KUBEFERRY_STATE_DIR")
    monkeypatch.setenv("HOME", str(own_dirs / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(own_dirs))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    assert paths.runtime_dir() == own_dirs / "kubeferry"
    assert paths.state_dir() == own_dirs / "home/.local/state/kubeferry"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(own_dirs / "missing"))
    assert paths.runtime_dir() == own_dirs / "home/.cache/kubeferry/run"


def test_a_link_in_place_of_the_directory_is_refused(own_dirs: Path) -> None:
    (own_dirs / "elsewhere").mkdir()
    (own_dirs / "run").symlink_to(own_dirs / "elsewhere")
    with pytest.raises(KubeferryError) as caught:
        paths.runtime_dir()
    assert caught.value.code is ErrorCode.SESSION_FAILED


def test_a_file_in_place_of_the_directory_is_refused(own_dirs: Path) -> None:
    (own_dirs / "run").write_text("")
    with pytest.raises(KubeferryError):
        paths.runtime_dir()


def test_client_id_stays() -> None:
    made = identity.client_id()
    assert len(made) == 32
    assert identity.client_id() == made
    path = paths.state_dir() / "client-id"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("garbage")
    assert identity.client_id() != made


def test_client_name() -> None:
    assert identity.client_name() == f"{identity.user_name()}@{socket.gethostname()}"[:64]


def test_peer() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert peer_uid(ours) == os.getuid()


def test_a_session_that_does_not_get_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "_command", lambda: ["/bin/false"])
    with pytest.raises(KubeferryError) as caught:
        launch.start_session()
    assert caught.value.code is ErrorCode.SESSION_FAILED
    monkeypatch.setattr(launch, "_command", lambda: ["/no/such/program"])
    with pytest.raises(KubeferryError):
        launch.start_session()
