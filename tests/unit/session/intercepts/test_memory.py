"""What is written down of intercepts for the next connection, and how wishes are worded on the way."""

from __future__ import annotations

import pytest

from app.platform.paths import state_dir
from app.session.intercept_convert import message_of_wish, wish_of, workload_of
from app.session.intercept_memory import InterceptMemory
from helper.protocol import intercepts as wire
from tests.unit.session.fake_injection import INJECTION_ID
from tests.unit.session.intercepts.bench import MESH, PROXY, RATINGS


def test_a_memory_that_is_none(caplog: pytest.LogCaptureFixture) -> None:
    (state_dir() / "intercepts.json").write_text("nonsense")
    memory = InterceptMemory("https://x")
    assert memory.recall() == ()
    memory.remember(())
    assert not (state_dir() / "intercepts.json").exists()
    caplog.clear()


def test_clusters_do_not_mix() -> None:
    intercept = wire.Intercept("b" * 12, workload_of(RATINGS), INJECTION_ID, 5.0)
    InterceptMemory("https://one").remember((intercept,))
    InterceptMemory("https://two").remember(())
    assert InterceptMemory("https://one").recall() == (intercept,)
    assert InterceptMemory("https://two").recall() == ()


def test_wishes_survive_the_way() -> None:
    assert message_of_wish(wish_of(MESH)) == MESH
    assert message_of_wish(wish_of(PROXY)) == PROXY
