from __future__ import annotations

import click
import pytest

from app.cli.dry_run import connect_plan_lines, tell_intercept_plan
from app.cli.output import Format
from app.domain.connect_plan import ConnectPlan
from app.domain.errors import ErrorCode, Problem
from app.session import intercept_messages as im
from tests.unit.cli.connected_session import cli, connected
from tests.unit.session.fake_keeper import FakeKeeper

PLAN = ConnectPlan(
    context="staging",
    namespace="shop",
    server="https://staging:6443",
    routes=("10.0.0.0/8",),
    match_domains=("cluster.local", "shop"),
    manager_namespace="kubeferry",
)


def test_a_plan_of_a_connection() -> None:
    assert connect_plan_lines(PLAN) == [
        "Connecting to staging (https://staging:6443) would",
        "  route     10.0.0.0/8",
        "  ask       the cluster for names under cluster.local, shop",
        "  complete  short names in namespace shop",
        "  use       the traffic manager in namespace kubeferry",
    ]


def test_a_plan_of_a_first_connection_that_would_fail() -> None:
    plan = ConnectPlan(
        context="staging",
        namespace="shop",
        server="https://staging:6443",
        excluded=("10.1.0.0/16",),
        manager_namespace="kubeferry",
        installs=("Deployment kubeferry-manager",),
        image="m:1",
        unread=("nodes",),
        problem=Problem(ErrorCode.SUBNET_OVERLAP, {"overlaps": "10.0.0.0/8 with 10.1.0.0/16 (eth0)"}),
    )
    told = "\n".join(connect_plan_lines(plan))
    assert "leave     10.1.0.0/16 as it is" in told
    assert "make      Deployment kubeferry-manager in namespace kubeferry (m:1)" in told
    assert "Not readable with your rights: nodes." in told
    assert "It would fail:" in told
    assert "10.0.0.0/8 with 10.1.0.0/16 (eth0)" in told


@pytest.mark.usefixtures("local_program")
async def test_nothing_is_started(keeper: FakeKeeper, capsys: pytest.CaptureFixture[str]) -> None:
    async with connected(keeper):
        assert await cli("mesh", "deploy/reviews", "--header", "x-user=alice", "--dry-run") == 0
    assert [type(one) for one in keeper.asked] == [im.PlanIntercept]
    assert "replace   its 2 pods, by ones with a sidecar" in capsys.readouterr().out


def test_a_plan_of_an_intercept(capsys: pytest.CaptureFixture[str]) -> None:
    bob = im.InterceptInfo(
        "0123456789aa",
        "deployment/reviews",
        "shop",
        "proxy",
        "",
        (),
        True,
        "bob",
        False,
        1.0,
        im.InterceptHealth.ACTIVE,
    )
    notice = im.Notice("one_replica", "Only one pod.", confirm=True)
    plan = im.InterceptPlan(
        "deployment/reviews", "shop", "proxy", "", (), False, 1, (notice,), ("+a", "-b"), (), (bob,)
    )
    assert tell_intercept_plan(plan, Format.TEXT) == 0
    assert click.unstyle(capsys.readouterr().out).splitlines() == [
        "A proxy of deployment/reviews in shop (everything) would",
        "  bring     pod ports to this machine: all",
        "  restart   nothing",
        "  collide   with bob, who has everything",
        "Note: Only one pod.",
        "+a",
        "-b",
    ]
    assert tell_intercept_plan(plan, Format.JSON) == 0
    assert '"one_replica"' in capsys.readouterr().out
