"""Every test twice: on the fake of the clients' tests, and on a connection's own keeper."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contract.keeper_port.place import FakePlace, Place, real_place


@pytest_asyncio.fixture(params=["fake", "real"])
async def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    if request.param == "fake":
        yield FakePlace()
        return
    with tempfile.TemporaryDirectory(prefix="kf-") as folder:
        monkeypatch.setenv("KUBEFERRY_RUNTIME_DIR", str(Path(folder) / "run"))
        monkeypatch.setenv("KUBEFERRY_STATE_DIR", str(Path(folder) / "state"))
        async with real_place() as made:
            yield made
