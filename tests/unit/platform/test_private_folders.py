"""The session's folders where another user got there first: in a shared folder, or where XDG_RUNTIME_DIR is not set."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.platform import paths

SOMEBODY = 54321


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """As /tmp: everybody may make something in it. Named as the runtime folder's base."""
    for name in ("KUBEFERRY_RUNTIME_DIR", "KUBEFERRY_STATE_DIR", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(shared))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return shared


def refused() -> bool:
    with pytest.raises(KubeferryError) as caught:
        paths.runtime_dir()
    return caught.value.code is ErrorCode.SESSION_FAILED


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o777])
def test_somebody_elses_folder_is_not_used(shared: Path, mode: int) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to make somebody else's folder")
    planted = shared / "kubeferry"
    planted.mkdir()
    planted.chmod(mode)
    os.chown(planted, SOMEBODY, SOMEBODY)
    assert refused()
    assert (planted.stat().st_mode & 0o777, list(planted.iterdir())) == (mode, []), "it is left alone"


def test_a_link_to_a_folder_of_ones_own_is_not_used_either(shared: Path, tmp_path: Path) -> None:
    """Whoever planted it could turn it elsewhere at any time."""
    own = tmp_path / "own"
    own.mkdir(mode=0o755)
    (shared / "kubeferry").symlink_to(own)
    assert refused()
    assert own.stat().st_mode & 0o777 == 0o755
    assert list(own.iterdir()) == []


def test_without_a_runtime_folder_it_is_in_the_home(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert paths.runtime_dir() == Path.home() / ".cache/kubeferry/run"
    assert paths.runtime_dir().stat().st_mode & 0o777 == 0o700
    assert list(shared.iterdir()) == []


def test_whatever_is_in_it_already_does_not_make_it_anybody_elses(shared: Path) -> None:
    """A folder of ours that was open to others is closed before anything is put into it."""
    (shared / "kubeferry").mkdir()
    (shared / "kubeferry").chmod(0o777)
    assert paths.runtime_dir().stat().st_mode & 0o777 == 0o700
