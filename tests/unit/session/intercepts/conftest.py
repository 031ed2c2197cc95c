"""One connection a test."""

from __future__ import annotations

import pytest

from tests.unit.session.intercepts.bench import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()
