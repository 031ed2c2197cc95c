from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import intercept as module
from app.session import intercept_messages as im
from tests.unit.cli.connected_session import DONE, RESTORED
from tests.unit.session.fake_keeper import FakeKeeper


@pytest.fixture(autouse=True)
def own_dirs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Short paths, because a unix socket's is limited to 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="kf-") as made:
        folder = Path(made)
        monkeypatch.setenv("KUBEFERRY_RUNTIME_DIR", str(folder / "run"))
        monkeypatch.setenv("KUBEFERRY_STATE_DIR", str(folder / "state"))
        monkeypatch.setenv("KUBEFERRY_HELPER_SOCKET", str(folder / "no-helper.sock"))
        yield folder


@pytest.fixture
def keeper() -> FakeKeeper:
    """Every operation succeeds."""
    keeper = FakeKeeper()
    keeper.ends[im.StartIntercept] = DONE
    keeper.ends[im.Leave] = im.WorkloadsRestored(0, (RESTORED,))
    keeper.ends[im.Repair] = im.WorkloadsRestored(0, (RESTORED,))
    return keeper


@pytest.fixture
def local_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something listens on 8080, whatever runs on this machine."""
    monkeypatch.setattr(module, "listening_ports", lambda **_: frozenset({8080}))
