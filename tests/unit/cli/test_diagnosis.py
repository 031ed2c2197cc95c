"""`doctor` with fixes and a bundle; `status` with all that the window's details show."""

from __future__ import annotations

import io
import json
import stat
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest

from app.cli.status_text import status_lines
from app.domain.checks import Check, Fix, Verdict
from app.domain.errors import ErrorCode
from app.session import messages as m
from helper.protocol.helper_messages import ResolverBackend
from helper.protocol.worker_messages import ProbeReport
from tests.unit.cli.test_manager import cli


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check_all(*_: Any) -> list[Check]:
        fix = "sudo systemctl start kubeferry-helper"
        return [
            Check("helper", Verdict.FAIL, "is away.", f"Start it: `{fix}`.", fix=Fix.START_HELPER, command=fix),
            Check("login", Verdict.FAIL, "token: s3cr3t-W0rd", fix=Fix.LOG_IN, command="aws sso login"),
        ]

    monkeypatch.setattr("app.session.checkup.check_all", check_all)


def test_a_fix_has_its_command_once(checks: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("doctor") == 3
    told = capsys.readouterr().out
    assert "$  aws sso login" in told
    assert told.count("systemctl start") == 1, "where the next step says it, it is not said again"
    cli("doctor", "-o", "json")
    found = json.loads(capsys.readouterr().out)
    assert found["checks"][1]["fix"] == "log_in"
    assert found["bundle"] is None


def test_the_bundle_is_saved_without_secrets(
    checks: None, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    path = tmp_path / "d.tar.gz"
    assert cli("doctor", "--bundle", str(path)) == 3
    assert f"Saved {path}" in capsys.readouterr().out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with tarfile.open(fileobj=io.BytesIO(path.read_bytes())) as archive:
        file = archive.extractfile("kubeferry-diagnostics/doctor.json")
        assert file is not None
        found = json.loads(file.read())
    assert found[1]["found"] == "token: [removed]"


def test_a_bundle_that_cannot_be_written_fails(
    checks: None, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    (tmp_path / "link").symlink_to(tmp_path / "target")
    assert cli("doctor", "--bundle", str(tmp_path / "link")) == 10
    assert "links are not followed" in capsys.readouterr().err
    assert not (tmp_path / "target").exists()


def test_status_tells_what_the_windows_details_tell() -> None:
    facts = m.Facts(
        context="one",
        namespace="shop",
        namespaces=tuple(f"n{i:02}" for i in range(20)),
        server="https://x",
        manager_namespace="kubeferry",
        manager_pod="m-1",
        connection_id="c1f0",
        lease_id="5c7a9e",
        interface="kubeferry0",
        addresses=("198.19.0.7",),
        mtu=1400,
        subnets=("10.96.0.0/16",),
        cluster_domain="cluster.local",
        dns_servers=("10.96.0.10",),
        resolver=ResolverBackend.NONE,
        upstreams=("9.9.9.9",),
    )
    probe = ProbeReport(False, 0.012, None, "TCP: late")
    status = m.Status(m.StateKind.DEGRADED, facts=facts, probe=probe, probed_at=time.time() - 3)
    told = "\n".join(status_lines(status))
    for word in (
        "kubeferry0 198.19.0.7 (MTU 1400)",
        "5c7a9e",
        "c1f0",
        "1 lane: a port-forward through https://x to m-1",
        "cluster.local, svc, pod, shop, n00",
        "and 12 more",
        "10.96.0.10",
        "9.9.9.9",
        "DNS 12 ms, failed: TCP: late, 3 s ago",
    ):
        assert word in told
    assert "probe" not in "\n".join(status_lines(m.Status(m.StateKind.DISCONNECTED)))


def test_losses_of_the_tunnel_are_listed(
    checks: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = m.ProblemInfo(ErrorCode.TUNNEL_SILENT, {"problem": "nothing came for 5 s"})
    losses = (m.Reconnect(1000.0, 1003.25, reason), m.Reconnect(2000.0, None, reason))
    snapshot = m.Snapshot(m.Status(m.StateKind.DISCONNECTED), None, losses)
    monkeypatch.setattr("app.cli.diagnosis._snapshot", lambda _: snapshot)
    cli("doctor")
    lines = capsys.readouterr().out.splitlines()
    assert "not back yet: Nothing came through the tunnel any more: nothing came for 5 s." in lines[-2]
    assert "back after 3.2 s" in lines[-1]
    cli("doctor", "-o", "json")
    assert len(json.loads(capsys.readouterr().out)["reconnects"]) == 2
