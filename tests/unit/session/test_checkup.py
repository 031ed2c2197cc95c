"""`doctor`'s checks: each failure is named where it happened and hides none of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.checks import Check, Verdict
from app.domain.errors import ErrorCode, KubeferryError
from app.session import checkup
from app.session import messages as m
from app.session.checkup import check_all
from helper.protocol.helper_messages import Overlap, OverlapsFound
from helper.protocol.worker_messages import ProbeReport
from tests.unit.kube.fake_api import fake_api
from tests.unit.session.test_cluster_link import Api, kubeconfig, pod


async def checks_of(folder: Path, api: Api, status: m.Status | None = None) -> dict[str, Check]:
    told: list[str] = []
    async with fake_api(api.handle) as server:
        found = await check_all(None, kubeconfig(folder, server.url), None, None, status, told.append)
    assert told[0] == "Reading the kubeconfig"
    names = [check.name for check in found]
    assert len(names) == len(set(names)), "one line each"
    return {check.name: check for check in found}


def verdicts(checks: dict[str, Check]) -> dict[str, Verdict]:
    return {name: check.verdict for name, check in checks.items()}


class FakeHelper:
    version = "0.1.0"
    overlaps: tuple[Overlap, ...] = ()
    closed = 0

    @classmethod
    async def connect(cls) -> FakeHelper:
        return cls()

    async def find_overlaps(self, subnets: tuple[str, ...]) -> OverlapsFound:
        return OverlapsFound(self.overlaps, ("192.0.2.53",))

    def close(self) -> None:
        type(self).closed += 1


@pytest.fixture
def helper(monkeypatch: pytest.MonkeyPatch) -> type[FakeHelper]:
    class Helper(FakeHelper):
        pass

    monkeypatch.setattr(checkup, "HelperLink", Helper)
    return Helper


async def test_all_is_well(tmp_path: Path, helper: type[FakeHelper]) -> None:
    checks = await checks_of(tmp_path, Api(pods=[pod("m-1")]))
    assert set(verdicts(checks).values()) == {Verdict.OK}
    assert "v1.37.2" in checks["API server"].found
    assert "10.96.0.0/16" in checks["subnets"].found
    assert "192.0.2.53" in checks["overlaps"].found
    assert helper.closed == 1


async def test_without_a_helper_the_cluster_is_still_looked_at(tmp_path: Path) -> None:
    checks = await checks_of(tmp_path, Api(pods=[pod("m-1")]))
    assert checks["helper"].code is ErrorCode.HELPER_NOT_RUNNING
    assert checks["traffic manager"].verdict is Verdict.OK


async def test_a_manager_that_is_not_there_and_rights_that_are_missing(
    tmp_path: Path, helper: type[FakeHelper]
) -> None:
    checks = await checks_of(tmp_path, Api(allowed=False))
    assert checks["traffic manager"].verdict is Verdict.WARN
    assert checks["rights"].verdict is Verdict.FAIL
    for word in ("watch pods", "get pods/portforward", "create deployments.apps"):
        assert word in checks["rights"].found


async def test_a_manager_that_does_not_run(tmp_path: Path, helper: type[FakeHelper]) -> None:
    checks = await checks_of(tmp_path, Api(pods=[pod("m-1", running=False)]))
    assert checks["traffic manager"].code is ErrorCode.MANAGER_STUCK


@pytest.mark.parametrize(
    ("state", "pod_in_use", "code"),
    [
        (m.StateKind.CONNECTED, "m-1", None),
        (m.StateKind.CONNECTED, "m-0", ErrorCode.MANAGER_STUCK),
        (m.StateKind.DEGRADED, "m-1", ErrorCode.MANAGER_STUCK),
    ],
)
async def test_a_manager_that_a_connection_goes_through_need_not_say_so_itself(
    tmp_path: Path, helper: type[FakeHelper], state: m.StateKind, pod_in_use: str, code: ErrorCode | None
) -> None:
    """Its own probe comes seconds after the first connection."""
    late = pod("m-1")
    late["status"]["containerStatuses"][0]["ready"] = False
    status = m.Status(state, facts=m.Facts(context="test", manager_pod=pod_in_use))
    checks = await checks_of(tmp_path, Api(pods=[late]), status)
    assert checks["traffic manager"].code is code


async def test_a_login_that_fails_is_the_logins_check(
    tmp_path: Path, helper: type[FakeHelper], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def expired(_: object) -> None:
        raise KubeferryError(ErrorCode.LOGIN_EXPIRED, context="test")

    monkeypatch.setattr("app.kube.credentials.Login.access", expired)
    checks = await checks_of(tmp_path, Api())
    assert checks["login"].code is ErrorCode.LOGIN_EXPIRED
    assert "API server" not in checks
    assert checks["helper"].verdict is Verdict.OK


async def test_no_kubeconfig(tmp_path: Path, helper: type[FakeHelper]) -> None:
    found = await check_all(None, str(tmp_path / "none"), None, None, None, lambda _: None)
    assert [check.name for check in found] == ["kubeconfig", "helper", "connection"]
    assert found[0].verdict is Verdict.FAIL


async def test_overlaps_are_named_but_not_our_own(tmp_path: Path, helper: type[FakeHelper]) -> None:
    helper.overlaps = (
        Overlap("10.96.0.0/16", "10.96.0.0/16", "kubeferry0"),
        Overlap("10.244.0.0/24", "10.244.0.0/16", "br0"),
    )
    status = m.Status(m.StateKind.CONNECTED, facts=m.Facts(interface="kubeferry0", context="test"))
    checks = await checks_of(tmp_path, Api(pods=[pod("m-1")]), status)
    assert checks["overlaps"].verdict is Verdict.WARN
    assert "br0" in checks["overlaps"].found
    assert "kubeferry0" not in checks["overlaps"].found


@pytest.mark.parametrize(
    ("status", "verdict", "word"),
    [
        (None, Verdict.OK, "none"),
        (m.Status(m.StateKind.DISCONNECTED), Verdict.OK, "none"),
        (m.Status(m.StateKind.CONNECTING), Verdict.WARN, "connecting"),
        (
            m.Status(m.StateKind.DEGRADED, problem=m.ProblemInfo(ErrorCode.PROBE_FAILED, {"problem": "DNS: late"})),
            Verdict.FAIL,
            "DNS: late",
        ),
        (
            m.Status(m.StateKind.CONNECTED, facts=m.Facts(context="c"), probe=ProbeReport(True, 0.012, 0.003)),
            Verdict.OK,
            "answered in 12 ms, the API's service in 3 ms",
        ),
    ],
)
async def test_the_connection(
    tmp_path: Path, helper: type[FakeHelper], status: m.Status | None, verdict: Verdict, word: str
) -> None:
    (check,) = [c for c in await check_all(None, str(tmp_path / "x"), None, None, status, lambda _: None)][-1:]
    assert (check.name, check.verdict) == ("connection", verdict)
    assert word in check.found
