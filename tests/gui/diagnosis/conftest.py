"""Whatever a controller starts ends with the test, and without a fault."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import QCoreApplication

from app.controllers.scope import Scope


@pytest.fixture
async def scope(qapp: QCoreApplication) -> AsyncIterator[Scope]:
    bugs: list[Exception] = []
    async with Scope(bugs.append) as made:
        yield made
    assert not bugs
