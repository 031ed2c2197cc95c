"""Which command it would be, and what becomes of it with a pkexec that does what pkexec(1) says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.platform.helper_install import (
    InstallPlan,
    Machine,
    Obstacle,
    Outcome,
    plan_install,
    run_install,
)


def machine(
    tmp_path: Path,
    *,
    platform: str = "linux",
    is_frozen: bool = False,
    pkexec: str | None = "/usr/bin/pkexec",
    interpreters: tuple[Path, ...] = (Path("/bin/sh"),),
    script: Path | None = None,
) -> Machine:
    return Machine(platform, is_frozen, tmp_path, lambda _: pkexec, interpreters, script)


def test_the_command(tmp_path: Path) -> None:
    plan = plan_install(machine(tmp_path))
    assert plan.can_ask
    assert plan.command[0].endswith("resources/helper/install-helper")
    assert os.access(plan.command[0], os.X_OK)
    options = dict(zip(plan.command[1::2], plan.command[2::2], strict=True))
    assert (Path(options["--code"]) / "helper/daemon/__main__.py").exists()
    assert (Path(options["--packages"]) / "msgspec").is_dir()
    assert options["--python"] == os.path.realpath("/bin/sh")
    assert plan.shown.startswith("sudo ")


def test_a_script_that_lost_its_bit_is_run_by_sh(tmp_path: Path) -> None:
    script = tmp_path / "install-helper"
    script.write_text("")
    assert plan_install(machine(tmp_path, script=script)).command[:2] == ("/bin/sh", str(script))


def test_obstacles(tmp_path: Path) -> None:
    assert plan_install(machine(tmp_path, platform="darwin")).obstacle is Obstacle.NOT_LINUX
    assert plan_install(machine(tmp_path, is_frozen=True)).obstacle is Obstacle.PACKAGED
    no_pkexec = plan_install(machine(tmp_path, pkexec=None))
    assert (no_pkexec.obstacle, bool(no_pkexec.shown), no_pkexec.can_ask) == (Obstacle.NO_PKEXEC, True, False)
    no_systemd = plan_install(machine(tmp_path / "none"))
    assert (no_systemd.obstacle, bool(no_systemd.shown)) == (Obstacle.NO_SYSTEMD, True)


def test_root_runs_no_python_that_others_can_change(tmp_path: Path) -> None:
    own = tmp_path / "python3"
    own.write_text("")
    own.chmod(0o777)
    for candidates in ((own,), (tmp_path / "missing",)):
        plan = plan_install(machine(tmp_path, interpreters=candidates))
        assert (plan.obstacle, plan.command, plan.shown) == (Obstacle.NO_PYTHON, (), "")
    assert plan_install(machine(tmp_path, interpreters=(own, Path("/bin/sh")))).can_ask


@pytest.mark.parametrize(
    ("script", "outcome", "detail"),
    [
        ("echo done: $1; exit 0", Outcome.DONE, "done: one"),
        ("echo dismissed >&2; exit 126", Outcome.DISMISSED, "dismissed"),
        ("exit 127", Outcome.NOT_AUTHORISED, ""),
        ("echo by hand; exit 4", Outcome.NOT_STARTED, "by hand"),
        ("exit 3", Outcome.FAILED, ""),
        ("kill -9 $$", Outcome.FAILED, ""),
    ],
)
async def test_what_becomes_of_it(tmp_path: Path, script: str, outcome: Outcome, detail: str) -> None:
    fake = tmp_path / "pkexec"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    done = await run_install(InstallPlan(("one",)), {"PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert (done.outcome, done.detail) == (outcome, detail)


async def test_no_pkexec_after_all(tmp_path: Path) -> None:
    done = await run_install(InstallPlan(("one",)), {"PATH": str(tmp_path)})
    assert done.outcome is Outcome.FAILED


def test_this_machine_is_looked_at() -> None:
    plan = plan_install()
    assert plan.python_version == f"{sys.version_info.major}.{sys.version_info.minor}"
