"""Installs the helper with the administrator's leave: which command that is, and what became of it.

On macOS the helper lies in the application's bundle, and is registered there (app_service.py). Elsewhere:
the script is resources/helper/install-helper. pkexec asks for the password in a window of the desktop's own; this
program never sees it. Where pkexec cannot ask, the command is shown, for a terminal.
"""

from __future__ import annotations

import asyncio
import enum
import os
import shlex
import shutil
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import msgspec

import helper
from app.platform.app_service import AppService, BundledDaemon, ServiceFailed, ServiceStatus

INSTALLED_SCRIPT = Path("/usr/lib/kubeferry/install-helper")
APPROVAL = "Allow Kubeferry in System Settings > General > Login Items & Extensions, then look again."
_DISMISSED = 126
_NOT_AUTHORISED = 127
"""Exit codes of pkexec(1)."""
_NOT_STARTED = 4


class Obstacle(enum.StrEnum):
    """Why pkexec cannot be asked; the command by hand works but where it says otherwise."""

    NO_PKEXEC = "no_pkexec"
    NO_SYSTEMD = "no_systemd"
    NO_PYTHON = "no_python"  # No command: root needs a Python of its own
    NOT_LINUX = "not_linux"  # No command
    PACKAGED = "packaged"  # No command: the package has installed it


@dataclass(frozen=True)
class InstallPlan:
    """`command` is what root runs; empty where there is nothing to run. `shown`: the same, for a terminal.

    `by_service`: nothing is run; the system's own service asks the user.
    """

    command: tuple[str, ...] = ()
    shown: str = ""
    obstacle: Obstacle | None = None
    by_service: bool = False
    python_version: str = f"{sys.version_info.major}.{sys.version_info.minor}"

    @property
    def can_ask(self) -> bool:
        return (bool(self.command) or self.by_service) and self.obstacle is None


class Outcome(enum.StrEnum):
    DONE = "done"
    DISMISSED = "dismissed"
    NOT_AUTHORISED = "not_authorised"
    NOT_STARTED = "not_started"
    FAILED = "failed"


@dataclass(frozen=True)
class Installed:
    """`detail`: what the script said."""

    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True)
class Machine:
    """What there is to install with; tests have another."""

    platform: str = sys.platform
    is_frozen: bool = getattr(sys, "frozen", False)
    systemd: Path = Path("/run/systemd/system")
    find: Callable[[str], str | None] = shutil.which
    interpreters: tuple[Path, ...] = ()
    script: Path | None = None


def plan_install(machine: Machine | None = None) -> InstallPlan:
    """Blocking, a few file look-ups."""
    machine = machine or Machine()
    if machine.platform == "darwin" and machine.is_frozen:
        return InstallPlan(by_service=True)
    if machine.platform != "linux":
        return InstallPlan(obstacle=Obstacle.NOT_LINUX)
    if machine.is_frozen:
        return InstallPlan(obstacle=Obstacle.PACKAGED)
    python = _roots_python(machine.interpreters or _interpreters())
    if python is None:
        return InstallPlan(obstacle=Obstacle.NO_PYTHON)
    command = (*_script(machine), *_arguments(python))
    obstacle = None
    if not machine.systemd.is_dir():
        obstacle = Obstacle.NO_SYSTEMD
    elif machine.find("pkexec") is None:
        obstacle = Obstacle.NO_PKEXEC
    return InstallPlan(command, shlex.join(("sudo", *command)), obstacle)


async def run_install(
    plan: InstallPlan, environ: Mapping[str, str] | None = None, service: Callable[[], AppService] = BundledDaemon
) -> Installed:
    """Asks by pkexec, for as long as the user takes. Cancelled, it leaves the password prompt to the user."""
    if plan.by_service:
        return await asyncio.to_thread(_register, service)
    try:
        process = await asyncio.create_subprocess_exec(
            "pkexec",
            *plan.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=None if environ is None else dict(environ),
            start_new_session=True,
        )
    except OSError as error:
        return Installed(Outcome.FAILED, error.strerror or type(error).__name__)
    said, _ = await process.communicate()
    detail = said.decode(errors="replace").strip()[-2000:]
    return Installed(_outcome(process.returncode or 0), detail)


def _register(make_service: Callable[[], AppService]) -> Installed:
    try:
        service = make_service()
        if service.status() is ServiceStatus.ENABLED:
            service.unregister()  # the bundle may be a newer one than the daemon that runs
        service.register()
    except ServiceFailed as error:
        failure = str(error)
    else:
        failure = ""
    if _awaits_approval(make_service):  # registering fails as well for as long as it is not given
        return Installed(Outcome.NOT_STARTED, APPROVAL)
    return Installed(Outcome.FAILED, failure) if failure else Installed(Outcome.DONE)


def _awaits_approval(make_service: Callable[[], AppService]) -> bool:
    """If so, the page of the system settings is opened on which it is given."""
    try:
        service = make_service()
        if service.status() is not ServiceStatus.REQUIRES_APPROVAL:
            return False
        service.open_settings()
    except ServiceFailed:
        return False
    return True


def _outcome(code: int) -> Outcome:
    return {
        0: Outcome.DONE,
        _DISMISSED: Outcome.DISMISSED,
        _NOT_AUTHORISED: Outcome.NOT_AUTHORISED,
        _NOT_STARTED: Outcome.NOT_STARTED,
    }.get(code, Outcome.FAILED)


def _script(machine: Machine) -> tuple[str, ...]:
    path = machine.script or Path(str(resources.files("resources") / "helper/install-helper"))
    return (str(path),) if os.access(path, os.X_OK) else ("/bin/sh", str(path))


def _arguments(python: Path) -> tuple[str, ...]:
    code = Path(helper.__file__).resolve().parent.parent
    packages = Path(msgspec.__file__).resolve().parent.parent
    return "--code", str(code), "--packages", str(packages), "--python", str(python)


def _interpreters() -> tuple[Path, ...]:
    """The one that runs us, without its virtual environment, then the system's of the same version: compiled packages
    are for one version alone."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    own = getattr(sys, "_base_executable", "") or sys.executable
    return Path(own), Path(f"/usr/bin/python{version}")


def _roots_python(candidates: tuple[Path, ...]) -> Path | None:
    return next((found for path in candidates if (found := _resolved(path)) and _is_roots_own(found)), None)


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve(strict=True)
    except OSError:
        return None


def _is_roots_own(path: Path) -> bool:
    """As the script checks: nobody else can change it or put another in its place."""
    for part in (path, *path.parents):
        status = part.stat()
        is_shared = bool(status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)) and not status.st_mode & stat.S_ISVTX
        if status.st_uid != 0 or is_shared:
            return False
    return True
