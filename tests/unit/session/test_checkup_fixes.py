"""What `doctor` says about what can be fixed, and that it tells each check as it is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.checks import Check, Fix, Verdict
from app.domain.errors import ErrorCode, KubeferryError
from app.session import intercept_messages as im
from app.session import messages as m
from app.session.checkup import check_all
from helper.protocol.helper_messages import Overlap
from helper.protocol.intercepts import Workload
from tests.unit.kube.fake_api import fake_api
from tests.unit.session.test_checkup import FakeHelper, checks_of, helper
from tests.unit.session.test_cluster_link import Api, kubeconfig, pod

__all__ = ["helper"]


async def test_each_check_is_told_when_it_is_known(tmp_path: Path) -> None:
    told: list[Check] = []
    async with fake_api(Api(pods=[pod("m-1")]).handle) as server:
        found = await check_all(None, kubeconfig(tmp_path, server.url), None, None, None, lambda _: None, told.append)
    assert told == found


async def test_a_missing_manager_is_installed_by_connecting(tmp_path: Path, helper: type[FakeHelper]) -> None:
    check = (await checks_of(tmp_path, Api()))["traffic manager"]
    assert (check.fix, check.command) == (Fix.INSTALL_MANAGER, "kubeferry manager install")


async def test_overlaps_name_what_to_exclude_until_it_is(tmp_path: Path, helper: type[FakeHelper]) -> None:
    helper.overlaps = (Overlap("10.244.0.0/24", "10.244.0.0/16", "br0"),)
    check = (await checks_of(tmp_path, Api(pods=[pod("m-1")])))["overlaps"]
    assert (check.fix, check.fix_values) == (Fix.EXCLUDE_SUBNETS, ("10.244.0.0/16",))
    for excluded, verdict in (
        ("10.0.0.0/8", Verdict.OK),
        ("10.244.0.0/24", Verdict.OK),
        ("10.244.0.0/25", Verdict.WARN),
    ):
        status = m.Status(m.StateKind.CONNECTED, facts=m.Facts(context="test", excluded=(excluded,)))
        check = (await checks_of(tmp_path, Api(pods=[pod("m-1")]), status))["overlaps"]
        assert check.verdict is verdict
    async with fake_api(Api(pods=[pod("m-1")]).handle) as server:
        files = kubeconfig(tmp_path, server.url)
        found = await check_all(None, files, None, None, None, lambda _: None, exclude=("10.0.0.0/8",))
    assert all(check.verdict is Verdict.OK for check in found)


async def test_an_expired_login_has_its_command(
    tmp_path: Path, helper: type[FakeHelper], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def expired(_: object) -> None:
        raise KubeferryError(ErrorCode.LOGIN_EXPIRED, context="test")

    monkeypatch.setattr("app.kube.credentials.Login.access", expired)
    check = (await checks_of(tmp_path, Api()))["login"]
    assert (check.fix, check.command) == (Fix.LOG_IN, "kubectl --context test get ns")


async def test_what_could_not_be_undone_is_the_helpers_to_clean(tmp_path: Path, helper: type[FakeHelper]) -> None:
    status = m.Status(m.StateKind.DISCONNECTED, left=("route 10.0.0.0/8",))
    check = (await check_all(None, str(tmp_path / "x"), None, None, status, lambda _: None))[-1]
    assert (check.verdict, check.fix) == (Verdict.FAIL, Fix.RESTART_HELPER)
    assert "route 10.0.0.0/8" in check.found


def remains(count: int) -> tuple[im.RemainsInfo, ...]:
    target = Workload("Deployment", "shop", "reviews")
    return tuple(im.RemainsInfo(target, f"deployment/w{i}", "shop", ("ann",), ()) for i in range(count))


@pytest.mark.parametrize(
    ("plan", "verdict", "fix", "words"),
    [
        (im.RepairPlan(()), Verdict.OK, None, "nobody left anything"),
        (im.RepairPlan(remains(1), ("payments",)), Verdict.WARN, Fix.REPAIR, "w0 in shop. Not looked at: payments"),
        (im.RepairPlan(remains(7)), Verdict.WARN, Fix.REPAIR, "and 2 more"),
        (KubeferryError(ErrorCode.NOT_CONNECTED), Verdict.WARN, None, "There is no connection"),
    ],
)
async def test_leftovers(
    tmp_path: Path,
    helper: type[FakeHelper],
    plan: im.RepairPlan | KubeferryError,
    verdict: Verdict,
    fix: Fix | None,
    words: str,
) -> None:
    async def ask() -> im.RepairPlan:
        if isinstance(plan, KubeferryError):
            raise plan
        return plan

    found = await check_all(
        None, str(tmp_path / "x"), None, None, None, lambda _: None, lambda _: None, plan_repair=ask
    )
    (check,) = (one for one in found if one.name == "leftovers")
    assert (check.verdict, check.fix) == (verdict, fix)
    assert words in check.found
