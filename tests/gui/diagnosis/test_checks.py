"""The doctor's checks, and the bundle that has them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication

from app.controllers.diagnosis_views import DoctorView
from app.controllers.diagnostics_work import SessionDiagnostician
from app.controllers.scope import Scope
from app.domain.checks import Check
from app.domain.errors import ErrorCode, KubeferryError
from app.session import messages as m
from tests.gui.diagnosis.bench import LOST, Doctor, Heard, controller, status


async def test_checks_are_told_one_by_one(scope: Scope) -> None:
    doctor = Doctor()
    diagnosis = controller(scope, doctor=doctor)
    views = Heard(diagnosis.doctor_changed)
    diagnosis.choose_context("kind-dev")
    diagnosis.check()
    assert await views.next() == DoctorView(is_running=True)
    assert (await views.next()).step == "Logging in"
    assert [check.name for check in (await views.next()).checks] == ["login"]
    assert [check.name for check in (await views.next()).checks] == ["login", "helper"]
    done = await views.next()
    assert (done.is_running, done.step, done.finished_at) == (False, "", 1000.0)
    assert doctor.asked == [("kind-dev", "/kube/config", None, False)]
    diagnosis.hear(m.Snapshot(status(m.StateKind.CONNECTED), None, ()))
    diagnosis.check()
    await views.until(lambda view: view.finished_at is not None and not view.is_running)
    assert doctor.asked[1] == ("staging-eu", "/kube/config", m.StateKind.CONNECTED, True)


async def test_the_bundle_has_the_checks_and_what_the_session_said(scope: Scope) -> None:
    doctor = Doctor()
    diagnosis = controller(scope, doctor=doctor)
    views = Heard(diagnosis.bundle_changed)
    diagnosis.hear(m.Snapshot(status(m.StateKind.CONNECTED), None, ()))
    diagnosis.hear(m.ReconnectLogged(m.Reconnect(950.0, None, LOST)))
    diagnosis.hear(m.ReconnectLogged(m.Reconnect(950.0, 953.5, LOST)))
    diagnosis.hear(m.StatusChanged(status(m.StateKind.DEGRADED, problem=LOST)))
    diagnosis.save_bundle("/tmp/d.tar.gz")
    assert (await views.next()).is_saving
    assert (await views.next()).path == "/tmp/d.tar.gz"
    ((path, context, kubeconfig, checks, snapshot),) = doctor.saved
    assert (path, context, kubeconfig) == (Path("/tmp/d.tar.gz"), "staging-eu", "/kube/config")
    assert [check.name for check in checks] == ["login", "helper"], "they were run for it"
    assert snapshot.status.state is m.StateKind.DEGRADED
    assert snapshot.reconnects == (m.Reconnect(950.0, 953.5, LOST),)
    doctor.refusal = KubeferryError(ErrorCode.INVALID_OPTION, option="/tmp/d", problem="it is a link")
    diagnosis.save_bundle("/tmp/d.tar.gz")
    assert (await views.next()).is_saving
    assert "it is a link" in (await views.next()).problem.what


async def test_the_real_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBEFERRY_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("KUBEFERRY_HELPER_SOCKET", str(tmp_path / "no-helper.sock"))
    work, found = SessionDiagnostician(), list[Check]()
    checks = await work.check(None, str(tmp_path / "none"), None, lambda _: None, found.append, None)
    assert [check.name for check in checks] == ["kubeconfig", "helper", "connection"]
    assert found == checks
    snapshot = m.Snapshot(m.Status(m.StateKind.DISCONNECTED), None, ())
    await work.save(tmp_path / "d.tar.gz", None, str(tmp_path / "none"), tuple(checks), snapshot)
    assert (tmp_path / "d.tar.gz").stat().st_size > 500


async def test_the_bundle_waits_for_checks_that_run(scope: Scope) -> None:
    doctor = Doctor()
    diagnosis = controller(scope, doctor=doctor)
    saved = Heard(diagnosis.bundle_changed)
    diagnosis.check()
    diagnosis.check()
    await asyncio.sleep(0)
    diagnosis.save_bundle("/tmp/d.tar.gz")
    await saved.until(lambda view: bool(view.path))
    assert len(doctor.saved[0][3]) == 2
    assert len(doctor.asked) <= 2
    assert not diagnosis.doctor.is_running


async def test_checks_that_break_off_do_not_run_for_ever(qapp: QCoreApplication) -> None:
    class Broken(Doctor):
        async def check(self, *_: Any) -> list[Check]:
            raise RuntimeError("a bug")

    bugs: list[Exception] = []
    async with Scope(bugs.append) as scope:
        diagnosis = controller(scope, doctor=Broken())
        views = Heard(diagnosis.doctor_changed)
        diagnosis.check()
        await views.until(lambda view: not view.is_running)
    assert len(bugs) == 1
