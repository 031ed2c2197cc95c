"""What `connect` would do, where that depends on connections that are there already."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.domain.connection import Target
from app.domain.errors import ErrorCode
from app.session import connect_plan
from app.session.connect_plan import plan_connect
from helper.protocol.helper_messages import Overlap, OverlapsFound
from tests.unit.kube.fake_api import fake_api
from tests.unit.session.test_cluster_link import Api, kubeconfig, pod

SUBNET = "10.96.0.0/16"


class Helper:
    def __init__(self, overlaps: tuple[Overlap, ...]) -> None:
        self._overlaps = overlaps

    async def connect(self) -> Helper:
        return self

    async def find_overlaps(self, subnets: tuple[str, ...]) -> OverlapsFound:
        return OverlapsFound(self._overlaps, ())

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("owner", "code", "words"),
    [
        (os.getuid(), None, ""),
        (os.getuid() + 1, ErrorCode.SUBNET_OVERLAP, "kubeferry0, another user's connection"),
        (None, ErrorCode.SUBNET_OVERLAP, "(kubeferry0)"),
    ],
)
async def test_only_a_connection_of_ones_own_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: int | None, code: ErrorCode | None, words: str
) -> None:
    """It ends before the next one begins."""
    helper = Helper((Overlap(SUBNET, SUBNET, "kubeferry0", owner),))
    monkeypatch.setattr(connect_plan, "HelperLink", helper)
    async with fake_api(Api(pods=[pod("m-1")]).handle) as server:
        plan = await plan_connect(Target(kubeconfig=kubeconfig(tmp_path, server.url)))
    assert SUBNET in plan.routes
    assert (plan.problem.code if plan.problem else None) is code
    assert words in (plan.problem.params["overlaps"] if plan.problem else "")
