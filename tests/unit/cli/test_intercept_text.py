"""Intercepts in `status`, in tables and in sentences."""

from __future__ import annotations

import json

import pytest

from app.cli.intercept_text import duration, health_words, in_force_lines, intercept_table, port_words, restored_line
from app.domain.errors import ErrorCode, KubeferryError
from app.session import intercept_messages as im
from tests.unit.cli.connected_session import cli, connected
from tests.unit.session.fake_keeper import FakeKeeper, intercept_info


async def test_status_has_everybodys(keeper: FakeKeeper, capsys: pytest.CaptureFixture[str]) -> None:
    bob = intercept_info(
        intercept_id="b" * 12,
        owner="bob@desk",
        mine=False,
        mode="proxy",
        rule="",
        ports=(),
        other_ports=True,
        health=im.InterceptHealth.ABSENT,
    )
    keeper.listed = (intercept_info(owner="elsewhere"), bob)
    async with connected(keeper) as made:
        made.runner.hub.set_intercepts((intercept_info(),))
        assert await cli("status") == 0
        told = capsys.readouterr().out
        assert "me@desk (you)" in told
        assert "absent: traffic goes its normal way" in told
        assert await cli("status", "-o", "json") == 0
        shown = json.loads(capsys.readouterr().out)["intercepts"]
        assert [(one["owner"], one["mine"]) for one in shown] == [("me@desk", True), ("bob@desk", False)]
        keeper.listed = KubeferryError(ErrorCode.TIMED_OUT)
        assert await cli("status", "-o", "json") == 0
        assert len(json.loads(capsys.readouterr().out)["intercepts"]) == 1


def test_tables() -> None:
    assert intercept_table(()) == []
    long = intercept_info(mine=False, rule="x" * 100, since=0.0, ports=())
    heading, mine, theirs = intercept_table((long, intercept_info()), now=3700.0)
    assert heading.split() == ["WORKLOAD", "NAMESPACE", "RULE", "PORTS", "OWNER", "AGE", "HEALTH"]
    assert "9080 -> 8080" in mine
    assert "1 h 0 min" in mine
    assert "…" in theirs


@pytest.mark.parametrize("health", im.InterceptHealth)
def test_every_health_has_words(health: im.InterceptHealth) -> None:
    words = health_words(intercept_info(health=health, superseded_by="bob@desk", trouble="cut"))
    assert words.endswith("(cut)")


def test_lines() -> None:
    ports = im.InterceptDone(0, intercept_info(mode="proxy", rule="", other_ports=False), 1)
    assert in_force_lines(ports) == [
        "deployment/reviews: traffic comes to this machine, port 9080 -> 8080 (1 pod). Other ports go their normal way."
    ]
    every = im.InterceptDone(0, intercept_info(mode="proxy", rule="", other_ports=True, ports=()), 3)
    assert in_force_lines(every) == [
        "deployment/reviews: all traffic comes to this machine, every port as it is (3 pods)."
    ]
    assert port_words(("80:80", "81:82")) == "80, 81 -> 82"
    assert restored_line(im.Restored("pod/x", "shop", False, 2)).endswith("its sidecar stays for 2 more.")
    assert restored_line(im.Restored("pod/x", "shop")).endswith("nothing was left to restore.")
    assert [duration(seconds) for seconds in (-1, 59, 61, 3660)] == ["0 s", "59 s", "1 min 1 s", "1 h 1 min"]
