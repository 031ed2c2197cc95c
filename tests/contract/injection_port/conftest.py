"""Every test twice: on the fake, and on an API server where there is one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.contract.injection_port.fake_place import FakePlace
from tests.contract.injection_port.place import Place
from tests.contract.injection_port.real_place import real_place


@pytest.fixture(params=["fake", "real"])
def is_real(request: pytest.FixtureRequest) -> bool:
    if request.param == "real":
        request.getfixturevalue("running_cluster")
    return bool(request.param == "real")


@pytest_asyncio.fixture
async def place(is_real: bool) -> AsyncIterator[Place]:
    if not is_real:
        yield FakePlace()
        return
    async with real_place() as made:
        yield made
