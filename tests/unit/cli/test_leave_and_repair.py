"""`leave` and `repair`."""

from __future__ import annotations

import json

import click
import pytest

from app.domain.errors import ErrorCode
from app.session import intercept_messages as im
from helper.protocol.intercepts import Workload
from tests.unit.cli.connected_session import RESTORED, REVIEWS, cli, connected
from tests.unit.session.fake_keeper import FakeKeeper, im_problem, intercept_info


async def test_leave(keeper: FakeKeeper, capsys: pytest.CaptureFixture[str]) -> None:
    async with connected(keeper) as made:
        assert await cli("leave", "deploy/reviews", "-n", "other") == 0
        assert keeper.asked[-1] == im.Leave(Workload("Deployment", "other", "reviews"))
        assert capsys.readouterr().out == "deployment/reviews in shop: as it was before.\n"
        assert await cli("leave", "--all") == 0
        assert keeper.asked[-1] == im.Leave(None)
        made.runner.hub.set_intercepts((intercept_info(), intercept_info(intercept_id="b" * 12)))
        assert await cli("leave") == 0, "one workload is meant without its name"
        made.runner.hub.set_intercepts((intercept_info(), intercept_info(workload="pod/x")))
        assert await cli("leave") == 10
        assert "deployment/reviews in shop, pod/x in shop" in capsys.readouterr().err
        made.runner.hub.set_intercepts(())
        assert await cli("leave") == 10
        keeper.ends[im.Leave] = im.WorkloadsRestored(0, ())
        assert await cli("leave", "--all") == 0
        assert "nothing to leave" in capsys.readouterr().out


async def test_a_leave_that_half_works(keeper: FakeKeeper, capsys: pytest.CaptureFixture[str]) -> None:
    failed = im.Restored("pod/x", "shop", problem=im_problem(ErrorCode.API_FORBIDDEN, verb="patch"))
    keeper.ends[im.Leave] = im.WorkloadsRestored(0, (RESTORED, failed))
    async with connected(keeper):
        assert await cli("leave", "--all") == 20
        told = capsys.readouterr()
        assert "as it was before" in told.out
        assert "pod/x in shop:" in told.err
        assert "may not patch" in told.err
        assert await cli("leave", "--all", "-o", "json") == 20
        assert json.loads(capsys.readouterr().out)["workloads"][1]["problem"]["code"] == "api_forbidden"


REMAINS = im.RemainsInfo(REVIEWS, "deployment/reviews", "shop", ("bob@desk",), ())


async def test_repair(keeper: FakeKeeper, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    async with connected(keeper):
        assert await cli("repair") == 0
        assert "Nobody left anything." in capsys.readouterr().out
        assert await cli("repair", "-o", "json") == 0
        assert json.loads(capsys.readouterr().out) == {"found": [], "unread": [], "workloads": []}
        keeper.repair_answer = im.RepairPlan((REMAINS,), ("namespace secret",))
        assert await cli("repair") == 10
        told = capsys.readouterr()
        assert "deployment/reviews in shop: bob@desk; its sidecar is removed" in told.out
        assert "Not looked at: namespace secret" in told.err
        assert await cli("repair", "-A", "--yes") == 0
        assert keeper.asked[-2:] == [im.PlanRepair(None), im.Repair(None, (REVIEWS,))]
        assert "as it was before" in capsys.readouterr().out
        assert await cli("repair", "-o", "json") == 0
        assert json.loads(capsys.readouterr().out)["workloads"] == [], "without --yes it only shows"
        assert await cli("repair", "-o", "json", "-y") == 0
        assert json.loads(capsys.readouterr().out)["workloads"][0]["sidecar_removed"]
        monkeypatch.setattr("app.cli.repair.is_terminal", lambda: True)
        monkeypatch.setattr(click, "confirm", lambda *_, **__: True)
        assert await cli("repair", "-n", "other") == 0
        assert keeper.asked[-2] == im.PlanRepair("other")
