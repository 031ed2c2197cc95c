"""Every test twice: on the session's fake, and on the adapter to a server."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.contract.helper_port.place import FakePlace, Place, real_place


@pytest_asyncio.fixture(params=["fake", "real"])
async def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    if request.param == "fake":
        yield FakePlace()
        return
    # Not tmp_path: a unix socket's path is limited to 107 bytes.
    with tempfile.TemporaryDirectory(prefix="kf-") as folder:
        path = Path(folder) / "helper.sock"
        monkeypatch.setenv("KUBEFERRY_HELPER_SOCKET", str(path))
        async with real_place(path) as made:
            yield made
