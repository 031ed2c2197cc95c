from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_dirs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Short paths, because a unix socket's is limited to 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="kf-") as made:
        folder = Path(made)
        monkeypatch.setenv("KUBEFERRY_RUNTIME_DIR", str(folder / "run"))
        monkeypatch.setenv("KUBEFERRY_STATE_DIR", str(folder / "state"))
        monkeypatch.setenv("KUBEFERRY_HELPER_SOCKET", str(folder / "no-helper.sock"))
        yield folder
